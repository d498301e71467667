import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '../../logging/failure.ts';
import type { OwnInodes } from '../../sources/files/own-folder.ts';
import { kindOfName } from '../../sources/postgres/own-names.ts';
import { syncDirectory, writeDurably } from '../../system/durable-file.ts';
import type { Platform } from '../platform.ts';
import type { Users } from '../services/find-users.ts';
import type { Undone } from './kept.ts';
import { directoriesPathOf, incomingPathOf, isOwnKept, removalsPathOf } from './own-paths.ts';

/** One database that changes places, by its names on the server. */
export interface DatabaseSwap {
  /** Configured source whose server it is on. */
  source: string;
  live: string;
  /** What comes in; absent where an undo has nothing to put in place, since there was no such database before. */
  staged?: string;
  kept: string;
  /** The incoming database's own number, from when it is there: by it, whoever goes on tells done from not done. */
  stagedOid?: number;
}

/** One file source whose entries change places. Paths are absolute. */
export interface FilesSwap {
  source: string;
  root: string;
  /** Of the container that the root is in, where it is in one; the path goes by its first program's number. */
  container?: string;
  /** What comes in, laid out as below the root. */
  staged: string;
  kept: string;
  /** Of these two, once they are made: whoever may write to the root may put others there. */
  inodes?: OwnInodes;
  /** File with the names that are to go, in base64, a line each. */
  removals: string;
  /** File with lines of folders, as an index writes them: their times and modes are put right at the end. */
  directories: string;
  /** The root did not exist: taken back, the restore leaves none. */
  isRootNew: boolean;
  /** Time of the root before anything was staged in it, in nanoseconds; absent where it is new. */
  rootMtimeNs?: string;
}

/** One table that gets other rows, or is made or moved as a whole: all those of a journal in one transaction. */
export interface TableSwap {
  /** Configured source whose server its database is on. */
  source: string;
  database: string;
  schema: string;
  table: string;
  /** Table in the same schema with what is replaced, from that transaction on. */
  kept: string;
}

/** A new table beside live ones, or a new database, that a restore makes without touching anything else. */
export interface NewPlace {
  /** Configured source whose server it is on. */
  source: string;
  database: string;
  /** Absent where the whole database is new; by its comment, whoever goes on tells it from one that somebody else made. */
  table?: { schema: string; name: string; comment: string };
  /** Of a whole new database: its number, from when it is there under its staged name. */
  oid?: number;
}

/**
 * What a restore, or an undo, is about to do, on disk before it does it. `staging`: nothing has been replaced, the next command
 * removes what was staged. `swapping`: all of it is staged and proven, the next command carries it through.
 */
export interface RestoreJournal {
  version: 1;
  id: string;
  phase: 'staging' | 'swapping';
  /** Of an undo: that of the restore which first put in place what is at stake. */
  archive: string;
  /** Of an undo: what it takes back. What that has kept is what comes in. */
  undoes?: Undone;
  holder: string;
  started: string;
  databases: DatabaseSwap[];
  files: FilesSwap[];
  /** Tables of one database; that their transaction has happened is told by what they keep. Absent in older journals. */
  tables?: TableSwap[];
  /** One rename puts all of it in place, and no service stands still for that. */
  isSingleRename?: boolean;
  /** What is made anew; there was nothing of these names. Absent in older journals. */
  makes?: NewPlace[];
  /** Services that stand still during the swap, also those that did not run when it began; absent in older journals. */
  users?: Users;
}

/** Of its file in the state directory. */
export const JOURNAL_NAME = 'restore-journal.json';

/** What every journal begins with: nothing is replaced yet. */
export function beginJournal<About extends Pick<RestoreJournal, 'id' | 'archive' | 'undoes'>>(
  { holder, now }: Pick<Platform, 'holder' | 'now'>,
  about: About,
): About & Pick<RestoreJournal, 'version' | 'phase' | 'holder' | 'started'> {
  return { version: 1, phase: 'staging', ...about, holder, started: now().toISOString() };
}

/** Makes the journal the word that counts: it is on disk when this returns. */
export async function writeJournal(stateDirectory: string, journal: RestoreJournal): Promise<void> {
  await writeDurably(journalPath(stateDirectory), `${JSON.stringify(journal, null, 2)}\n`, 0o600);
}

/** The journal of an unfinished restore, if there is one. */
export async function readJournal(stateDirectory: string): Promise<RestoreJournal | undefined> {
  let text: string;
  try {
    text = await readFile(journalPath(stateDirectory), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  const journal = JSON.parse(text) as Omit<RestoreJournal, 'version'> & { version: number };
  if (journal.version !== 1) {
    throw new Failure(
      'refused',
      `${journalPath(stateDirectory)} was written by a newer version of the toolkit`,
      'Finish the restore with that version.',
    );
  }
  const found = { ...journal, version: 1 } as const;
  if (!isOurs(found, stateDirectory)) {
    throw new Failure(
      'refused',
      `${journalPath(stateDirectory)} names places that no restore of ours uses`,
      'Somebody changed it: look into it, and at the folders and databases that begin with continuity, then move it away.',
    );
  }
  return found;
}

/** Whether a journal speaks of nothing but what a restore of its id may touch. */
function isOurs(journal: RestoreJournal, stateDirectory: string): boolean {
  const { id, undoes } = journal;
  const isIncoming = (name: string | undefined): boolean =>
    name === undefined ? undoes !== undefined : kindOfName(name) === (undoes ? 'kept' : 'new');
  return (
    isOwnKept(journal) &&
    journal.databases.every(({ staged }) => isIncoming(staged)) &&
    journal.files.every(
      ({ source, root, staged, removals, directories }) =>
        staged === incomingPathOf(root, journal) &&
        removals === removalsPathOf(stateDirectory, id, source) &&
        directories === directoriesPathOf(stateDirectory, id, source),
    )
  );
}

/** Closes the journal: the restore it speaks of is done, or undone. */
export async function removeJournal(stateDirectory: string): Promise<void> {
  await rm(journalPath(stateDirectory), { force: true });
  await syncDirectory(stateDirectory);
}

function journalPath(stateDirectory: string): string {
  return join(stateDirectory, JOURNAL_NAME);
}
