import { link, rename, rmdir, unlink } from 'node:fs/promises';
import type { BigIntStats } from 'node:fs';
import { withoutSlash } from '../../archive/entry-names.ts';
import { Failure } from '../../logging/failure.ts';
import { joinBytes } from '../../system/long-path.ts';
import { OpenFolder, splitPath } from '../../system/open-folder.ts';
import { openOwn, type OwnInodes } from './own-folder.ts';
import { reachKept, type Aside } from './reach-kept.ts';
import { areAllRemoved, findRemoval, noteAllRemoved } from './removals.ts';
import { isGone } from './walk.ts';

export interface SwapOptions {
  /** Absolute path of the live folder. */
  root: Buffer;
  /** Folder with what is to be put in place, laid out as below the root; on the same file system. */
  staged: Buffer;
  /** Private folder that receives what was there, laid out likewise; it exists since the staging. */
  kept: Buffer;
  /** Numbers of the two folders, where they are known: others of the same name are not ours. */
  inodes?: OwnInodes | undefined;
  /** Names relative to the root that are to go; of a folder and its content, the folder comes first. */
  removals: AsyncIterable<Buffer>;
}

/** What is left when a name is taken: names have at most 255 bytes. */
const LONGEST_STEM_BYTES = 240;

/**
 * Puts staged entries in place of live ones by renaming, and moves away what is to go. The staged tree is its own list of
 * what is left to do: after an interruption the same call goes on. A file's name always leads to the old or the new file.
 *
 * Whoever owns the live folder may rename things in it meanwhile: every folder is held open and none is entered through a
 * symbolic link, so that nothing outside is touched.
 *
 * @throws Failure `refused` where somebody else's folder stands in the place of one of ours; `source` where the folder is
 * not the one that was staged in (not mounted).
 */
export async function swapFiles(options: SwapOptions): Promise<{ placed: number; removed: number }> {
  const { root, staged, kept: keptPath, inodes, removals } = options;
  const live = await OpenFolder.open(root);
  if (!live)
    throw new Failure(
      'source',
      `the folder ${root.toString()} is gone`,
      'Check that it is mounted, then run any command again.',
    );
  const opened = [live];
  try {
    const kept = await openKept(keptPath, inodes?.kept);
    opened.push(kept);
    const fresh = await openOwn(staged, inodes?.staged);
    if (fresh) opened.push(fresh);
    const aside = { live, kept };
    const removed = await removeAll(aside, removals);
    const placed = fresh ? await placeFolder({ live, fresh, aside, path: Buffer.alloc(0) }) : 0;
    return { placed, removed };
  } finally {
    for (const folder of opened) await folder.close();
  }
}

/** What was staged is a list of what is left to do, and may be gone; that the kept folder is there says that all is. */
async function openKept(path: Buffer, inode: string | undefined): Promise<OpenFolder> {
  const kept = await openOwn(path, inode);
  if (kept) return kept;
  throw new Failure(
    'source',
    `${path.toString()} is gone, so this is not the folder that the restore was staged in`,
    'Check that it is mounted, and that nobody moved anything in it; then run any command again.',
  );
}

/**
 * Moves away what is to go, before anything is placed. Some of these names are placed afterwards: that all have gone is
 * noted, so that whoever goes on moves away none of what has come.
 */
async function removeAll(aside: Aside, removals: AsyncIterable<Buffer>): Promise<number> {
  if (await areAllRemoved(aside.kept)) return 0;
  let removed = 0;
  for await (const name of removals) if (await removeLive(aside, withoutSlash(name))) removed++;
  await noteAllRemoved(aside.kept);
  return removed;
}

/** Moves one live entry that the archive does not have to the kept ones. */
async function removeLive(aside: Aside, path: Buffer): Promise<boolean> {
  const folder = await findRemoval(aside.live, aside.kept, path);
  try {
    return folder !== undefined && (await keep(folder, aside, path));
  } finally {
    await folder?.close();
  }
}

interface Place {
  live: OpenFolder;
  fresh: OpenFolder;
  aside: Aside;
  /** Of the two open folders, relative to the root. */
  path: Buffer;
}

