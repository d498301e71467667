import { link, lstat, mkdir, readdir, rename, rmdir, unlink } from 'node:fs/promises';
import type { BigIntStats } from 'node:fs';
import { joinBytes, withReachablePath } from '../../system/long-path.ts';
import { isGone } from './walk.ts';

export interface SwapOptions {
  /** Absolute path of the live folder. */
  root: Buffer;
  /** Folder with what is to be put in place, laid out as below the root; on the same file system. */
  staged: Buffer;
  /** Folder that receives what was there, laid out likewise. */
  kept: Buffer;
  /** Names relative to the root that are to go; of a folder and its content, the folder comes first. */
  removals: AsyncIterable<Buffer>;
}

/**
 * Puts staged entries in place of live ones by renaming, and moves away what is to go. The staged tree is its own list of
 * what is left to do: after an interruption the same call goes on. A file's name always leads to the old or the new file.
 */
export async function swapFiles({ root, staged, kept, removals }: SwapOptions): Promise<{ placed: number; removed: number }> {
  let removed = 0;
  await makeFolder(kept);
  for await (const name of removals) {
    const plain = withoutSlash(name);
    // What was kept already has been moved in an earlier attempt: the live name may be a new entry by now.
    if (await stat(joinBytes(kept, plain))) continue;
    if (await keep(root, kept, plain)) removed++;
  }
  const placed = await placeFolder(root, staged, kept, Buffer.alloc(0));
  return { placed, removed };
}

/** Places the content of one staged folder whose live counterpart exists, and removes the emptied staged folder. */
async function placeFolder(root: Buffer, staged: Buffer, kept: Buffer, relative: Buffer): Promise<number> {
  let placed = 0;
  const folder = relative.length === 0 ? staged : joinBytes(staged, relative);
  for (const name of await list(folder)) {
    const path = relative.length === 0 ? name : joinBytes(relative, name);
    const [source, target] = [joinBytes(staged, path), joinBytes(root, path)];
    const [fresh, live] = [await stat(source), await stat(target)];
    if (fresh?.isDirectory() && live?.isDirectory()) {
      placed += await placeFolder(root, staged, kept, path);
      continue;
    }
    if (live) await keepForReplacement(root, kept, path, live);
    await move(source, target);
    placed++;
  }
  if (relative.length > 0) await withReachablePath(folder, rmdir);
  return placed;
}

/**
 * Keeps what is about to be replaced. A file gets a second name, so that the rename over its first leaves no moment
 * without one; anything else is moved.
 */
async function keepForReplacement(root: Buffer, kept: Buffer, path: Buffer, live: BigIntStats): Promise<void> {
  const already = await stat(joinBytes(kept, path));
  if (already?.ino === live.ino && already.dev === live.dev) return;
  if (live.isFile() && !already) {
    await makeFolder(parentOf(joinBytes(kept, path)));
    try {
      await reachBoth(joinBytes(root, path), joinBytes(kept, path), link);
      return;
    } catch (error) {
      if (isGone(error)) return;
      // File systems without hard links, or too many of them: move it instead.
    }
  }
  await keep(root, kept, path);
}

/** Moves a live entry to the kept ones; false where it is gone already. */
async function keep(root: Buffer, kept: Buffer, path: Buffer): Promise<boolean> {
  let target = joinBytes(kept, path);
  await makeFolder(parentOf(target));
  // Never over something kept before: that is the older, and the one that counts.
  while (await stat(target)) target = Buffer.concat([target, Buffer.from('~')]);
  try {
    await move(joinBytes(root, path), target);
    return true;
  } catch (error) {
    if (isGone(error)) return false;
    throw error;
  }
}

/** Removes a tree that a restore made; nothing of it is left, however long its paths. */
export async function removeTree(path: Buffer): Promise<void> {
  const found = await stat(path);
  if (!found) return;
  if (!found.isDirectory()) {
    await withReachablePath(path, unlink);
    return;
  }
  for (const name of await list(path)) await removeTree(joinBytes(path, name));
  await withReachablePath(path, rmdir);
}

async function list(folder: Buffer): Promise<Buffer[]> {
  try {
    const names = await withReachablePath(folder, (reachable) => readdir(reachable, { encoding: 'buffer' }));
    return names.sort((a, b) => Buffer.compare(a, b));
  } catch (error) {
    if (isGone(error)) return [];
    throw error;
  }
}

async function stat(path: Buffer): Promise<BigIntStats | undefined> {
  try {
    return await withReachablePath(path, (reachable) => lstat(reachable, { bigint: true }));
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
}

async function makeFolder(path: Buffer): Promise<void> {
  if (await stat(path)) return;
  await makeFolder(parentOf(path));
  await withReachablePath(path, (reachable) => mkdir(reachable, { mode: 0o700 }));
}

async function move(from: Buffer, to: Buffer): Promise<void> {
  await reachBoth(from, to, rename);
}

async function reachBoth(from: Buffer, to: Buffer, act: (from: Buffer, to: Buffer) => Promise<void>): Promise<void> {
  await withReachablePath(from, (reachableFrom) => withReachablePath(to, (reachableTo) => act(reachableFrom, reachableTo)));
}

function parentOf(path: Buffer): Buffer {
  return path.subarray(0, path.lastIndexOf(0x2f));
}

function withoutSlash(name: Buffer): Buffer {
  return name.at(-1) === 0x2f ? name.subarray(0, -1) : name;
}
