import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '../../logging/failure.ts';
import type { Logger } from '../../logging/logger.ts';
import { acquireLock } from '../../system/lock.ts';
import { planningLockPath, type Store } from '../store/layout.ts';
import { withVaultLock } from './vault-lock.ts';

/**
 * Finishes or clears up what cut seals have left. Returns false, and does no harm, where a seal or other upkeep is at
 * work for longer than `lockWaitMs`.
 */
export async function clearLeftovers(store: Store, logger: Logger, lockWaitMs: number): Promise<boolean> {
  const holder = 'sweep';
  try {
    const planning = await acquireLock(planningLockPath(store), { holder, waitMs: lockWaitMs });
    try {
      for (const name of await readdir(store.planning)) await rm(join(store.planning, name), { force: true });
      // Taking the lock settles all there is.
      await withVaultLock({ store, logger, holder, lockWaitMs }, () => Promise.resolve());
    } finally {
      planning.release();
    }
    return true;
  } catch (error) {
    if (error instanceof Failure && error.kind === 'locked') return false;
    throw error;
  }
}
