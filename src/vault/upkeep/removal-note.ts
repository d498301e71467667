import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writeDurably } from '../../system/durable-file.ts';
import type { LedgerEntry } from '../store/ledger.ts';
import type { Store } from '../store/layout.ts';

/** What the keeper notes down before an archive goes: a run that was killed in between is finished by the next. */
export interface RemovalNote {
  entry: Omit<LedgerEntry, 'previous'> & { action: 'prune' | 'retire' };
  /** The file that goes; absent where none was there. Another one under the same name is left alone. */
  file?: { device: string; inode: string };
}

/** The removal that is under way, or was cut off; undefined where there is none. */
export async function readRemovalNote(store: Store): Promise<RemovalNote | undefined> {
  try {
    return JSON.parse(await readFile(notePath(store), 'utf8')) as RemovalNote;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Before anything of the archive is removed: durable when this returns. */
export async function writeRemovalNote(store: Store, note: RemovalNote): Promise<void> {
  await writeDurably(notePath(store), JSON.stringify(note), 0o600);
}

/** After all of it is gone, and the ledger says so. */
export async function dropRemovalNote(store: Store): Promise<void> {
  await rm(notePath(store), { force: true });
}

function notePath(store: Store): string {
  return join(store.private, 'removal.json');
}
