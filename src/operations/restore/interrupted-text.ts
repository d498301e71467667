import type { RestoreJournal } from './journal.ts';

/** Commands that take the lock, and so finish or revert what a killed one left. */
export const FINISHING_COMMANDS = 'the next backup, restore, undo or forget';

/** What a journal is of: `restore of backup_full_2026-01-31.tar.gz`, `undo of 20260131040000-0123ab`. */
export function describeJournal({ archive, undoes }: Pick<RestoreJournal, 'archive' | 'undoes'>): string {
  return undoes ? `undo of ${undoes.id} (restore of ${archive})` : `restore of ${archive}`;
}

/** How far it came. */
export function describePhase({ phase }: Pick<RestoreJournal, 'phase'>): string {
  return phase === 'swapping' ? 'while it was put in place' : 'before it changed anything';
}

/** What will be done about it. */
export function describeRemedy({ phase, isSingleRename }: Pick<RestoreJournal, 'phase' | 'isSingleRename'>): string {
  if (phase !== 'swapping') return 'removes what it had made';
  return isSingleRename ? 'removes what it had made, or ends it where it was renamed already' : 'carries it through';
}
