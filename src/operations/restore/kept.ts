import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '../../logging/failure.ts';
import { syncDirectory, writeDurably } from '../../system/durable-file.ts';
import { isOwnKept, keptRecordsIn, wayBackPathOf } from './own-paths.ts';

/** A restore, or an undo, that an undo took back. */
export interface Undone {
  id: string;
  /** When it had been carried through, RFC 3339. */
  since: string;
  /** What that had taken back in turn; absent in older records. */
  undoes?: Undone;
}

/** What a restore, or an undo, replaced, and where it is kept until `forget`. */
export interface KeptRecord {
  id: string;
  /** Of an undo: that of the restore which first put in place what is at stake. */
  archive: string;
  /** Of an undo: what it took back. */
  undoes?: Undone;
  /** It replaced nothing, and was reverted: kept is what had been there before others wrote it anew. */
  isReverted?: boolean;
  /** When it was carried through, RFC 3339. */
  since: string;
  databases: KeptDatabase[];
  files: KeptFiles[];
  /** Tables whose rows were replaced, or that were made anew; absent in older records. */
  tables?: KeptTableRecord[];
}

/** A database that was replaced. */
export interface KeptDatabase {
  source: string;
  live: string;
  /** Its name now; absent where there was no such database before. */
  kept?: string;
}

/** A table that was replaced, by the names of it and of what is kept of it, in the same schema. */
export interface KeptTableRecord {
  source: string;
  database: string;
  schema: string;
  table: string;
  kept: string;
}

/** A folder in which entries were replaced, added or moved away. */
export interface KeptFiles {
  source: string;
  root: string;
  container?: string;
  /** Folder with what was replaced or moved away, laid out as below the root. */
  kept: string;
}

/**
 * Writes a record; it is on disk when this returns. It is later than all others, whatever the clock says: which restore
 * comes after which decides what an undo may put back.
 */
export async function recordKept(stateDirectory: string, record: KeptRecord): Promise<void> {
  await mkdir(keptRecordsIn(stateDirectory), { recursive: true, mode: 0o700 });
  // A record that somebody changed does not keep a restore from ending.
  const others = await listKept(stateDirectory).catch(() => []);
  const earlier = [record.undoes, ...others.filter(({ id }) => id !== record.id)];
  const earliest = Math.max(...earlier.map((each) => (each ? Date.parse(each.since) + 1 : 0)));
  const since = new Date(Math.max(Date.parse(record.since), earliest)).toISOString();
  await writeDurably(pathOf(stateDirectory, record.id), `${JSON.stringify({ ...record, since }, null, 2)}\n`, 0o600);
}

/** All that is kept, oldest first. @throws Failure `refused` on a record that names anything but what is ours. */
export async function listKept(stateDirectory: string): Promise<KeptRecord[]> {
  const names = await readdir(keptRecordsIn(stateDirectory)).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  });
  const records: KeptRecord[] = [];
  for (const name of names.filter((candidate) => candidate.endsWith('.json')).sort()) {
    const path = join(keptRecordsIn(stateDirectory), name);
    const record = JSON.parse(await readFile(path, 'utf8')) as KeptRecord;
    if (!isOwnKept(record) || name !== `${record.id}.json`) {
      throw new Failure(
        'refused',
        `${path} names something that no restore of ours keeps`,
        'Somebody changed it: look into it, and move it away.',
      );
    }
    records.push(record);
  }
  return records.sort((a, b) => (a.since < b.since ? -1 : 1));
}

/** Removes a record with the lists of its way back. */
export async function removeKeptRecord(stateDirectory: string, id: string): Promise<void> {
  await rm(wayBackPathOf(stateDirectory, id), { recursive: true, force: true });
  await rm(pathOf(stateDirectory, id), { force: true });
  await syncDirectory(keptRecordsIn(stateDirectory));
}

function pathOf(stateDirectory: string, id: string): string {
  return join(keptRecordsIn(stateDirectory), `${id}.json`);
}
