import { lstat, readdir } from 'node:fs/promises';
import type { BigIntStats, Dirent } from 'node:fs';
import { joinBytes, withReachablePath } from '../../system/long-path.ts';

/** One name in a tree, as found. */
export interface WalkedEntry {
  /** Relative to the root, as bytes; the root's own is empty. A folder's ends in `/`. */
  relativeName: Buffer;
  path: Buffer;
  stat: BigIntStats;
}

export interface WalkOptions {
  root: Buffer;
  /** Whether an entry (and all below it) is left out; decided by the relative name. */
  isExcluded: (relativeName: Buffer) => boolean;
  /** Told of a folder or file that may not be read; may throw. */
  onUnreadable: (relativeName: Buffer, error: NodeJS.ErrnoException) => void;
}

/** Names of a folder that are looked at side by side. */
const BATCH = 128;
const SLASH = Buffer.from('/');

/**
 * Walks a tree in bytewise order of the names as archives write them (folders with their slash), never following a
 * symbolic link. Memory grows with the largest folder on the way, not with the tree. What vanishes meanwhile is left out.
 */
export async function* walkTree(options: WalkOptions): AsyncGenerator<WalkedEntry, void, undefined> {
  const stat = await lstat(options.root, { bigint: true });
  yield { relativeName: Buffer.alloc(0), path: options.root, stat };
  if (!stat.isDirectory()) return;
  const folders = [walkFolder(options, options.root, Buffer.alloc(0))];
  for (let innermost = folders.at(-1); innermost; innermost = folders.at(-1)) {
    const { value: entry, done } = await innermost.next();
    if (done) {
      folders.pop();
      continue;
    }
    yield entry;
    if (entry.stat.isDirectory()) folders.push(walkFolder(options, entry.path, entry.relativeName));
  }
}

async function* walkFolder(
  { isExcluded, onUnreadable }: WalkOptions,
  path: Buffer,
  relativeName: Buffer,
): AsyncGenerator<WalkedEntry, void, undefined> {
  const names = await listFolder(path, (error) => {
    onUnreadable(relativeName, error);
  });
  for (let start = 0; start < names.length; start += BATCH) {
    const batch = names.slice(start, start + BATCH).filter((name) => !isExcluded(Buffer.concat([relativeName, name])));
    const look = async (name: Buffer): Promise<BigIntStats | undefined> => {
      try {
        return await lookAt(joinBytes(path, withoutSlash(name)));
      } catch (error) {
        // A folder that may be listed but not entered.
        onUnreadable(Buffer.concat([relativeName, name]), error as NodeJS.ErrnoException);
        return undefined;
      }
    };
    const stats = await Promise.all(batch.map(look));
    for (const [position, stat] of stats.entries()) {
      const name = batch[position];
      if (!stat || !name) continue;
      const plain = withoutSlash(name);
      const isFolder = stat.isDirectory();
      yield {
        relativeName: Buffer.concat(isFolder ? [relativeName, plain, SLASH] : [relativeName, plain]),
        path: joinBytes(path, plain),
        stat,
      };
    }
  }
}

/** The names in a folder in archive order, folders with a slash behind. */
async function listFolder(path: Buffer, onError: (error: NodeJS.ErrnoException) => void): Promise<Buffer[]> {
  try {
    const found = await withReachablePath(path, (reachable) =>
      readdir(reachable, { withFileTypes: true, encoding: 'buffer' as BufferEncoding }),
    );
    return (found as unknown as Dirent<Buffer>[])
      .map((entry) => (entry.isDirectory() ? Buffer.concat([entry.name, SLASH]) : entry.name))
      .sort((a, b) => Buffer.compare(a, b));
  } catch (error) {
    if (!isGone(error)) onError(error as NodeJS.ErrnoException);
    return [];
  }
}

async function lookAt(path: Buffer): Promise<BigIntStats | undefined> {
  try {
    return await withReachablePath(path, (reachable) => lstat(reachable, { bigint: true }));
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
}

/** Whether an error says that a name is no longer there. */
export function isGone(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code;
  return code === 'ENOENT' || code === 'ENOTDIR';
}

function withoutSlash(name: Buffer): Buffer {
  return name.at(-1) === 0x2f ? name.subarray(0, -1) : name;
}
