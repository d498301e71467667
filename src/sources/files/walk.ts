import { readdir } from 'node:fs/promises';
import { constants, lstat, type BigIntStats, type Dirent } from 'node:fs';
import { splitContainerPath } from '../../system/container-path.ts';
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
const DOT = Buffer.from('.');

/**
 * Walks a tree in bytewise order of the names as archives write them (folders with their slash), never following a
 * symbolic link. Memory grows with the largest folder on the way, not with the tree. What vanishes meanwhile is left out.
 * @throws Failure `source` where the tree is in a container that ends meanwhile.
 */
export async function* walkTree(options: WalkOptions): AsyncGenerator<WalkedEntry, void, undefined> {
  const stat = await withReachablePath(options.root, readStat);
  yield { relativeName: Buffer.alloc(0), path: options.root, stat };
  if (!isFolder(stat)) return;
  const folders = [walkFolder(options, options.root, Buffer.alloc(0))];
  for (let innermost = folders.at(-1); innermost; innermost = folders.at(-1)) {
    const { value: entry, done } = await innermost.next();
    if (done) {
      folders.pop();
      continue;
    }
    yield entry;
    if (isFolder(entry.stat)) folders.push(walkFolder(options, entry.path, entry.relativeName));
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
  const look = async (name: Buffer): Promise<WalkedEntry | undefined> => {
    const listedName = Buffer.concat([relativeName, name]);
    if (isExcluded(listedName)) return undefined;
    const plain = withoutSlash(name);
    const entryPath = joinBytes(path, plain);
    try {
      const stat = await lookAt(entryPath);
      if (!stat) return undefined;
      // It may have become a folder, or ceased to be one, since it was listed.
      const ending = isFolder(stat) ? [SLASH] : [];
      return { relativeName: Buffer.concat([relativeName, plain, ...ending]), path: entryPath, stat };
    } catch (error) {
      // A folder that may be listed but not entered.
      onUnreadable(listedName, error as NodeJS.ErrnoException);
      return undefined;
    }
  };
  const lookAtBatch = (start: number): Promise<(WalkedEntry | undefined)[]> | undefined => {
    if (start >= names.length) return undefined;
    const batch = Promise.all(names.slice(start, start + BATCH).map(look));
    // It may fail while nobody waits for it yet.
    batch.catch(() => undefined);
    return batch;
  };
  let next = lookAtBatch(0);
  for (let start = BATCH; next; start += BATCH) {
    const batch = await next;
    next = lookAtBatch(start);
    for (const entry of batch) if (entry) yield entry;
  }
}

/** The names in a folder in archive order, folders with a slash behind. */
async function listFolder(path: Buffer, onError: (error: NodeJS.ErrnoException) => void): Promise<Buffer[]> {
  try {
    // Its last name must be no link either.
    const listed = splitContainerPath(path) ? joinBytes(path, DOT) : path;
    const found = await withReachablePath(listed, (reachable) =>
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
    return await withReachablePath(path, readStat);
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
}

/** With a callback: a promise of Node's own costs twice as much, and there may be a million files. */
function readStat(path: Buffer): Promise<BigIntStats> {
  return new Promise((resolve, reject) => {
    lstat(path, { bigint: true }, (error, stat) => (error ? reject(error) : resolve(stat)));
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

function withoutSlash(name: Buffer): Buffer {
  return name.at(-1) === 0x2f ? name.subarray(0, -1) : name;
}
