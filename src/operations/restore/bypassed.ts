import { holdsOnlyCopy } from '../../sources/files/measure-tree.ts';
import { isUntouched } from '../../sources/files/pending-renames.ts';
import { removeTree } from '../../sources/files/swap-files.ts';
import type { Platform } from '../platform.ts';
import { closeJournal } from './close-journal.ts';
import { followContainers } from './follow-container.ts';
import type { RestoreJournal } from './journal.ts';
import { discardStaged } from './or-discard.ts';
import { swapOf } from './stage-files.ts';

/**
 * Whether a swap for which no service stood still was interrupted before its rename: what is live has gone its own way by
 * now, in which the rename may be neither single nor wanted any more.
 */
export async function isBypassed(platform: Platform, journal: RestoreJournal): Promise<boolean> {
  if (journal.phase !== 'swapping' || !journal.isSingleRename) return false;
  const files = await followContainers(platform, journal);
  return (await Promise.all(files.map((swap) => isUntouched(swapOf(swap))))).includes(true);
}

/**
 * Removes what such a swap has made. Where a file that was to give way has another in its place by now, what was kept of
 * it may be all there is of it: that stays kept, as after a restore.
 */
export async function revertBypassed(platform: Platform, journal: RestoreJournal): Promise<void> {
  const { undoes, ...run } = journal;
  const files = await followContainers(platform, journal);
  const isKept = await Promise.all(files.map(({ kept }) => holdsOnlyCopy(kept)));
  if (!isKept.includes(true)) {
    await discardStaged(platform, journal);
    return;
  }
  // What was to come in with an undo is what a restore has kept: that stays as well.
  for (const { staged } of undoes ? [] : files) await removeTree(Buffer.from(staged));
  await closeJournal(platform, { ...run, isReverted: true }, []);
  platform.logger.warning(
    `A file that was to give way has been written anew since, and what it held before is kept: undo ${run.id} puts that back, forget ${run.id} deletes it.`,
  );
}
