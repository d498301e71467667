import { mkdir } from 'node:fs/promises';
import { formatTocLine, type TocLine } from '../../archive/toc-line.ts';
import { describeFolders, listAdded } from '../../sources/files/way-back.ts';
import { syncDirectory } from '../../system/durable-file.ts';
import type { FilesSwap, RestoreJournal } from './journal.ts';
import { encodeName, mapEach, readFolders, writeList } from './lists.ts';
import { directoriesPathIn, keptRecordsIn, removalsPathIn, wayBackPathOf } from './own-paths.ts';

/**
 * Notes down what can be told only before a swap begins, and what taking it back needs: which names it adds, and how the
 * folders are that it changes. What is kept is then staged for the way back as an archive's entries are for a restore. On
 * disk when this returns.
 */
export async function noteWayBack(stateDirectory: string, { id, files }: RestoreJournal): Promise<void> {
  if (files.length === 0) return;
  const directory = wayBackPathOf(stateDirectory, id);
  await mkdir(directory, { recursive: true, mode: 0o700 });
  for (const swap of files) {
    const [root, staged] = [Buffer.from(swap.root), Buffer.from(swap.staged)];
    await writeList(removalsPathIn(directory, swap.source), mapEach(listAdded(root, staged), encodeName));
    await writeList(directoriesPathIn(directory, swap.source), mapEach(foldersBefore(root, swap), formatTocLine));
  }
  for (const path of [directory, keptRecordsIn(stateDirectory), stateDirectory]) await syncDirectory(path);
}

/** The root, and all folders that the swap aligns; a root that was made for it had nothing to be described. */
async function* foldersBefore(
  root: Buffer,
  { source, directories, isRootNew, rootMtimeNs }: FilesSwap,
): AsyncGenerator<TocLine, void, undefined> {
  if (isRootNew) return;
  const time = rootMtimeNs === undefined ? undefined : BigInt(rootMtimeNs);
  yield* describeFolders(root, source, withRoot(Buffer.from(`${source}/`), readFolders(directories)), time);
}

/** An undo aligns no root where there was none before the restore; entries come and go in it nevertheless. */
async function* withRoot(
  name: Buffer,
  folders: AsyncIterable<TocLine>,
): AsyncGenerator<Pick<TocLine, 'name'>, void, undefined> {
  yield { name };
  for await (const folder of folders) if (!folder.name.equals(name)) yield folder;
}