/** Places the content of one staged folder whose live counterpart exists, and empties it thereby. */
async function placeFolder({ live, fresh, aside, path }: Place): Promise<number> {
  let placed = 0;
  for (const name of await fresh.names()) {
    const entry = path.length === 0 ? name : joinBytes(path, name);
    const inner = await fresh.child(name);
    const counterpart = inner && (await live.child(name));
    try {
      if (inner && counterpart) {
        placed += await placeFolder({ live: counterpart, fresh: inner, aside, path: entry });
        await rmdir(fresh.pathOf(name));
        continue;
      }
    } finally {
      await inner?.close();
      await counterpart?.close();
    }
    const present = await live.look(name);
    if (present && (await isSameFile(fresh, name, present))) {
      // Two names of one file: a rename of the one to the other would do nothing, and leave both.
      await unlink(fresh.pathOf(name));
      continue;
    }
    if (present) await keepForReplacement(live, aside, entry, present, inner !== undefined);
    await rename(fresh.pathOf(name), live.pathOf(name));
    placed++;
  }
  return placed;
}

async function isSameFile(fresh: OpenFolder, name: Buffer, present: BigIntStats): Promise<boolean> {
  const incoming = await fresh.look(name);
  return incoming?.ino === present.ino && incoming.dev === present.dev;
}

/**
 * Keeps what is about to be replaced. A file gets a second name, so that the rename over its first leaves no moment
 * without one; anything else is moved, and so is a file that a folder is to replace.
 */
async function keepForReplacement(
  live: OpenFolder,
  aside: Aside,
  path: Buffer,
  present: BigIntStats,
  byFolder: boolean,
): Promise<void> {
  if (byFolder) {
    await keep(live, aside, path);
    return;
  }
  const { parent, name } = splitPath(path);
  const folder = await reachKept(aside, parent);
  try {
    const already = await folder?.look(name);
    if (already?.ino === present.ino && already.dev === present.dev) return;
    if (folder && present.isFile() && !already) {
      await link(live.pathOf(name), folder.pathOf(name));
      return;
    }
  } catch (error) {
    if (isGone(error)) return;
    // File systems without hard links, or too many of them: move it instead.
  } finally {
    await folder?.close();
  }
  await keep(live, aside, path);
}

/** Moves a live entry to the kept ones; false where it is gone already. */
async function keep(live: OpenFolder, aside: Aside, path: Buffer): Promise<boolean> {
  const { parent, name } = splitPath(path);
  const folder = await reachKept(aside, parent);
  if (!folder)
    throw new Failure(
      'failed',
      `${path.toString()} cannot be kept: a file is in the way of its folder`,
      'Look into the kept folder.',
    );
  try {
    let target = name;
    // Never over something kept before: that is the older, and the one that counts.
    for (let number = 1; await folder.look(target); number++) {
      target = Buffer.concat([name.subarray(0, LONGEST_STEM_BYTES), Buffer.from(`~${number}`)]);
    }
    await rename(live.pathOf(name), folder.pathOf(target));
    return true;
  } catch (error) {
    if (isGone(error)) return false;
    throw error;
  } finally {
    await folder.close();
  }
}

/** Removes a tree that a restore made, never through a symbolic link; nothing of it is left, however long its paths. */
export async function removeTree(path: Buffer): Promise<void> {
  const { parent, name } = splitPath(path);
  const folder = await OpenFolder.open(parent);
  if (!folder) return;
  try {
    await removeEntry(folder, name);
  } finally {
    await folder.close();
  }
}

async function removeEntry(parent: OpenFolder, name: Buffer): Promise<void> {
  const folder = await parent.child(name);
  if (!folder) {
    await unlink(parent.pathOf(name)).catch(ignoreGone);
    return;
  }
  try {
    for (const inner of await folder.names()) await removeEntry(folder, inner);
  } finally {
    await folder.close();
  }
  await rmdir(parent.pathOf(name)).catch(ignoreGone);
}

function ignoreGone(error: unknown): void {
  if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
}
