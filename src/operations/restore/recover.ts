import { readdir, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { dropDatabases } from '../../sources/postgres/forget-databases.ts';
import { serverOf } from '../connect-server.ts';
import type { Platform } from '../platform.ts';
import { carryThrough } from './carry-through.ts';
import { readJournal, removeJournal, type RestoreJournal } from './journal.ts';
import { isRestoreId } from './own-paths.ts';
import { discardStagedFiles } from './stage-files.ts';
import { workDirectoryOf } from './work-directory.ts';

/** Finishes a restore that was interrupted while it put things in place, or reverts one that had not begun to. */
export async function finishInterrupted(platform: Platform): Promise<void> {
  const journal = await readJournal(platform.config.state);
  if (!journal) {
    await removeWorkDirectories(platform.config.state);
    return;
  }
  const { logger } = platform;
  if (journal.phase === 'swapping') {
    logger.warning(
      `The restore of ${journal.archive} of ${journal.started} was interrupted while it was put in place: going on.`,
    );
    await carryThrough(platform, journal);
    logger.warning(`The restore of ${journal.archive} is complete now.`);
  } else {
    logger.warning(
      `The restore of ${journal.archive} of ${journal.started} was interrupted before it changed anything: removing what it had staged.`,
    );
    await discardStaged(platform, journal);
  }
}

/** Removes everything that a restore has staged, and its journal. */
export async function discardStaged(platform: Platform, journal: RestoreJournal): Promise<void> {
  for (const { source, staged } of journal.databases) {
    await dropDatabases({ server: await serverOf(platform, source), names: [staged] });
  }
  for (const swap of journal.files) await discardStagedFiles(swap);
  await removeJournal(platform.config.state);
  await rm(workDirectoryOf(platform.config.state, journal.id), { recursive: true, force: true });
}

/** Lists of names that a run left which was killed before its journal began, or right after it ended. */
async function removeWorkDirectories(stateDirectory: string): Promise<void> {
  const folder = dirname(workDirectoryOf(stateDirectory, '0'));
  const names = await readdir(folder).catch(() => []);
  for (const id of names.filter(isRestoreId)) {
    await rm(workDirectoryOf(stateDirectory, id), { recursive: true, force: true });
  }
}
