import type { Logger } from '../../logging/logger.ts';
import { acquireLock } from '../../system/lock.ts';
import { lockPath, type Store } from '../store/layout.ts';
import { settleCutSeal } from '../store/publish.ts';
import { settleRemoval } from './remove-archive.ts';

export interface LockedWork {
  store: Store;
  logger: Logger;
  /** How messages name who holds the lock. */
  holder: string;
  /** False: a removal that was cut off is left to the next prune. */
  settlesRemovals?: boolean;
  lockWaitMs?: number | undefined;
  signal?: AbortSignal | undefined;
}

/** A seal of a large first night takes minutes. */
const DEFAULT_LOCK_WAIT_MS = 900_000;

/**
 * Does what changes the vault while nobody else does. What a killed seal, prune or retire has left is settled first.
 * @throws Failure `locked` where another one holds it for too long.
 */
export async function withVaultLock<Result>(
  { store, logger, holder, settlesRemovals = true, lockWaitMs = DEFAULT_LOCK_WAIT_MS, signal }: LockedWork,
  work: () => Promise<Result>,
): Promise<Result> {
  const lock = await acquireLock(lockPath(store), { holder, waitMs: lockWaitMs, ...(signal ? { signal } : {}) });
  try {
    await settleCutSeal(store, logger);
    if (settlesRemovals) await settleRemoval(store, logger);
    return await work();
  } finally {
    lock.release();
  }
}
