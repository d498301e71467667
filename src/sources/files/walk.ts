import { lstat as lstatRoot, readdir } from 'node:fs/promises';
import { constants, lstat, type BigIntStats, type Dirent } from 'node:fs';
import { withoutSlash } from '../../archive/entry-names.ts';
import type { FolderTree } from '../../system/folder-tree.ts';
import type { HeldFolder } from '../../system/held-folder.ts';

/** One name in a tree, as found. */
export interface WalkedEntry {
  /** Relative to the root, as bytes; the root's own is empty. A folder's ends in `/`. */
  relativeName: Buffer;
  stat: BigIntStats;
}

export interface WalkOptions {
  tree: FolderTree;
  /** Whether an entry (and all below it) is left out; decided by the relative name. */
  isExcluded: (relativeName: Buffer) => boolean;
  /** Told of a folder or file that may not be read; may throw. */
  onUnreadable: (relativeName: Buffer, error: NodeJS.ErrnoException) => void;
}

/** What a look at a name gave: one of the two. */
interface Look {
  name: Buffer;
  stat?: BigIntStats;
  error?: NodeJS.ErrnoException;
}

/** Names of a folder that are looked at side by side. */
const BATCH = 128;
const SLASH = Buffer.from('/');
const DOT = Buffer.from('.');

/**
 * Walks a tree in bytewise order of the names as archives write them (folders with their slash), never following a
 * symbolic link. Memory grows with the largest folder on the way, not with the tree. What vanishes meanwhile is left out.
 * @throws Failure `source` where the tree is in a container that ends meanwhile.
 */
export async function* walkTree(options: WalkOptions): AsyncGenerator<WalkedEntry, void, undefined> {
  const relativeName = Buffer.alloc(0);
  const stat = await options.tree.reach(relativeName, (root) => lstatRoot(root, { bigint: true }));
  yield { relativeName, stat };
  if (!isFolder(stat)) return;
  const folders = [walkFolder(options, relativeName)];
  for (let innermost = folders.at(-1); innermost; innermost = folders.at(-1)) {
    const { value: entry, done } = await innermost.next();
    if (done) {
      folders.pop();
      continue;
    }
    yield entry;
    if (isFolder(entry.stat)) folders.push(walkFolder(options, entry.relativeName));
  }
}

async function* walkFolder(
  { tree, isExcluded, onUnreadable }: WalkOptions,
  relativeName: Buffer,
): AsyncGenerator<WalkedEntry, void, undefined> {
  const within = async <T>(use: (folder: HeldFolder) => Promise<T[]>): Promise<T[]> => {
    try {
      return await tree.within(relativeName, use);
    } catch (error) {
      if (!isGone(error)) onUnreadable(relativeName, error as NodeJS.ErrnoException);
      return [];
    }
  };
  const listed = await within(listFolder);
  const names = listed.filter((name) => !isExcluded(Buffer.concat([relativeName, name])));
  const lookAtBatch = (start: number): Promise<Look[]> | undefined => {
    if (start >= names.length) return undefined;
    const batch = within((folder) => {
      return Promise.all(names.slice(start, start + BATCH).map((name) => lookAt(folder, withoutSlash(name))));
    });
    // It may fail while nobody waits for it yet.
    batch.catch(() => undefined);
    return batch;
  };
  let next = lookAtBatch(0);
  for (let start = BATCH; next; start += BATCH) {
    const batch = await next;
    next = lookAtBatch(start);
    for (const { name, stat, error } of batch) {
      // It may have become a folder, or ceased to be one, since it was listed.
      const ending = stat && isFolder(stat) ? [SLASH] : [];
      const entryName = Buffer.concat([relativeName, name, ...ending]);
      if (stat) yield { relativeName: entryName, stat };
      // A folder that may be listed but not entered.
      else if (error && !isGone(error)) onUnreadable(entryName, error);
    }
  }
}

/** The names in a folder in archive order, folders with a slash behind. */
async function listFolder(folder: HeldFolder): Promise<Buffer[]> {
  const encoding = 'buffer' as BufferEncoding;
  const found: unknown = await readdir(folder.pathOf(DOT), { withFileTypes: true, encoding });
  return (found as Dirent<Buffer>[])
    .map((entry) => (entry.isDirectory() ? Buffer.concat([entry.name, SLASH]) : entry.name))
    .sort((a, b) => Buffer.compare(a, b));
}

/** With a callback: a promise of Node's own costs twice as much, and there may be a million files. */
function lookAt(folder: HeldFolder, name: Buffer): Promise<Look> {
  return new Promise((resolve) => {
    lstat(folder.pathOf(name), { bigint: true }, (error, stat) => {
      resolve(error ? { name, error: folder.explain(error) } : { name, stat });
    });
  });
}

/** By a number: the methods of big statistics count with big integers, again with every call. */
function isFolder(stat: BigIntStats): boolean {
  return (Number(stat.mode) & constants.S_IFMT) === constants.S_IFDIR;
}

/** Whether an error says that a name is no longer there. */
export function isGone(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code;
  return code === 'ENOENT' || code === 'ENOTDIR';
}
