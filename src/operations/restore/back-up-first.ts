import { setTimeout as sleep } from 'node:timers/promises';
import { Failure } from '../../logging/failure.ts';
import { backupUnderLock, type BackupResult } from '../backup.ts';
import type { Platform } from '../platform.ts';

/** Backs up what is about to be replaced. What is missing there is no reason to stop: it is why somebody restores. */
export async function backUpFirst(platform: Platform, runDirectory: string): Promise<BackupResult> {
  platform.logger.phase('Safety backup');
  platform.logger.info('Backing up the present state first.');
  try {
    for (;;) {
      const safety = await backupUnderLock(platform, runDirectory, { trigger: 'safety' });
      if (!safety.alreadyThere) return safety;
      // Another backup has this second's name, and what it holds may be older than what is about to be replaced.
      await sleep(1000);
    }
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    throw new Failure(
      error.kind,
      `the safety backup before the restore failed, so nothing was restored: ${error.message}`,
      `${error.next} To restore without a copy of the present state, add --no-safety (in a workflow safety-backup: false).`,
      { cause: error },
    );
  }
}
