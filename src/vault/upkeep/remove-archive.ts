import { lstat, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from '../../logging/logger.ts';
import { syncDirectory } from '../../system/durable-file.ts';
import { archivePath, receiptPath, verdictPath, type Store } from '../store/layout.ts';
import { appendToLedger, readLedger, type LedgerLine } from '../store/ledger.ts';
import { removeSurvey } from '../store/surveys.ts';
import { forgetExtents, handOver } from './extent-records.ts';
import { dropRemovalNote, readRemovalNote, writeRemovalNote, type RemovalNote } from './removal-note.ts';

/*
 * The one place where an archive goes. A note first, then the ledger's line, then the file, then what was kept beside it,
 * and the note last: whoever finds the note goes on from wherever the killed run stood. The line comes before the file,
 * so that an archive that is gone always has one that says why; and the note before the line, so that nobody takes an
 * archive with such a line for a stranger's.
 */

export interface Removal {
  line: LedgerLine;
  action: 'prune' | 'retire';
  reason?: string;
}

/** Removes an archive for good. The vault's lock must be held, and what was cut before be settled. */
export async function removeArchive(store: Store, { line, action, reason }: Removal, log: Logger): Promise<void> {
  const { name, size, index, sha256 } = line;
  const note: RemovalNote = {
    entry: {
      time: store.now().toISOString(),
      action,
      name,
      size,
      ...(index === undefined ? {} : { index }),
      ...(sha256 === undefined ? {} : { sha256 }),
      newBytes: 0,
      ...(reason === undefined ? {} : { reason }),
    },
  };
  const file = await identify(archivePath(store, name));
  if (file) note.file = file;
  await writeRemovalNote(store, note);
  await finish(store, note, log);
}

/** Finishes a removal that was cut off, and clears away what it left. The vault's lock must be held. */
export async function settleRemoval(store: Store, log: Logger): Promise<void> {
  const note = await readRemovalNote(store);
  if (note) {
    log.warning(`the removal of ${note.entry.name} (${note.entry.action}) was cut off; finishing it`);
    await finish(store, note, log);
  }
  await sweepTemporaries(store);
}

async function finish(store: Store, { entry, file }: RemovalNote, log: Logger): Promise<void> {
  const { name, action, time } = entry;
  const path = archivePath(store, name);
  const { lines } = await readLedger(store);
  if (!lines.some((line) => line.name === name && line.action === action && line.time === time)) {
    await appendToLedger(store, entry);
  }
  const there = await identify(path);
  // What others share with it has to be somebody's, and is looked up in what is still there.
  if (there) await handOver(store, name);
  if (there && there.inode === file?.inode && there.device === file.device) {
    await rm(path, { force: true });
    await syncDirectory(store.directory);
  } else if (there) {
    log.warning(`${name} was put back by somebody while it was being removed: that file stays`);
  }
  await rm(receiptPath(store, name), { force: true });
  await rm(verdictPath(store, name), { force: true });
  await removeSurvey(store, name);
  await forgetExtents(store, entry);
  await dropRemovalNote(store);
}

async function identify(path: string): Promise<RemovalNote['file']> {
  try {
    const { dev, ino } = await lstat(path, { bigint: true });
    return { device: String(dev), inode: String(ino) };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Files that a killed run was writing; those of others are not ours to judge: they may be at work. */
const TEMPORARY = /^\.(?:removal|prune-clock|prune)\.json\.[0-9a-f]{12}\.tmp$/;

async function sweepTemporaries(store: Store): Promise<void> {
  for (const folder of [store.private, join(store.private, 'upkeep')]) {
    const names = await readdir(folder).catch(() => []);
    for (const name of names.filter((each) => TEMPORARY.test(each))) await rm(join(folder, name), { force: true });
  }
}
