import { countRenames } from '../../sources/files/pending-renames.ts';
import type { RestoreJournal } from './journal.ts';
import { swapOf } from './stage-files.ts';

/**
 * Whether all that a plan does to live names comes to one rename at most: one entry that comes with all that lies below,
 * one that goes, or one file over another. Nobody can meet half of that, so no service has to stand still for it.
 */
export function isSingleRename({
  databases,
  files,
}: {
  databases: readonly unknown[];
  files: readonly { renames: number }[];
}): boolean {
  return databases.length === 0 && files.reduce((sum, { renames }) => sum + renames, 0) <= 1;
}

/** Whether that holds, right before, for what is staged and what is live by then. */
export async function staysSingleRename({
  databases,
  files,
}: Pick<RestoreJournal, 'databases' | 'files'>): Promise<boolean> {
  const counts = await Promise.all(files.map((swap) => countRenames(swapOf(swap))));
  return isSingleRename({ databases, files: counts.map((renames) => ({ renames })) });
}
