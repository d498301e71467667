import { access, readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { parseDocument } from 'yaml';
import type { Config } from '../../config/config.ts';
import { Failure } from '../../logging/failure.ts';
import { leaveOutOtherProjects, type ComposeProject } from '../../sources/compose/project.ts';
import type { Environment } from '../../system/run-command.ts';
import { asMap } from './policy/parts.ts';

/** The development platform on this host, and by what it is told apart from production. */
export interface DevProject extends ComposeProject {
  /** Where its secret files lie. */
  readonly secrets: string;
  /** Folders outside the project that the operator has named for builds. */
  readonly contexts: readonly string[];
  /** Production's compose files on this host, as far as they are known. */
  readonly production: readonly ComposeProject[];
  /** Folders besides `directory` from which this project may have been started before: earlier deployments. */
  readonly formerPlaces: readonly string[];
  /** Its folder holds a commit's files and nothing else. */
  readonly isCommit?: boolean;
  /** Port on which it is reached; absent: the one that the file publishes. */
  readonly port?: number;
}

export const devFileName = 'docker-compose.dev.yml';
/** Of a file that names none: the folder's name, which Compose would take, may be production's as well. */
export const defaultProjectName = 'skills-hub-dev';
/** What Compose takes as the name of a project. */
export const projectNamePattern = /^[a-z0-9][a-z0-9_-]{0,62}$/;

export interface DevPlace {
  /** Folders in which the file may be, the first that has it counts. */
  readonly folders: readonly string[];
  readonly environment: Environment;
  /** Production's configuration, where this host has one. */
  readonly config: Config | undefined;
}

/**
 * Finds the development platform's compose file, and all that belongs to it.
 * @throws Failure `config` where no folder has one.
 */
export async function openDevProject({ folders, environment, config }: DevPlace): Promise<DevProject> {
  const directory = await findFolder(folders);
  const file = join(directory, devFileName);
  // As Compose reads it; what the shell says counts more.
  const settings = { ...(await readEnvFile(join(directory, '.env'))), ...dropUndefined(environment) };
  const port = readPort(environment['DEV_PORT']) ?? config?.dev.port;
  const context = settings['APP_CONTEXT'];
  return {
    directory,
    files: [file],
    project: (await readOwnName(file)) ?? defaultProjectName,
    pauses: [],
    environment: {
      // Production's, in a shell that was used for it.
      ...leaveOutOtherProjects(environment),
      // The file's own default is the configuration's too: only another one has to be said.
      ...(port === undefined || port === 8081 || environment['DEV_PORT'] ? {} : { DEV_PORT: String(port) }),
    },
    secrets: resolve(directory, settings['DEV_SECRETS_DIR'] ?? 'secrets/dev'),
    contexts: context ? [resolve(directory, context)] : [],
    production: listProduction(directory, environment, config),
    formerPlaces: [],
    ...(port === undefined ? {} : { port }),
  };
}

/** Production as its configuration names it, and the file that lies beside development's. */
export function listProduction(
  directory: string,
  environment: Environment,
  config: Config | undefined,
): ComposeProject[] {
  const own = leaveOutOtherProjects(environment);
  const beside = { directory, files: [join(directory, 'docker-compose.yml')], pauses: [], environment: own };
  return [...(config?.compose ? [{ ...config.compose, environment: own }] : []), beside];
}

async function findFolder(folders: readonly string[]): Promise<string> {
  for (const folder of folders) {
    const isThere = await access(join(folder, devFileName)).then(
      () => true,
      () => false,
    );
    if (isThere) return folder;
  }
  throw new Failure(
    'config',
    `there is no ${devFileName} in ${[...new Set(folders)].join(', nor in ')}`,
    'Go to the repository that holds it, or name its folder with --directory.',
  );
}

/** The `name:` of a file, where it is written out. */
async function readOwnName(file: string): Promise<string | undefined> {
  const document = parseDocument(await readFile(file, 'utf8'), { merge: true, logLevel: 'silent' });
  const name = document.errors.length > 0 ? undefined : asMap(document.toJS() as unknown)['name'];
  return typeof name === 'string' && projectNamePattern.test(name) ? name : undefined;
}

async function readEnvFile(path: string): Promise<Environment> {
  const text = await readFile(path, 'utf8').catch(() => '');
  const lines = text.matchAll(/^\s*(?:export\s+)?(\w+)\s*=\s*("[^"\n]*"|'[^'\n]*'|[^\n#]*)/gm);
  const settings: Record<string, string> = {};
  for (const [, name = '', value = ''] of lines) settings[name] = value.trim().replace(/^(["'])(.*)\1$/, '$2');
  return settings;
}

function dropUndefined(environment: Environment): Environment {
  return Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''));
}

function readPort(text: string | undefined): number | undefined {
  if (text === undefined || text === '') return undefined;
  const port = Number(text);
  if (Number.isInteger(port) && port > 0 && port < 65_536) return port;
  throw new Failure('usage', 'DEV_PORT: expected a port between 1 and 65535', 'Nothing was done.');
}

/** The checkout that a bundle or a script of ours lies in: scripts/dist/continuity/index.js, scripts/continuity.ts. */
export function listCheckouts(script: string): string[] {
  const folder = dirname(script);
  return [resolve(folder, '..', '..', '..'), resolve(folder, '..')];
}
