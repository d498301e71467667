import { constants, open, type FileHandle } from 'node:fs/promises';
import type { EntryContent } from '../../archive/source-entry.ts';
import { withReachablePath } from '../../system/long-path.ts';
import { isGone } from './walk.ts';

/** What the walk saw of the file that is now to be read. */
export interface SeenFile {
  path: Buffer;
  ino: bigint;
  size: bigint;
  ctimeNs: bigint;
}

/**
 * Opens a regular file for reading: never through a symbolic link, never waiting for a FIFO that has taken its place.
 * Undefined where the name is gone, or is no regular file any more.
 */
export async function openFile(seen: SeenFile): Promise<EntryContent | undefined> {
  let file: FileHandle;
  try {
    file = await withReachablePath(seen.path, (reachable) =>
      open(reachable, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK),
    );
  } catch (error) {
    if (isGone(error) || (error as NodeJS.ErrnoException).code === 'ELOOP') return undefined;
    throw error;
  }
  const opened = await file.stat({ bigint: true });
  if (!opened.isFile()) {
    await file.close();
    return undefined;
  }
  // What has grown since the walk is stored as far as the walk saw it: the entry's place among others, and the memory
  // for it, were decided by that.
  const size = Number(opened.size > seen.size ? seen.size : opened.size);
  let shortBytes = 0;
  return {
    size,
    async read(target, position) {
      let done = 0;
      while (done < target.length) {
        const { bytesRead } = await file.read(target, done, target.length - done, position + done);
        if (bytesRead === 0) break;
        done += bytesRead;
      }
      shortBytes += target.length - done;
      return done;
    },
    async close() {
      try {
        const now = await file.stat({ bigint: true });
        if (shortBytes > 0) return `shrank while it was read: the last ${shortBytes} bytes are zeros`;
        if (now.size > BigInt(size)) return `grew while it was read: stored with its first ${size} bytes`;
        if (now.ctimeNs !== seen.ctimeNs || opened.ino !== seen.ino || opened.size !== seen.size) {
          return 'changed while it was read';
        }
        return undefined;
      } finally {
        await file.close();
      }
    },
  };
}
