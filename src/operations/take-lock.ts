import { Failure, messageOf } from '../logging/failure.ts';
import type { Logger } from '../logging/logger.ts';
import { formatDuration } from '../logging/quantity-text.ts';
import { acquireLock, type Lock } from '../system/lock.ts';

export interface LockOptions {
  /** As others are told who has it. */
  readonly holder: string;
  /** How long to wait for another run to end; 0: not at all. */
  readonly lockWaitMs?: number | undefined;
  readonly logger: Logger;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Takes a lock; where somebody holds it, says who, and waits as long as is allowed.
 * @throws Failure `locked` where it is not to be had, `failed` where this run was told to end meanwhile.
 */
export async function takeLock(path: string, { holder, lockWaitMs = 0, logger, signal }: LockOptions): Promise<Lock> {
  try {
    return await acquireLock(path, { holder });
  } catch (error) {
    if (!(error instanceof Failure && error.kind === 'locked') || lockWaitMs <= 0) throw error;
    logger.info(`${error.message}: waiting for up to ${formatDuration(lockWaitMs)}.`);
    return await acquireLock(path, { holder, waitMs: lockWaitMs, ...(signal ? { signal } : {}) }).catch(
      (second: unknown) => {
        throw signal?.aborted ? interrupted(holder, second) : second;
      },
    );
  }
}

/** Who was told to end is no fault to report. `holder` was interrupted, and `cause` is what came of it. */
export function interrupted(
  holder: string,
  cause: unknown,
  next = 'Run it again: it goes on where it stopped.',
): Failure {
  return new Failure('failed', `${holder} was interrupted: ${messageOf(cause)}`, next, { cause });
}
