import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure, messageOf } from '../logging/failure.ts';
import { acquireLock } from '../system/lock.ts';
import { openRunDirectory } from './backup/staging.ts';
import type { Platform } from './platform.ts';
import { finishInterrupted } from './restore/recover.ts';

/**
 * Runs an operation that changes something as the only one on this platform, in a private directory of its own. What an
 * interrupted run left is finished or reverted first, and said.
 */
export async function withLock<T>(
  platform: Platform,
  work: (runDirectory: string) => Promise<T>,
): Promise<T> {
  const { config, logger, holder } = platform;
  await makeStateDirectory(config.state);
  const lock = await acquireLock(join(config.state, 'lock'), { holder });
  try {
    const former = lock.tookOverFrom;
    if (former) logger.warning(`Took over from ${former.holder} (pid ${former.pid}), which ended without finishing.`);
    await finishInterrupted(platform);
    const run = await openRunDirectory(config.state);
    if (run.leftovers > 0) logger.info(`Removed what ${run.leftovers} interrupted run(s) had left in the staging directory.`);
    try {
      return await work(run.path);
    } finally {
      await run.remove();
    }
  } finally {
    lock.release();
  }
}

async function makeStateDirectory(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new Failure(
      'config',
      `the state directory ${path} cannot be made: ${messageOf(error)}`,
      'Run as root, or set state: in continuity.yml to a folder that this user may write to.',
      { cause: error },
    );
  }
}
