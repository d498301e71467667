import { FolderTree } from '../../system/folder-tree.ts';
import { isGone, walkTree } from './walk.ts';

/** What a tree holds. */
export interface TreeSize {
  /** Entries in it, its own root left out. */
  entries: number;
  /** Bytes on disk that would be free without it. */
  bytes: number;
}

/** `blocks` counts in these, whatever the file system does. */
const BLOCK_BYTES = 512n;

/**
 * Measures a tree as it lies on disk, never through a symbolic link. A file with a name elsewhere as well takes no space of
 * the tree's own. Memory grows with the files of several names. Undefined where there is no such tree.
 */
export async function measureTree(path: string): Promise<TreeSize | undefined> {
  const tree = new FolderTree(Buffer.from(path));
  const left = new Map<string, bigint>();
  let entries = -1;
  let bytes = 0n;
  try {
    for await (const { stat } of walkTree({ tree, isExcluded: () => false, onUnreadable: rethrow })) {
      entries++;
      if (stat.isDirectory() || stat.nlink === 1n) {
        bytes += stat.blocks * BLOCK_BYTES;
        continue;
      }
      const inode = `${stat.dev}:${stat.ino}`;
      const others = (left.get(inode) ?? stat.nlink) - 1n;
      if (others === 0n) bytes += stat.blocks * BLOCK_BYTES;
      left.set(inode, others);
    }
  } catch (error) {
    if (entries === -1 && isGone(error)) return undefined;
    throw error;
  } finally {
    tree.close();
  }
  return { entries, bytes: Number(bytes) };
}

/** Whether a tree has a file, or a symbolic link, that has no name anywhere else; not where there is no such tree. */
export async function holdsOnlyCopy(path: string): Promise<boolean> {
  const tree = new FolderTree(Buffer.from(path));
  try {
    for await (const { stat } of walkTree({ tree, isExcluded: () => false, onUnreadable: rethrow })) {
      if (!stat.isDirectory() && stat.nlink === 1n) return true;
    }
    return false;
  } catch (error) {
    if (isGone(error)) return false;
    throw error;
  } finally {
    tree.close();
  }
}

function rethrow(_name: Buffer, error: unknown): void {
  throw error as Error;
}
