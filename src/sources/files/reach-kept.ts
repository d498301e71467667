import { type OpenFolder, splitNames } from '../../system/open-folder.ts';

/** Where a swap moves things aside. */
export interface Aside {
  /** The root of all that is live. */
  live: OpenFolder;
  /** The root of all that is kept, laid out likewise. */
  kept: OpenFolder;
}

/**
 * Opens the kept counterpart of a live folder, by its path relative to the root. Folders made for that have the mode and
 * the owner of the live ones: where those are gone by the time of an undo, it brings these back as they are. Undefined
 * where a file is in the way.
 */
export async function reachKept({ live, kept }: Aside, path: Buffer): Promise<OpenFolder | undefined> {
  const present = await kept.reach(path);
  if (present) return present;
  let [folder, model] = [await kept.reach(Buffer.alloc(0)), await live.reach(Buffer.alloc(0))];
  for (const name of splitNames(path)) {
    const [outer, outerModel]: (OpenFolder | undefined)[] = [folder, model];
    model = await outerModel?.child(name);
    await outerModel?.close();
    folder = (await outer?.child(name)) ?? (outer && (await makeLike(outer, name, model)));
    await outer?.close();
  }
  await model?.close();
  return folder;
}

async function makeLike(
  outer: OpenFolder,
  name: Buffer,
  model: OpenFolder | undefined,
): Promise<OpenFolder | undefined> {
  const folder = await outer.make(name);
  if (!folder || !model) return folder;
  const { mode, uid, gid } = await model.handle.stat();
  const own = await folder.handle.stat();
  // Who is not root has made it his own, and may give it to no one else.
  if (own.uid !== uid || own.gid !== gid) await folder.handle.chown(uid, gid).catch(ignoreForbidden);
  await folder.handle.chmod(mode & 0o7777);
  return folder;
}

function ignoreForbidden(error: unknown): void {
  if ((error as NodeJS.ErrnoException).code !== 'EPERM') throw error;
}
