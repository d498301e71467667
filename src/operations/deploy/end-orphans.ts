import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive } from '../../system/is-alive.ts';
import { DEPLOY_VARIABLE } from './docker-environment.ts';

const PATIENCE_MS = 10_000;
const POLL_MS = 50;

/**
 * Ends the programs that a killed deployment has left: a `docker compose up` that lives on would go on changing what the
 * next run changes. Returns how many there were. Expects the lock, so that nobody else's are meant.
 */
export async function endOrphans(directory: string): Promise<number> {
  const orphans = await findOrphans(directory);
  for (const pid of orphans) signal(pid, 'SIGTERM');
  const deadline = Date.now() + PATIENCE_MS;
  while (orphans.some((pid) => isAlive(pid)) && Date.now() < deadline) await sleep(POLL_MS);
  for (const pid of orphans) if (isAlive(pid)) signal(pid, 'SIGKILL');
  while (orphans.some((pid) => isAlive(pid)) && Date.now() < deadline + PATIENCE_MS) await sleep(POLL_MS);
  return orphans.length;
}

async function findOrphans(directory: string): Promise<number[]> {
  const wanted = `${DEPLOY_VARIABLE}=${directory}`;
  const found: number[] = [];
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name) || Number(name) === process.pid) continue;
    // Of another user, or gone meanwhile: none of ours.
    const environment = await readFile(`/proc/${name}/environ`, 'utf8').catch(() => '');
    if (environment.split('\0').includes(wanted)) found.push(Number(name));
  }
  return found;
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It ended by itself.
  }
}
