import { mkdir } from 'node:fs/promises';
import { withoutSlash } from '../../archive/entry-names.ts';
import { formatTocLine, type TocLine } from '../../archive/toc-line.ts';
import { describeFolders, listAdded } from '../../sources/files/way-back.ts';
import { syncDirectory } from '../../system/durable-file.ts';
import { FolderTree } from '../../system/folder-tree.ts';
import { isNoFolder, splitPath } from '../../system/open-folder.ts';
import type { FilesSwap, RestoreJournal } from './journal.ts';
import { encodeName, mapEach, readFolders, readNames, writeList } from './lists.ts';
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

/**
 * The root, and of the folders that the swap aligns those that it changes: others may get modes, owners and times since,
 * which are not the undo's to take back. A root that was made for it had nothing to be described.
 */
async function* foldersBefore(
  root: Buffer,
  { source, staged, removals, directories, isRootNew, rootMtimeNs }: FilesSwap,
): AsyncGenerator<TocLine, void, undefined> {
  if (isRootNew) return;
  const time = rootMtimeNs === undefined ? undefined : BigInt(rootMtimeNs);
  const emptied = await listParents(readNames(removals));
  const incoming = new FolderTree(Buffer.from(staged));
  let aligned: Partial<TocLine> = {};
  async function* remember(): AsyncGenerator<Pick<TocLine, 'name'>, void, undefined> {
    for await (aligned of withRoot(Buffer.from(`${source}/`), readFolders(directories))) yield aligned as TocLine;
  }
  try {
    for await (const before of describeFolders(root, source, remember(), time)) {
      const name = before.name.subarray(source.length + 1);
      const isChanged =
        name.length === 0 ||
        !hasAttributesOf(before, aligned) ||
        emptied.has(name.toString('latin1')) ||
        (await incoming.within(name, async () => true).catch(isMissing));
      if (isChanged) yield before;
    }
  } finally {
    incoming.close();
  }
}

/** The folders, named as below the root, that something is to go from. */
async function listParents(names: AsyncIterable<Buffer>): Promise<Set<string>> {
  const parents = new Set<string>();
  for await (const name of names) {
    const { parent } = splitPath(withoutSlash(name));
    parents.add(`${parent.toString('latin1')}/`);
  }
  return parents;
}

function hasAttributesOf(folder: TocLine, { mode = 0o755, uid = 0, gid = 0, mtimeNs = 0n }: Partial<TocLine>): boolean {
  return folder.mode === mode && folder.uid === uid && folder.gid === gid && folder.mtimeNs === mtimeNs;
}

function isMissing(error: unknown): false {
  if (!isNoFolder(error)) throw error;
  return false;
}

/** An undo aligns no root where there was none before the restore; entries come and go in it nevertheless. */
async function* withRoot(
  name: Buffer,
  folders: AsyncIterable<TocLine>,
): AsyncGenerator<Pick<TocLine, 'name'>, void, undefined> {
  yield { name };
  for await (const folder of folders) if (!folder.name.equals(name)) yield folder;
}
