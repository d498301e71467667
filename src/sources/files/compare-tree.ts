import { createHash } from 'node:crypto';
import { constants, lstat, open, readlink } from 'node:fs/promises';
import type { BigIntStats } from 'node:fs';
import type { TocLine } from '../../archive/toc-line.ts';
import { FolderTree } from '../../system/folder-tree.ts';
import { resolveFolder } from '../../system/resolve-folder.ts';
import { isOwnName, matcherOf } from './file-source.ts';
import { LinkGroups } from './link-groups.ts';
import { isGone, walkTree, type WalkedEntry } from './walk.ts';

/** What has to happen to one name for the live tree to equal the archive. Names are relative to the source's folder. */
export interface Difference {
  kind: 'add' | 'replace' | 'remove';
  relativeName: Buffer;
  /** Bytes of content that are to be fetched; 0 for a removal. */
  sizeBytes: number;
  /** Bytes of content that stand there now. */
  liveBytes: number;
  /** On another file system, mounted somewhere below the source's folder: nothing can be renamed to there. */
  isElsewhere?: boolean;
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
  /** Globs of what is never backed up: it is left alone. */
  exclude?: readonly string[];
}

/** Kernel clocks are coarse: a file can be changed this long after a moment and have a ctime before it. */
const CLOCK_SLACK_NS = 2_000_000_000n;

/**
 * Compares an archived tree with the live one, both in the same order, by type, size, times, mode, owner and links; and
 * by content where the inode was touched after the archive was made, so that a forged mtime hides nothing. What a backup
 * leaves out (excluded names, FIFOs, sockets, devices) is no difference. Of the names of one file, all differ or none.
 */
export async function* compareTree(options: CompareOptions): AsyncGenerator<Difference, void, undefined> {
  const tree = new FolderTree(await resolveRoot(options.path));
  try {
    yield* compareWith(tree, options);
  } finally {
    tree.close();
  }
}

async function* compareWith(tree: FolderTree, options: CompareOptions): AsyncGenerator<Difference, void, undefined> {
  const live = liveEntries(tree, options.exclude ?? [])[Symbol.asyncIterator]();
  const groups = new LinkGroups();
  const mounts = new Mounts();
  let present = await live.next();
  for await (const line of options.archived) {
    const relativeName = line.name.subarray(options.source.length + 1);
    while (!present.done && Buffer.compare(present.value.relativeName, relativeName) < 0) {
      mounts.pass(present.value);
      if (isStored(present.value.stat)) yield mounts.place('remove', present.value.relativeName, 0, present.value.stat);
      present = await live.next();
    }
    const found = !present.done && present.value.relativeName.equals(relativeName) ? present.value : undefined;
    if (found) mounts.pass(found);
    const isEqual =
      found !== undefined && (await isSame(line, found, tree, options)) && !groups.isJoined(line, found.stat);
    groups.note(line, relativeName, isEqual, options.source.length + 1);
    if (!isEqual) yield mounts.place(found ? 'replace' : 'add', relativeName, line.size ?? 0, found?.stat);
    if (found) present = await live.next();
  }
  while (!present.done) {
    mounts.pass(present.value);
    if (isStored(present.value.stat)) yield mounts.place('remove', present.value.relativeName, 0, present.value.stat);
    present = await live.next();
  }
  for (const { relativeName, isTarget } of groups.torn()) {
    const stat = isTarget ? await look(tree, relativeName) : undefined;
    yield mounts.place('replace', relativeName, Number(stat?.size ?? 0), stat);
  }
}

/** Knows which live folders are file systems of their own. */
class Mounts {
  #rootDevice: bigint | undefined;
  readonly #prefixes: Buffer[] = [];

  pass({ relativeName, stat }: WalkedEntry): void {
    this.#rootDevice ??= stat.dev;
    if (stat.isDirectory() && stat.dev !== this.#rootDevice) this.#prefixes.push(relativeName);
  }

  place(kind: Difference['kind'], relativeName: Buffer, sizeBytes: number, live?: BigIntStats): Difference {
    const isElsewhere = this.#prefixes.some((prefix) => {
      // A mount point's own times and modes can be put right; it cannot be moved away.
      const isItself = relativeName.length === prefix.length && kind !== 'remove';
      return !isItself && relativeName.subarray(0, prefix.length).equals(prefix);
    });
    const liveBytes = live?.isFile() ? Number(live.size) : 0;
    return { kind, relativeName, sizeBytes, liveBytes, ...(isElsewhere ? { isElsewhere } : {}) };
  }
}

/** Whether a backup would store it. */
function isStored(stat: BigIntStats): boolean {
  return stat.isFile() || stat.isDirectory() || stat.isSymbolicLink();
}

async function resolveRoot(path: string): Promise<Buffer> {
  return Buffer.from(
    await resolveFolder(path).catch((error: unknown) => {
      if (isGone(error)) return path;
      throw error;
    }),
  );
}

async function* liveEntries(
  tree: FolderTree,
  exclude: readonly string[],
): AsyncGenerator<WalkedEntry, void, undefined> {
  const isIgnored = matcherOf(exclude);
  try {
    yield* walkTree({
      tree,
      isExcluded: (relativeName) => isOwnName(relativeName) || isIgnored(relativeName),
      onUnreadable: (_relativeName, error) => {
        throw error;
      },
    });
  } catch (error) {
    // A folder that is missing altogether is an empty one: everything is to be added.
    if (!isGone(error)) throw error;
  }
}

async function isSame(
  line: TocLine,
  { relativeName, stat }: WalkedEntry,
  tree: FolderTree,
  options: CompareOptions,
): Promise<boolean> {
  if (!isSameKind(line, stat) || Number(stat.uid) !== (line.uid ?? 0) || Number(stat.gid) !== (line.gid ?? 0))
    return false;
  if (line.type === 'symlink') {
    const target = await tree.reach(relativeName, (reachable) => readlink(reachable, { encoding: 'buffer' }));
    return target.equals(line.linkName ?? Buffer.alloc(0)) && stat.mtimeNs === line.mtimeNs;
  }
  if (Number(stat.mode & 0o7777n) !== line.mode || stat.mtimeNs !== line.mtimeNs) return false;
  if (line.type === 'dir') return true;
  if (line.type === 'hardlink') return await isLinkedTo(line, stat, tree, options.source);
  if (stat.size !== BigInt(line.size ?? 0)) return false;
  return (
    stat.ctimeNs < options.archivedSinceNs - CLOCK_SLACK_NS || (await digestFile(tree, relativeName)) === line.digest
  );
}

function isSameKind(line: TocLine, stat: BigIntStats): boolean {
  if (line.type === 'dir') return stat.isDirectory();
  if (line.type === 'symlink') return stat.isSymbolicLink();
  return stat.isFile();
}

async function isLinkedTo(line: TocLine, stat: BigIntStats, tree: FolderTree, source: string): Promise<boolean> {
  const target = await look(tree, line.linkName?.subarray(source.length + 1) ?? Buffer.alloc(0));
  return target?.ino === stat.ino && target.dev === stat.dev;
}

async function look(tree: FolderTree, name: Buffer): Promise<BigIntStats | undefined> {
  try {
    return await tree.reach(name, (reachable) => lstat(reachable, { bigint: true }));
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
}

async function digestFile(tree: FolderTree, name: Buffer): Promise<string> {
  const file = await tree.reach(name, (reachable) =>
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
