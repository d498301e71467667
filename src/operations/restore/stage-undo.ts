import { copyFile } from 'node:fs/promises';
import { Failure } from '../../logging/failure.ts';
import { inodeOf, makeOwn, openOwn } from '../../sources/files/own-folder.ts';
import { keptNameOf } from '../../sources/postgres/own-names.ts';
import { syncDirectory } from '../../system/durable-file.ts';
import { OpenFolder } from '../../system/open-folder.ts';
import type { Platform } from '../platform.ts';
import type { DatabaseSwap, FilesSwap, RestoreJournal } from './journal.ts';
import { directoriesPathIn, removalsPathIn, wayBackPathOf } from './own-paths.ts';
import type { UndoneFiles } from './plan-folder-back.ts';
import { placeFilesSwap } from './stage-files.ts';
import { syncFileSystems } from './sync-file-systems.ts';
import type { UndoneDatabase } from './undo-plan.ts';

/** How a database goes back. */
export function placeDatabaseBack({ source, live, kept, keptOid }: UndoneDatabase, id: string): DatabaseSwap {
  return {
    source,
    live,
    ...(kept === undefined ? {} : { staged: kept }),
    kept: keptNameOf(live, id),
    ...(keptOid === undefined ? {} : { stagedOid: keptOid }),
  };
}

/** How files go back. Only looks. */
export async function placeFilesBack(
  { source, root, container, kept }: UndoneFiles,
  id: string,
  state: string,
): Promise<FilesSwap> {
  const place = { source, path: root, ...(container === undefined ? {} : { container }) };
  return { ...(await placeFilesSwap(place, id, state)), staged: kept };
}

/**
 * What was kept is staged already: makes the folders that receive what is there now, and gives the undo lists of its own,
 * since those of what it takes back go before its journal does. All of it is on disk when this returns.
 *
 * @throws Failure `refused` where a folder is not ours.
 */
export async function stageUndo(
  { config }: Platform,
  { id, undoes, files }: RestoreJournal & Required<Pick<RestoreJournal, 'undoes'>>,
  workDirectory: string,
): Promise<FilesSwap[]> {
  const wayBack = wayBackPathOf(config.state, undoes.id);
  const staged: FilesSwap[] = [];
  for (const swap of files) {
    await copyFile(removalsPathIn(wayBack, swap.source), removalsPathIn(workDirectory, swap.source));
    await copyFile(directoriesPathIn(wayBack, swap.source), directoriesPathIn(workDirectory, swap.source));
    staged.push({ ...swap, inodes: await openFolders(swap, id) });
  }
  await syncDirectory(workDirectory);
  await syncFileSystems([config.state, ...files.map(({ root }) => root)]);
  return staged;
}

async function openFolders(swap: FilesSwap, id: string): Promise<NonNullable<FilesSwap['inodes']>> {
  const root = await OpenFolder.open(Buffer.from(swap.root));
  try {
    const staged = root && (await openOwn(Buffer.from(swap.staged)));
    const inode = staged && (await inodeOf(staged).finally(() => staged.close()));
    const kept = root && inode !== undefined && (await makeOwn(root, Buffer.from(swap.kept)));
    if (kept) return { staged: inode, kept: await inodeOf(kept).finally(() => kept.close()) };
  } finally {
    await root?.close();
  }
  throw new Failure('source', `${swap.staged} is gone, so ${id} cannot put it back`, 'Check that it is mounted.');
}
