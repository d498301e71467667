import { randomBytes } from 'node:crypto';
import { isAbsolute, join } from 'node:path';
import { OWN_PREFIX } from '../../sources/files/file-source.ts';
import { kindOfName } from '../../sources/postgres/own-names.ts';

/** Names a restore, or an undo, that begins now. */
export function makeRestoreId(now: Date): string {
  return `${now.toISOString().slice(0, 19).replace(/\D/g, '')}-${randomBytes(3).toString('hex')}`;
}

/** Names a restore wherever it leaves something: time and chance. */
export function isRestoreId(id: unknown): id is string {
  return typeof id === 'string' && /^\d{14}-[0-9a-f]{6}$/.test(id);
}

/** What a restore needs until it is finished, beside its journal: lists of names, directories' lines. */
export function workDirectoryOf(stateDirectory: string, id: string): string {
  return join(stateDirectory, 'restore', id);
}

/** Folder of what is to be put in place: inside the source's root, so that renaming is never copying. */
export function stagedPathOf(root: string, id: string): string {
  return join(root, `${OWN_PREFIX}new-${id}`);
}

/** Folder of what was replaced, until `forget`. */
export function keptPathOf(root: string, id: string): string {
  return join(root, `${OWN_PREFIX}kept-${id}`);
}

/** Folder of what comes in: what a restore has staged; for an undo, what was kept by the restore that it takes back. */
export function incomingPathOf(root: string, { id, undoes }: { id: string; undoes?: { id: string } }): string {
  return undoes ? keptPathOf(root, undoes.id) : stagedPathOf(root, id);
}

/** File with the names that are to go from a source, in base64, a line each. */
export function removalsPathIn(directory: string, source: string): string {
  return join(directory, `${source}.removals`);
}

/** The same for the restore of that name. */
export function removalsPathOf(stateDirectory: string, id: string, source: string): string {
  return removalsPathIn(workDirectoryOf(stateDirectory, id), source);
}

/** File with the lines that describe a source's folders, as an index writes them. */
export function directoriesPathIn(directory: string, source: string): string {
  return join(directory, `${source}.directories`);
}

/** The same for the restore of that name. */
export function directoriesPathOf(stateDirectory: string, id: string, source: string): string {
  return directoriesPathIn(workDirectoryOf(stateDirectory, id), source);
}

/** Where records of what is kept are. */
export function keptRecordsIn(stateDirectory: string): string {
  return join(stateDirectory, 'kept');
}

/** Folder with the lists that the way back needs: by source what is to go again, and the folders as they were. */
export function wayBackPathOf(stateDirectory: string, id: string): string {
  return join(keptRecordsIn(stateDirectory), id);
}

/** Whether what a record says is kept is named as a restore names it: nothing else is ever deleted. */
export function isOwnKept(record: {
  id: string;
  undoes?: { id: string };
  databases: readonly { kept?: string }[];
  files: readonly { source: string; root: string; kept: string }[];
  tables?: readonly { kept: string }[];
}): boolean {
  return (
    isRestoreId(record.id) &&
    (record.undoes === undefined || isRestoreId(record.undoes.id)) &&
    record.databases.every(({ kept }) => kept === undefined || kindOfName(kept) === 'kept') &&
    (record.tables ?? []).every(({ kept }) => kindOfName(kept) === 'kept') &&
    record.files.every(
      ({ source, root, kept }) => /^[\w-]+$/.test(source) && isAbsolute(root) && kept === keptPathOf(root, record.id),
    )
  );
}
