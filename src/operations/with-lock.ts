import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure, messageOf } from '../logging/failure.ts';
import { formatDuration } from '../logging/quantity-text.ts';
import { isDiskFull } from '../system/disk-room.ts';
import { acquireLock, type Lock } from '../system/lock.ts';
import { explainStagingError, openRunDirectory } from './backup/staging.ts';
import type { Platform } from './platform.ts';
import { requireServices, takeOver } from './take-over.ts';

/**
 * Runs an operation that changes something as the only one on this platform, in a private directory of its own. What an
 * interrupted run left is finished or reverted first, and said.
 */
export async function withLock<T>(platform: Platform, work: (runDirectory: string) => Promise<T>): Promise<T> {
  const { config, logger, holder } = platform;
  await makeStateDirectory(config.state);
  const lock = await takeLock(platform).catch(async (error: unknown) => {
    throw await explainStagingError(error, config.state);
  });
  try {
    const former = lock.tookOverFrom;
    if (former) logger.warning(`Took over from ${former.holder} (pid ${former.pid}), which ended without finishing.`);
    const resumed = await takeOver(platform);
    const run = await openRunDirectory(config.state);
    if (run.leftovers > 0)
      logger.info(`Removed what ${run.leftovers} interrupted run(s) had left in the staging directory.`);
    try {
      const result = await work(run.path);
      await requireServices(platform, resumed);
      return result;
    } catch (error) {
      if (platform.signal?.aborted) throw interrupted(holder, error);
      throw await explainStagingError(error, config.state);
    } finally {
      // Never in the way of what there is to tell; the next run removes what could not be removed.
      await run.remove().catch((error: unknown) => {
        logger.warning(`the staging directory ${run.path} was not removed: ${messageOf(error)}`);
      });
    }
  } finally {
    lock.release();
  }
}

/** Takes the lock; where somebody holds it, says who, and waits as long as the platform allows. */
async function takeLock({ config, logger, holder, lockWaitMs = 0, signal }: Platform): Promise<Lock> {
  const path = join(config.state, 'lock');
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

async function makeStateDirectory(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
  } catch (error) {
    if (isDiskFull(error)) throw await explainStagingError(error, path);
    throw new Failure(
      'config',
      `the state directory ${path} cannot be made: ${messageOf(error)}`,
      'Run as root, or set state: in continuity.yml to a folder that this user may write to.',
      { cause: error },
    );
  }
}

function interrupted(holder: string, cause: unknown): Failure {
  return new Failure(
    'failed',
    `${holder} was interrupted: ${messageOf(cause)}`,
    'Run it again: it goes on where it stopped.',
    { cause },
  );
}
