import { lstat, readFile } from 'node:fs/promises';
import { realpathSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { parseDocument } from 'yaml';
import { Failure, messageOf } from '../../logging/failure.ts';
import { asList, asMap, isSet, show } from './policy/parts.ts';
import { isWithin } from './policy/ground.ts';

/** A file that includes itself would never end; nobody needs more. */
const MAXIMUM_FILES = 50;
const MAXIMUM_BYTES = 1 << 20;

/**
 * Looks at what docker compose would read while it merely reads these files: `include`, `extends`, `env_file` may name
 * any file of this host, or a repository on the network, and what they hold ends up in containers.
 * Returns what lies outside `directory` (links followed), one sentence each; empty where all is within.
 * @throws Failure `config` where a file is missing or no YAML.
 */
export async function listForeignReads(files: readonly string[], directory: string): Promise<string[]> {
  const faults: string[] = [];
  const queue = [...files];
  const seen = new Set<string>();
  for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
    if (seen.has(file)) continue;
    seen.add(file);
    if (seen.size > MAXIMUM_FILES) return [...faults, `include: more than ${MAXIMUM_FILES} files`];
    const folder = dirname(file);
    for (const { place, path, isCompose } of listReads(await readYaml(file))) {
      const what = `${place} in ${relative(directory, file)}`;
      if (/[$:\0]|^git@|^-$/.test(path)) {
        faults.push(`${what}: ${path} is no plain path`);
        continue;
      }
      const target = followLinks(resolve(folder, path));
      if (!isWithin(target, directory)) faults.push(`${what}: ${path} is outside the project's folder ${directory}`);
      // What is missing is compose's to complain about.
      else if (isCompose && (await isFile(target))) queue.push(target);
    }
  }
  return faults;
}

/** The files with variables that services of these compose files name (`env_file`); what a file includes is left out. */
export async function listEnvironmentFiles(files: readonly string[]): Promise<string[]> {
  const reads = await Promise.all(
    files.map(async (file) =>
      listReads(await readYaml(file))
        .filter(({ place }) => place.endsWith('env_file'))
        .map(({ path }) => resolve(dirname(file), path)),
    ),
  );
  return reads.flat();
}

interface Read {
  place: string;
  path: string;
  /** It is a compose file itself, and may name others. */
  isCompose: boolean;
}

function listReads(content: unknown): Read[] {
  const reads: Read[] = [];
  const add = (place: string, value: unknown, isCompose = false): void => {
    for (const each of asList(value)) {
      const path = typeof each === 'string' ? each : asMap(each)['path'];
      for (const one of asList(path)) reads.push({ place, path: show(one), isCompose });
    }
  };
  for (const include of asList(asMap(content)['include'])) {
    add('include', include, true);
    add('include.env_file', asMap(include)['env_file']);
    add('include.project_directory', asMap(include)['project_directory']);
  }
  for (const [name, service] of Object.entries(asMap(asMap(content)['services']))) {
    const { env_file: envFile, label_file: labelFile, extends: base } = asMap(service);
    add(`services.${name}.env_file`, envFile);
    add(`services.${name}.label_file`, labelFile);
    if (isSet(asMap(base)['file'])) add(`services.${name}.extends`, asMap(base)['file'], true);
  }
  return reads;
}

async function readYaml(file: string): Promise<unknown> {
  try {
    const content = await readFile(file);
    if (content.length > MAXIMUM_BYTES) throw new Error(`it has more than ${MAXIMUM_BYTES} bytes`);
    // Compose knows tags of its own (!reset, !override): their values are read like any other.
    const document = parseDocument(content.toString(), { merge: true, logLevel: 'silent' });
    if (document.errors[0]) throw document.errors[0];
    return document.toJS() as unknown;
  } catch (error) {
    const reason = messageOf(error).split('\n', 1)[0] as string;
    throw new Failure('config', `${file} cannot be read: ${reason}`, 'Correct the compose file.', { cause: error });
  }
}

function isFile(path: string): Promise<boolean> {
  return lstat(path).then(
    (stats) => stats.isFile(),
    () => false,
  );
}

/** The path that a path leads to, links followed as far as it exists. */
export function followLinks(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    const parent = dirname(path);
    return parent === path ? path : resolve(followLinks(parent), relative(parent, path));
  }
}
