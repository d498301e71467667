import { readFile, stat } from 'node:fs/promises';
import { Failure } from '../../logging/failure.ts';
import type { Container } from './container.ts';

/** Where the kernel says to which container a process belongs: by its control groups, or by what is mounted in it. */
const TELLING = ['cgroup', 'mountinfo'];

/** What to do where the engine is another machine's. */
export const onItsHost =
  "Run this on the host itself, with that host's own Docker engine (look at DOCKER_HOST and docker context ls).";

/**
 * The root of a running container as this host reaches it, when it is certain that the process is that container's: the
 * engine may be another machine's, or the number have gone to another process.
 * @throws Failure `config` where it is not.
 */
export async function rootOfContainer(container: Pick<Container, 'id' | 'pid' | 'label'>): Promise<string> {
  if (await isOf(container)) return rootOf(container);
  throw new Failure(
    'config',
    `the container of ${container.label} runs on another machine than this one, or in another place that only its ` +
      `engine sees: its first program, ${container.pid}, is not to be found here`,
    onItsHost,
  );
}

/**
 * Makes sure that a container has run all the time since its root was reached.
 * @throws Failure `source` where it has not: what was read in between is not whole.
 */
export async function confirmRunning(container: Pick<Container, 'id' | 'pid' | 'label'>): Promise<void> {
  if (await isOf(container)) return;
  throw new Failure(
    'source',
    `the container of ${container.label} was stopped or started again while its files were read`,
    'Look at its log (docker compose ps, docker compose logs), then run again.',
  );
}

function rootOf({ pid }: Pick<Container, 'pid'>): string {
  return `/proc/${pid}/root`;
}

async function isOf({ id, pid }: Pick<Container, 'id' | 'pid'>): Promise<boolean> {
  // What is mounted names the container also for programs of the host.
  if (!(await hasOwnRoot(rootOf({ pid })))) return false;
  for (const name of TELLING) {
    // Gone, or hidden from this user: it tells nothing then.
    const told = await readFile(`/proc/${pid}/${name}`, 'utf8').catch(() => '');
    if (told.includes(id)) return true;
  }
  return false;
}

/** False where there is no such process. @throws the system's error where this user may not look. */
async function hasOwnRoot(root: string): Promise<boolean> {
  const ours = await stat('/');
  const theirs = await stat(`${root}/.`).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  });
  return theirs !== undefined && (theirs.dev !== ours.dev || theirs.ino !== ours.ino);
}
