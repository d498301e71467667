import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { isAlive } from '../../src/system/is-alive.ts';

/** Under this name the post step is told of the directory. */
export const PRIVATE_DIRECTORY_STATE = 'private-directory';

/** The runner's temporary directory, which it empties after each job. */
export function locateRunnerTemp(environment: Readonly<Record<string, string | undefined>>): string {
  const { RUNNER_TEMP: path } = environment;
  return path === undefined || path === '' ? tmpdir() : path;
}

const namePattern = /^continuity-(\d+)-[A-Za-z0-9]{6}$/;

/**
 * Makes the directory in which keys lie while they are needed: below the runner's temporary one, 0700, named after this
 * program. What killed runs left there goes first.
 */
export function makePrivateDirectory(runnerTemp: string): string {
  for (const name of readdirSync(runnerTemp)) {
    const pid = Number(namePattern.exec(name)?.[1]);
    if (pid > 0 && !isAlive(pid)) removePrivateDirectory(join(runnerTemp, name), runnerTemp);
  }
  return mkdtempSync(join(runnerTemp, `continuity-${process.pid}-`));
}

/** Removes it at once, also while the program ends. A path that is none of ours is left alone. */
export function removePrivateDirectory(path: string, runnerTemp: string): void {
  if (dirname(path) === resolve(runnerTemp) && namePattern.test(basename(path))) {
    rmSync(path, { recursive: true, force: true });
  }
}
