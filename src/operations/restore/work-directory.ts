import { mkdir, rm } from 'node:fs/promises';
import { writeJournal, type RestoreJournal } from './journal.ts';
import { workDirectoryOf } from './own-paths.ts';

export interface Work {
  directory: string;
  /** Writes the journal's first line: from then on whoever closes the journal removes the directory. */
  begin: (journal: RestoreJournal) => Promise<void>;
}

/** Works with a directory of its own, which goes again where no journal was begun. */
export async function withWorkDirectory<Result>(
  stateDirectory: string,
  id: string,
  work: (place: Work) => Promise<Result>,
): Promise<Result> {
  const directory = workDirectoryOf(stateDirectory, id);
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const journalled = { isBegun: false };
  const begin = async (journal: RestoreJournal): Promise<void> => {
    journalled.isBegun = true;
    await writeJournal(stateDirectory, journal);
  };
  try {
    return await work({ directory, begin });
  } finally {
    if (!journalled.isBegun) await rm(directory, { recursive: true, force: true });
  }
}
