import { readFile } from 'node:fs/promises';
import { posix, resolve } from 'node:path';
import { parseDocument } from 'yaml';
import { Failure, messageOf } from '../../logging/failure.ts';
import { runCommand } from '../../system/run-command.ts';
import type { Environment } from '../../system/run-command.ts';
import type { ComposeModel } from './compose-model.ts';
import { interpolate } from './interpolate.ts';
import { mergeFiles } from './merge-files.ts';
import { findComposeFiles, isFile } from './project-files.ts';
import { leaveOutOtherProjects } from './project.ts';
import { readModel } from './read-model.ts';
import { leaveOutValues } from './without-values.ts';

export interface ComposeOptions {
  /** The application's repository: paths of the compose file are relative to it. */
  readonly directory: string;
  /** Compose files, relative to it; absent: those whose names docker compose knows. */
  readonly files?: readonly string[];
  readonly environment: Environment;
  readonly signal?: AbortSignal;
}

export interface ComposeReading {
  readonly model: ComposeModel;
  /** Relative to the repository; empty where there is none. */
  readonly files: readonly string[];
  readonly readBy: 'docker' | 'yaml' | 'nothing';
  /** Why docker did not read it, and what that leaves open. */
  readonly note?: string;
}

const maximumModelBytes = 16 << 20;
const timeoutMs = 60_000;

/**
 * Reads the compose file of a repository: through `docker compose`, which knows every form, else the file itself.
 * @throws Failure `usage` where a named file is missing, `config` where it is no YAML.
 */
export async function readCompose(options: ComposeOptions): Promise<ComposeReading> {
  const files = options.files ?? findComposeFiles(options.directory);
  if (files.length === 0) return { model: readModel({}), files, readBy: 'nothing' };
  for (const file of files) requireFile(resolve(options.directory, file));
  const answer = await askDocker(options, files);
  if (answer.model !== undefined) {
    const model = await addUnused(answer.model, options.directory, files);
    return { model, files, readBy: 'docker' };
  }
  const contents = await Promise.all(files.map((file) => readYaml(resolve(options.directory, file), file)));
  return {
    model: rebase(readModel(interpolate(mergeFiles(contents))), posix.dirname(files[0] as string)),
    files,
    readBy: 'yaml',
    note: `${answer.reason}: ${files.join(', ')} was read as it is written (.env, env_file, include and extends are not followed)`,
  };
}

/** Docker leaves volumes out that no service mounts; the files declare them all the same. */
async function addUnused(answer: unknown, directory: string, files: readonly string[]): Promise<ComposeModel> {
  const model = readModel(answer);
  try {
    const contents = await Promise.all(files.map((file) => readYaml(resolve(directory, file), file)));
    const { volumes } = readModel(interpolate(mergeFiles(contents)));
    const known = new Set(model.volumes.map(({ key }) => key));
    return { ...model, volumes: [...model.volumes, ...volumes.filter(({ key }) => !known.has(key))] };
  } catch {
    // A form that docker alone understands: then what it says is all there is.
    return model;
  }
}

/** Relative paths begin, for docker compose, at the folder of the first file; here at the repository's top. */
function rebase({ services, ...rest }: ComposeModel, folder: string): ComposeModel {
  const move = (source: string): string =>
    /^\.\.?(\/|$)/.test(source) ? `./${posix.join(folder, source)}`.replace(/^\.\/(?=\.)/, '') : source;
  return {
    ...rest,
    services: services.map((service) => ({
      ...service,
      mounts: service.mounts.map((mount) => (mount.kind === 'bind' ? { ...mount, source: move(mount.source) } : mount)),
    })),
  };
}

function requireFile(path: string): void {
  if (isFile(path)) return;
  throw new Failure('usage', `there is no compose file ${path}`, 'Name files of this repository.');
}

async function askDocker(
  { directory, environment, signal }: ComposeOptions,
  files: readonly string[],
): Promise<{ model?: unknown; reason?: string }> {
  // Every profile: what runs only now and then holds data all the same.
  const args = [
    'compose',
    '--profile',
    '*',
    ...files.flatMap((file) => ['--file', file]),
    'config',
    '--format',
    'json',
  ];
  try {
    const { code, stdout, stderr, isTruncated } = await runCommand('docker', args, {
      cwd: directory,
      // Docker takes the folder's name from here: the one that we compare with.
      env: { ...leaveOutOtherProjects(environment), PWD: directory },
      timeoutMs,
      maximumOutputBytes: maximumModelBytes,
      ...(signal ? { signal } : {}),
    });
    if (code === 0 && !isTruncated) return { model: JSON.parse(stdout) as unknown };
    // Its last line says what is wrong, but for a docker that knows no compose and prints its usage.
    const lines = leaveOutValues(stderr).trim().split('\n');
    const said = (lines.some((line) => line.startsWith('Usage:')) ? lines[0] : lines.at(-1)) ?? '';
    return { reason: `docker compose could not read it (${said.slice(0, 200) || `exit code ${code}`})` };
  } catch (error) {
    signal?.throwIfAborted();
    return { reason: error instanceof SyntaxError ? 'docker compose printed no JSON' : 'docker is not here' };
  }
}

async function readYaml(path: string, name: string): Promise<unknown> {
  try {
    const document = parseDocument(await readFile(path, 'utf8'), { merge: true, logLevel: 'silent' });
    if (document.errors[0]) throw document.errors[0];
    return document.toJS() as unknown;
  } catch (error) {
    const reason = messageOf(error).split('\n', 1)[0] as string;
    throw new Failure('config', `${name} cannot be read: ${reason}`, 'Correct the compose file.', { cause: error });
  }
}
