import { Failure } from '../../logging/failure.ts';
import { OpenFolder, splitPath } from '../../system/open-folder.ts';

/** Numbers of the folders that a restore made in a live folder. */
export interface OwnInodes {
  staged: string;
  kept: string;
}

/** Makes a folder of a restore's own. @throws Failure `refused` where something has its name. */
export async function makeOwn(root: OpenFolder, path: Buffer): Promise<OpenFolder> {
  const folder = await root.makeNew(splitPath(path).name).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  });
  if (!folder) throw isNotOurs(path);
  return await requireOwn(folder, path);
}

/**
 * Opens a folder that a restore made, by its number where that is known; undefined where it is gone.
 * @throws Failure `refused` where another one has its name.
 */
export async function openOwn(path: Buffer, inode?: string): Promise<OpenFolder | undefined> {
  const folder = await OpenFolder.open(path);
  return folder && (await requireOwn(folder, path, inode));
}

/** The folder's number on its file system. */
export async function inodeOf(folder: OpenFolder): Promise<string> {
  return String((await folder.handle.stat({ bigint: true })).ino);
}

async function requireOwn(folder: OpenFolder, path: Buffer, inode?: string): Promise<OpenFolder> {
  const { uid, mode } = await folder.handle.stat();
  const isPrivate = uid === process.getuid?.() && (mode & 0o077) === 0;
  if (isPrivate && (inode === undefined || inode === (await inodeOf(folder)))) return folder;
  await folder.close();
  throw isNotOurs(path);
}

function isNotOurs(path: Buffer): Failure {
  return new Failure(
    'refused',
    `${path.toString()} is not the folder that the restore made there`,
    'Somebody who may write to this folder put it there. Move it away, put ours back in its place if it is to be found, then run any command again.',
  );
}
