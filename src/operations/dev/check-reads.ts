import { lstat } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { asList, asMap, isSet, show } from './policy/parts.ts';
import { isOfGit, isWithin } from './policy/ground.ts';
import { followLinks } from './follow-links.ts';
import { readComposeYaml } from './read-compose-yaml.ts';

/** A file that includes itself would never end; nobody needs more. */
const MAXIMUM_FILES = 50;

interface ComposeFile {
  path: string;
  /** From where Compose counts the paths in it. */
  base: string;
  isNested: boolean;
}

/**
 * Looks at what docker compose would read while it merely reads these files: `include`, `extends`, `env_file` may name
 * any file of this host, or a repository on the network, and what they hold ends up in containers.
 * Returns what lies outside the project's folder (links followed) or in `kept`, which is production's, one sentence each;
 * empty where there is nothing to say.
 * @throws Failure `config` where a file is missing, no YAML, or not clear.
 */
export async function listForeignReads(
  files: readonly string[],
  folder: string,
  kept: readonly string[] = [],
): Promise<string[]> {
  const directory = followLinks(folder);
  const faults: string[] = [];
  const queue: ComposeFile[] = files.map((path) => ({ path, base: folder, isNested: false }));
  const seen = new Set<string>();
  for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
    // The same file counts from elsewhere where it is the second of a list.
    const key = JSON.stringify([file.path, file.base]);
    if (seen.has(key)) continue;
    seen.add(key);
    if (seen.size > MAXIMUM_FILES) return [...faults, `include: more than ${MAXIMUM_FILES} files`];
    for (const read of listReads(await readComposeYaml(file.path))) {
      const fault = await judgeRead(read, file, { folder, directory, kept });
      if (fault !== undefined) faults.push(`${read.place} in ${relative(folder, file.path)}: ${fault}`);
      else if (read.base !== undefined) {
        queue.push({ path: resolve(file.base, read.path), base: resolve(file.base, read.base), isNested: true });
      }
    }
  }
  return faults;
}

async function judgeRead(
  { place, path, base }: Read,
  file: ComposeFile,
  { folder, directory, kept }: { folder: string; directory: string; kept: readonly string[] },
): Promise<string | undefined> {
  // Compose replaces ~ by the home of whoever runs it.
  if (/[$:\0]|^git@|^-$|^~/.test(path)) return `${path} is no plain path`;
  if (place === 'include.project_directory') return `${path}: name the files by their paths from here instead`;
  if (place === 'include.env_file' && file.isNested) {
    return `${path}: in a file that is itself included, Compose looks for it wherever it was started`;
  }
  const written = resolve(file.base, path);
  const target = followLinks(written);
  if (!isWithin(target, directory)) return `${path} is outside the project's folder ${directory}`;
  if (kept.some((each) => isWithin(target, each))) return `${path} is production's`;
  if (isOfGit(target)) return `${path} is git's own`;
  if (base === undefined) return undefined;
  // What is counted from its folder is counted from the folder that is written, not from the one that a link leads to.
  if (target !== join(directory, relative(folder, written))) return `${path} is reached through a link`;
  return (await isFile(target)) ? undefined : `${path} is no file`;
}

/** The files with variables that services of these compose files name (`env_file`); what a file includes is left out. */
export async function listEnvironmentFiles(files: readonly string[], folder: string): Promise<string[]> {
  const reads = await Promise.all(
    files.map(async (file) =>
      listReads(await readComposeYaml(file))
        .filter(({ place }) => place.endsWith('env_file'))
        .map(({ path }) => resolve(folder, path)),
    ),
  );
  return reads.flat();
}

interface Read {
  place: string;
  path: string;
  /** Of a compose file, which may name others: the folder from which its own paths are counted. */
  base?: string;
}

function listReads(content: unknown): Read[] {
  const reads: Read[] = [];
  const add = (place: string, value: unknown, base?: string): void => {
    for (const path of asList(value).filter(isSet).map(show)) {
      reads.push({ place, path, ...(base === undefined ? {} : { base }) });
    }
  };
  const top = unfold(content);
  for (const include of top.flatMap((part) => asList(part['include']))) {
    const parts = typeof include === 'string' ? [{ path: include }] : unfold(include);
    for (const { path: paths, env_file: envFile, project_directory: projectDirectory } of parts) {
      // All of a list count from the folder of its first one.
      const base = dirname(show(asList(paths)[0] ?? '.'));
      add('include', paths, base);
      add('include.env_file', envFile);
      add('include.project_directory', projectDirectory);
      // Read without being named.
      if (isSet(paths)) add('include: .env', join(base, '.env'));
    }
  }
  for (const [name, written] of top.flatMap((part) => unfold(part['services'])).flatMap(Object.entries)) {
    for (const { env_file: envFile, label_file: labelFile, extends: other } of unfold(written)) {
      for (const each of asList(envFile)) {
        if (typeof each === 'string') add(`services.${name}.env_file`, each);
        else for (const { path } of unfold(each)) add(`services.${name}.env_file`, path);
      }
      add(`services.${name}.label_file`, labelFile);
      for (const { file } of unfold(other)) if (isSet(file)) add(`services.${name}.extends`, file, dirname(show(file)));
    }
  }
  return reads;
}

type Mapping = Readonly<Record<string, unknown>>;

/** A mapping and all that is merged into it (`<<`), each on its own: looked at is also what another one outweighs. */
function unfold(value: unknown, seen = new Set<unknown>()): Mapping[] {
  if (seen.has(value)) return [];
  seen.add(value);
  const mapping = asMap(value);
  return [mapping, ...asList(mapping['<<']).flatMap((merged) => unfold(merged, seen))];
}

function isFile(path: string): Promise<boolean> {
  return lstat(path).then(
    (stats) => stats.isFile(),
    () => false,
  );
}
