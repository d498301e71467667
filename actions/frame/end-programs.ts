import { readdirSync, readFileSync } from 'node:fs';

/** Whatever a step starts finds its private directory in this variable, and is found by it. */
export const STEP_VARIABLE = 'CONTINUITY_STEP';

/**
 * Kills every program that a step has started and that still runs, its parent or not (ssh's master has none): nothing
 * holds a lock in a database, or a connection, for a step that is gone.
 */
export function endPrograms(privateDirectory: string): void {
  const mark = Buffer.from(`\0${STEP_VARIABLE}=${privateDirectory}\0`);
  for (const pid of readdirSync('/proc').map(Number)) {
    if (!(pid > 0) || pid === process.pid) continue;
    try {
      const variables = Buffer.concat([Buffer.from('\0'), readFileSync(`/proc/${pid}/environ`)]);
      if (variables.includes(mark)) process.kill(pid, 'SIGKILL');
    } catch {
      // Ended meanwhile, or somebody else's.
    }
  }
}
