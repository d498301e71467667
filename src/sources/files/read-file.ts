import { closeSync, constants, fstatSync, open, read, type BigIntStats } from 'node:fs';
import { promisify } from 'node:util';
import type { EntryContent } from '../../archive/source-entry.ts';
import type { FolderTree } from '../../system/folder-tree.ts';
import { isGone } from './walk.ts';

const openFd = promisify(open);
const readFd = promisify(read);

/** What the walk saw of the file that is now to be read. */
export interface SeenFile {
  /** In its tree. */
  name: Buffer;
  ino: bigint;
  size: bigint;
  ctimeNs: bigint;
}

/**
 * Opens a regular file for reading: never through a symbolic link, never waiting for a FIFO that has taken its place.
 * Undefined where the name is gone, or is no regular file any more. What may wait for the disk (opening, reading) is done
 * beside; looking at an open file and closing it take less than the way there and back.
 */
export async function openFile(tree: FolderTree, seen: SeenFile): Promise<EntryContent | undefined> {
  let file: number;
  try {
    file = await tree.reach(seen.name, (reachable) =>
      openFd(reachable, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK),
    );
  } catch (error) {
    if (isGone(error) || (error as NodeJS.ErrnoException).code === 'ELOOP') return undefined;
    throw error;
  }
  let opened: BigIntStats;
  try {
    opened = fstatSync(file, { bigint: true });
  } catch (error) {
    closeSync(file);
    throw error;
  }
  if (!opened.isFile()) {
    closeSync(file);
    return undefined;
  }
  // What has grown since the walk is stored as far as the walk saw it: the entry's place among others, and the memory
  // for it, were decided by that.
  const size = Number(opened.size > seen.size ? seen.size : opened.size);
  let shortBytes = 0;
  let isOpen = true;
  let reading: Promise<unknown> = Promise.resolve();
  const nameOddity = (now: BigIntStats): string | undefined => {
    if (shortBytes > 0) return `shrank while it was read: the last ${shortBytes} bytes are zeros`;
    if (now.size > BigInt(size)) return `grew while it was read: stored with its first ${size} bytes`;
    const isAsSeen = now.ctimeNs === seen.ctimeNs && opened.ino === seen.ino && opened.size === seen.size;
    return isAsSeen ? undefined : 'changed while it was read';
  };
  return {
    size,
    async read(target, position) {
      let done = 0;
      while (done < target.length) {
        if (!isOpen) throw new Error('the file has been closed');
        const piece = readFd(file, target, done, target.length - done, position + done);
        reading = piece.catch(() => undefined);
        const { bytesRead } = await piece;
        if (bytesRead === 0) break;
        done += bytesRead;
      }
      shortBytes += target.length - done;
      return done;
    },
    async close() {
      isOpen = false;
      // Its number may soon be another file's.
      await reading;
      try {
        return nameOddity(fstatSync(file, { bigint: true }));
      } finally {
        closeSync(file);
      }
    },
  };
}
