import { rm } from 'node:fs/promises';
import { Failure, messageOf } from '../../logging/failure.ts';
import { dropDatabases } from '../../sources/postgres/forget-databases.ts';
import { serverOf } from '../connect-server.ts';
import type { Platform } from '../platform.ts';
import { findMade } from './find-made.ts';
import { followContainers } from './follow-container.ts';
import { removeJournal, type RestoreJournal } from './journal.ts';
import { wayBackPathOf, workDirectoryOf } from './own-paths.ts';
import { discardStagedFiles } from './stage-files.ts';

/** Does what comes before anything is replaced; where it fails, nothing of what was staged is left. */
export async function orDiscard<T>(platform: Platform, journal: RestoreJournal, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    await discardStaged(platform, journal).catch((second: unknown) => {
      platform.logger.error(`What was staged could not be removed: ${messageOf(second)}. The next command will.`);
    });
    const made = await findMade(platform, journal);
    if (!(error instanceof Failure)) throw error;
    // Whoever reads this at night wants to know that before anything else.
    const said = error.next.startsWith('Nothing') ? error.next : `Nothing live was changed. ${error.next}`;
    const next = made.length === 0 ? said : `${said} But ${made.join('; ')}: use it, or drop it.`;
    throw new Failure(error.kind, error.message, next, { cause: error });
  }
}

/** Removes everything that a restore, or an undo, has made before it replaced anything, and its journal. */
export async function discardStaged(platform: Platform, journal: RestoreJournal): Promise<void> {
  const isUndo = journal.undoes !== undefined;
  // What was to come in with an undo is what a restore has kept: that stays.
  for (const { source, staged } of isUndo ? [] : journal.databases) {
    if (staged !== undefined) await dropDatabases({ server: await serverOf(platform, source), names: [staged] });
  }
  for (const swap of await followContainers(platform, journal)) await discardStagedFiles(swap, isUndo);
  await rm(wayBackPathOf(platform.config.state, journal.id), { recursive: true, force: true });
  await removeJournal(platform.config.state);
  await rm(workDirectoryOf(platform.config.state, journal.id), { recursive: true, force: true });
}
