import { createHash } from 'node:crypto';
import { constants, lstat, open, readlink, realpath } from 'node:fs/promises';
import type { BigIntStats } from 'node:fs';
import type { TocLine } from '../../archive/toc-line.ts';
import { joinBytes, withReachablePath } from '../../system/long-path.ts';
import { OWN_PREFIX } from './file-source.ts';
import { isGone, walkTree, type WalkedEntry } from './walk.ts';

/** What has to happen to one name for the live tree to equal the archive. Names are relative to the source's folder. */
export interface Difference {
  kind: 'add' | 'replace' | 'remove';
  relativeName: Buffer;
  /** Bytes of content that are to be fetched; 0 for a removal. */
  sizeBytes: number;
}

export interface CompareOptions {
  /** Name of the source: the folder in the archive. */
  source: string;
  /** Absolute path of the live folder; it may be missing. */
  path: string;
  /** The source's entries in archive order, further chunks left out. */
  archived: AsyncIterable<TocLine>;
  /** When the archive's walk began: a file touched since is compared by content, whatever its times say. */
  archivedSinceNs: bigint;
}

/**
 * Compares an archived tree with the live one, both in the same order, by type, size, times, mode, owner and links; and
 * by content where the inode was touched after the archive was made, so that a forged mtime hides nothing.
 */
export async function* compareTree(options: CompareOptions): AsyncGenerator<Difference, void, undefined> {
  const root = await resolveRoot(options.path);
  const live = liveEntries(root)[Symbol.asyncIterator]();
  let present = await live.next();
  for await (const line of options.archived) {
    const relativeName = line.name.subarray(options.source.length + 1);
    while (!present.done && Buffer.compare(present.value.relativeName, relativeName) < 0) {
      yield { kind: 'remove', relativeName: present.value.relativeName, sizeBytes: 0 };
      present = await live.next();
    }
    if (present.done || !present.value.relativeName.equals(relativeName)) {
      yield { kind: 'add', relativeName, sizeBytes: line.size ?? 0 };
      continue;
    }
    if (!(await isSame(line, present.value, root, options))) {
      yield { kind: 'replace', relativeName, sizeBytes: line.size ?? 0 };
    }
    present = await live.next();
  }
  while (!present.done) {
    yield { kind: 'remove', relativeName: present.value.relativeName, sizeBytes: 0 };
    present = await live.next();
  }
}

async function resolveRoot(path: string): Promise<Buffer> {
  return Buffer.from(
    await realpath(path).catch((error: unknown) => {
      if (isGone(error)) return path;
      throw error;
    }),
  );
}

async function* liveEntries(root: Buffer): AsyncGenerator<WalkedEntry, void, undefined> {
  try {
    yield* walkTree({
      root,
      isExcluded: (relativeName) => relativeName.toString('latin1', 0, OWN_PREFIX.length) === OWN_PREFIX,
      onUnreadable: (_relativeName, error) => {
        throw error;
      },
    });
  } catch (error) {
    // A folder that is missing altogether is an empty one: everything is to be added.
    if (!isGone(error)) throw error;
  }
}

async function isSame(line: TocLine, { path, stat }: WalkedEntry, root: Buffer, options: CompareOptions): Promise<boolean> {
  if (!isSameKind(line, stat) || Number(stat.uid) !== (line.uid ?? 0) || Number(stat.gid) !== (line.gid ?? 0)) return false;
  if (line.type === 'symlink') {
    const target = await withReachablePath(path, (reachable) => readlink(reachable, { encoding: 'buffer' }));
    return target.equals(line.linkName ?? Buffer.alloc(0)) && stat.mtimeNs === line.mtimeNs;
  }
  if (Number(stat.mode & 0o7777n) !== line.mode || stat.mtimeNs !== line.mtimeNs) return false;
  if (line.type === 'dir') return true;
  if (line.type === 'hardlink') return await isLinkedTo(line, stat, root, options.source);
  if (stat.size !== BigInt(line.size ?? 0)) return false;
  return stat.ctimeNs < options.archivedSinceNs || (await digestFile(path)) === line.digest;
}

function isSameKind(line: TocLine, stat: BigIntStats): boolean {
  if (line.type === 'dir') return stat.isDirectory();
  if (line.type === 'symlink') return stat.isSymbolicLink();
  return stat.isFile();
}

async function isLinkedTo(line: TocLine, stat: BigIntStats, root: Buffer, source: string): Promise<boolean> {
  const target = joinBytes(root, line.linkName?.subarray(source.length + 1) ?? Buffer.alloc(0));
  try {
    const { ino, dev } = await withReachablePath(target, (reachable) => lstat(reachable, { bigint: true }));
    return ino === stat.ino && dev === stat.dev;
  } catch (error) {
    if (isGone(error)) return false;
    throw error;
  }
}

async function digestFile(path: Buffer): Promise<string> {
  const file = await withReachablePath(path, (reachable) =>
    open(reachable, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK),
  );
  try {
    const hash = createHash('sha256');
    const buffer = Buffer.alloc(1024 * 1024);
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, buffer.length, null);
      if (bytesRead === 0) return hash.digest('hex');
      hash.update(buffer.subarray(0, bytesRead));
    }
  } finally {
    await file.close();
  }
}
