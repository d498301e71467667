import { createHash } from 'node:crypto';
import { constants, lstat, open, readlink } from 'node:fs/promises';
import type { BigIntStats } from 'node:fs';
import { showName, withoutSlash } from '../../archive/entry-names.ts';
import type { PathChoice } from '../../archive/path-choice.ts';
import type { TocLine } from '../../archive/toc-line.ts';
import { Failure } from '../../logging/failure.ts';
import { FolderTree } from '../../system/folder-tree.ts';
import { resolveFolder } from '../../system/resolve-folder.ts';
import { ExtraEntries } from './extra-entries.ts';
import { isOwnName, matcherOf } from './file-source.ts';
import { LinkGroups } from './link-groups.ts';
import { Mounts } from './mounts.ts';
import { isGone, walkTree, type WalkedEntry } from './walk.ts';

/** What has to happen to one name for the live tree to equal the archive. Names are relative to the source's folder. */
export interface Difference {
  /** `stay`: nothing happens to it, since what the archive lacks is to be kept. */
  kind: 'add' | 'replace' | 'remove' | 'stay';
  relativeName: Buffer;
  /** Bytes of content that are to be fetched; 0 for a removal. */
  sizeBytes: number;
  /** Bytes of content that stand there now. */
  liveBytes: number;
  /** How many it takes: 0 for what comes with a folder, and for attributes; of what goes with a folder, each name counts. */
  renames: number;
  /** On another file system, mounted somewhere below the source's folder: nothing can be renamed to there. */
  isElsewhere?: boolean;
}

export interface CompareOptions {
  /** Name of the source: the folder in the archive. */
  source: string;
  /** Absolute path of the live folder; it may be missing. */
  path: string;
  /** The source's entries in archive order, further chunks left out; of a choice, its own and the folders above them. */
  archived: AsyncIterable<TocLine>;
  /** When the archive's walk began: a file touched since is compared by content, whatever its times say. */
  archivedSinceNs: bigint;
  /** Globs of what is never backed up: it is left alone. */
  exclude?: readonly string[];
  /** The part that is compared, by names in the archive: nothing else is looked at, but the folders on the way there. */
  choice?: Pick<PathChoice, 'includes' | 'mayHold'>;
  /** What the archive lacks stays, unless it is in the way of what it has. */
  keepsExtra?: boolean;
}

/** Kernel clocks are coarse: a file can be changed this long after a moment and have a ctime before it. */
const CLOCK_SLACK_NS = 2_000_000_000n;

/**
 * Compares an archived tree with the live one, both in the same order, by type, size, times, mode, owner and links; and
 * by content where the inode was touched after the archive was made, so that a forged mtime hides nothing. What a backup
 * leaves out (excluded names, FIFOs, sockets, devices) is no difference. Of the names of one file, all differ or none.
 *
 * Of a choice, a folder on the way there differs where it is missing, and in nothing else. What other names a file has
 * outside is not looked at.
 * @throws Failure `refused` where something else stands in the place of such a folder.
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
  const { source, choice, keepsExtra = false } = options;
  const prefix = Buffer.from(`${source}/`);
  const isChosen = (relativeName: Buffer): boolean => !choice || choice.includes(Buffer.concat([prefix, relativeName]));
  const live = liveEntries(tree, options)[Symbol.asyncIterator]();
  const groups = new LinkGroups();
  const mounts = new Mounts();
  const extras = new ExtraEntries(keepsExtra);
  let added: Buffer | undefined;
  let present = await live.next();
  const passExtras = async function* (before?: Buffer): AsyncGenerator<Difference, void, undefined> {
    while (!present.done && (!before || Buffer.compare(present.value.relativeName, before) < 0)) {
      const { relativeName, stat } = present.value;
      mounts.pass(present.value);
      if (isStored(stat) && isChosen(relativeName))
        for (const [kind, extra] of extras.judge(present.value, before)) yield mounts.place(kind, extra);
      present = await live.next();
    }
  };
  for await (const line of options.archived) {
    const relativeName = line.name.subarray(prefix.length);
    yield* passExtras(relativeName);
    for (const [kind, extra] of extras.pass(line.type, relativeName)) yield mounts.place(kind, extra);
    const found = !present.done && present.value.relativeName.equals(relativeName) ? present.value : undefined;
    if (found) mounts.pass(found);
    const isOnTheWay = !isChosen(relativeName);
    const isEqual =
      found !== undefined &&
      (isOnTheWay || ((await isSame(line, found, tree, options)) && !groups.isJoined(line, found.stat)));
    if (!isOnTheWay) groups.note(line, relativeName, isEqual, prefix.length);
    if (!isEqual) {
      const renames = found ? renamesOver(found.stat) : await renamesTo(tree, relativeName, added);
      if (isOnTheWay && renames > 1) throw blocked(source, relativeName);
      // The source's own folder is made, and what it holds is renamed into it.
      if (!found && line.type === 'dir' && relativeName.length > 0) added = relativeName;
      const place = { relativeName, ...(found ? { stat: found.stat } : {}) };
      yield mounts.place(found ? 'replace' : 'add', place, line.size, renames);
    }
    if (found) present = await live.next();
  }
  yield* passExtras();
  for (const [kind, extra] of extras.end()) yield mounts.place(kind, extra);
  for (const { relativeName, isTarget } of groups.torn()) {
    const stat = isTarget ? await look(tree, relativeName) : undefined;
    yield mounts.place('replace', { relativeName, ...(stat ? { stat } : {}) }, Number(stat?.size ?? 0), 1);
  }
}

/** A file is replaced by one rename over it, a folder is no other one afterwards; anything else is moved away first. */
function renamesOver(stat: BigIntStats): number {
  if (stat.isDirectory()) return 0;
  return stat.isFile() ? 1 : 2;
}

/** What is missing comes with the folder that was added last, or takes one rename; more, where something unseen is there. */
async function renamesTo(tree: FolderTree, relativeName: Buffer, added: Buffer | undefined): Promise<number> {
  if (added && relativeName.subarray(0, added.length).equals(added)) return 0;
  return (await look(tree, withoutSlash(relativeName))) ? 2 : 1;
}

function blocked(source: string, relativeName: Buffer): Failure {
  const where = showName(withoutSlash(Buffer.concat([Buffer.from(`${source}/`), relativeName])));
  return new Failure(
    'refused',
    `${where} is a folder in the archive, and something else stands there now`,
    'Nothing was changed. Move it away, or ask for that folder itself in place of what lies in it.',
  );
}

function isFolderName(name: Buffer): boolean {
  return name.at(-1) === 0x2f;
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
  { source, exclude = [], choice }: CompareOptions,
): AsyncGenerator<WalkedEntry, void, undefined> {
  const isIgnored = matcherOf(exclude);
  const isLeftOut = (relativeName: Buffer): boolean => {
    const name = Buffer.concat([Buffer.from(`${source}/`), relativeName]);
    return choice !== undefined && !(isFolderName(name) ? choice.mayHold(name) : choice.includes(name));
  };
  try {
    yield* walkTree({
      tree,
      isExcluded: (relativeName) => isOwnName(relativeName) || isIgnored(relativeName) || isLeftOut(relativeName),
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
