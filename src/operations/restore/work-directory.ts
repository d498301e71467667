import { join } from 'node:path';

/** What a restore needs until it is finished, beside its journal: lists of names, directories' lines. */
export function workDirectoryOf(stateDirectory: string, id: string): string {
  return join(stateDirectory, 'restore', id);
}
