import { isAbsolute, join } from 'node:path';
import { OWN_PREFIX } from '../../sources/files/file-source.ts';
import { kindOfName } from '../../sources/postgres/own-names.ts';
import { workDirectoryOf } from './work-directory.ts';

/** Names a restore wherever it leaves something: time and chance. */
export function isRestoreId(id: unknown): id is string {
  return typeof id === 'string' && /^\d{14}-[0-9a-f]{6}$/.test(id);
}

/** Folder of what is to be put in place: inside the source's root, so that renaming is never copying. */
export function stagedPathOf(root: string, id: string): string {
  return join(root, `${OWN_PREFIX}new-${id}`);
}

/** Folder of what was replaced, until `forget`. */
export function keptPathOf(root: string, id: string): string {
  return join(root, `${OWN_PREFIX}kept-${id}`);
}

/** File with the names that are to go from a source, in base64, a line each. */
export function removalsPathIn(workDirectory: string, source: string): string {
  return join(workDirectory, `${source}.removals`);
}

/** The same for the restore of that name. */
export function removalsPathOf(stateDirectory: string, id: string, source: string): string {
  return removalsPathIn(workDirectoryOf(stateDirectory, id), source);
}

/** File with the lines of the index that describe a source's folders. */
export function directoriesPathOf(stateDirectory: string, id: string, source: string): string {
  return join(workDirectoryOf(stateDirectory, id), `${source}.directories`);
}

/** Whether what a record says is kept is named as a restore names it: nothing else is ever deleted. */
export function isOwnKept(record: {
  id: string;
  databases: readonly { kept: string }[];
  files: readonly { root: string; kept: string }[];
}): boolean {
  return (
    isRestoreId(record.id) &&
    record.databases.every(({ kept }) => kindOfName(kept) === 'kept') &&
    record.files.every(({ root, kept }) => isAbsolute(root) && kept === keptPathOf(root, record.id))
  );
}
