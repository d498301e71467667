import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure, messageOf } from '../logging/failure.ts';
import { isDiskFull } from '../system/disk-room.ts';
import { explainStagingError, openRunDirectory } from './backup/staging.ts';
import type { Platform } from './platform.ts';
import { interrupted, takeLock } from './take-lock.ts';
import { requireServices, takeOver } from './take-over.ts';

/**
 * Runs an operation that changes something as the only one on this platform, in a private directory of its own. What an
 * interrupted run left is finished or reverted first, and said.
 */
export async function withLock<T>(platform: Platform, work: (runDirectory: string) => Promise<T>): Promise<T> {
  const { config, logger, holder } = platform;
  await makeStateDirectory(config.state);
  const lock = await takeLock(join(config.state, 'lock'), platform).catch(async (error: unknown) => {
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
