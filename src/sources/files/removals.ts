import { type OpenFolder, splitPath } from '../../system/open-folder.ts';

/** The kept folder's sticky bit, which means nothing else in a private folder. */
const ALL_REMOVED = 0o1000;

/** Whether all that is to go has gone: what has one of these names now was placed afterwards, and stays. */
export async function areAllRemoved(kept: OpenFolder): Promise<boolean> {
  return ((await kept.handle.stat()).mode & ALL_REMOVED) !== 0;
}

/** Notes that all have gone: on the file system that they are on, and so on its disk after them. */
export async function noteAllRemoved({ handle }: OpenFolder): Promise<void> {
  await handle.chmod(((await handle.stat()).mode & 0o7777) | ALL_REMOVED);
}

/**
 * Opens the live folder from which a name is still to go; undefined where it is gone. What was kept already has been moved
 * in an earlier attempt: the live name may be a new entry by now.
 */
export async function findRemoval(
  live: OpenFolder,
  kept: OpenFolder | undefined,
  path: Buffer,
): Promise<OpenFolder | undefined> {
  const { parent, name } = splitPath(path);
  const before = await kept?.reach(parent);
  const isDone = (await before?.look(name)) !== undefined;
  await before?.close();
  const folder = isDone ? undefined : await live.reach(parent);
  if (await folder?.look(name)) return folder;
  await folder?.close();
  return undefined;
}
