import { lstatSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { readEnvFile } from './env-file.ts';

/** The files of a compose project, all absolute. */
export interface ProjectFiles {
  /** Where the relative paths of the compose files begin, and where its `.env` lies. */
  readonly directory: string;
  /** Compose files, each on top of those before it. */
  readonly files: readonly string[];
  /** File with variables, in place of the `.env` in the directory. */
  readonly envFile?: string;
}

// In the order of docker compose; an override need not be called after its base.
const baseNames = ['compose.yaml', 'compose.yml', 'docker-compose.yml', 'docker-compose.yaml'];
const overrideNames = [
  'compose.override.yml',
  'compose.override.yaml',
  'docker-compose.override.yml',
  'docker-compose.override.yaml',
];

/** These files, relative to the root; where none are named, those that docker compose takes there by itself. */
export function locateProject(named: readonly string[] | undefined, root: string): ProjectFiles {
  if (named === undefined) return findProject(root) ?? placeFiles(['docker-compose.yml'], root);
  return placeFiles(named, root);
}

/**
 * What bare `docker compose` takes in a folder: the files that COMPOSE_FILE names in its `.env`, else the usual names;
 * undefined where there is none.
 */
export function findProject(root: string): ProjectFiles | undefined {
  const envFile = join(root, '.env');
  const { COMPOSE_FILE: named = '', COMPOSE_PATH_SEPARATOR: separator } = readEnvFile(envFile);
  const listed = named.split(separator || ':').filter((name) => name !== '');
  const names = listed.length > 0 ? listed : findComposeFiles(root);
  if (names.length === 0) return undefined;
  const found = placeFiles(names, root);
  // Of a project whose first file lies elsewhere Compose reads the `.env` of the folder all the same.
  return found.directory === resolve(root) ? found : { ...found, envFile };
}

/** The first of the usual names, and its override; relative to the directory, none where there is none. */
export function findComposeFiles(directory: string): string[] {
  const find = (names: readonly string[]) => names.find((name) => isFile(join(directory, name)));
  const base = find(baseNames);
  const override = find(overrideNames);
  return base === undefined ? [] : [base, ...(override === undefined ? [] : [override])];
}

/** Whether something is there that is no folder. */
export function isFile(path: string): boolean {
  try {
    return !lstatSync(path).isDirectory();
  } catch {
    return false;
  }
}

function placeFiles(names: readonly string[], root: string): ProjectFiles {
  const files = names.map((name) => resolve(root, name));
  // As docker compose has it when it is given the same files.
  return { directory: dirname(files[0] as string), files };
}
