import { rm } from 'node:fs/promises';
import type { Platform } from '../platform.ts';
import { removeJournal, type RestoreJournal } from './journal.ts';
import { recordKept, removeKeptRecord, type KeptDatabase, type KeptRecord } from './kept.ts';
import { workDirectoryOf } from './own-paths.ts';

/** Writes down what a restore, or an undo, keeps, and closes its journal: all that it speaks of is in place, or reverted. */
export async function closeJournal(
  { config, now }: Platform,
  { id, archive, undoes, isReverted, files, tables }: RestoreJournal & Pick<KeptRecord, 'isReverted'>,
  databases: KeptDatabase[],
): Promise<void> {
  await recordKept(config.state, {
    id,
    archive,
    ...(undoes ? { undoes } : {}),
    ...(isReverted ? { isReverted } : {}),
    since: now().toISOString(),
    databases,
    files: files.map(({ source, root, container, kept }) => ({
      source,
      root,
      ...(container === undefined ? {} : { container }),
      kept,
    })),
    ...(tables ? { tables } : {}),
  });
  // What it had kept is in place: the way back from here is the new record's.
  if (undoes) await removeKeptRecord(config.state, undoes.id);
  // Without the journal, the work directory is a leftover that the next command removes; the other way round is worse.
  await removeJournal(config.state);
  await rm(workDirectoryOf(config.state, id), { recursive: true, force: true });
}
