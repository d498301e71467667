import { readlink } from 'node:fs/promises';
import { constants, type BigIntStats } from 'node:fs';
import picomatch from 'picomatch';
import type { EntryContent, SourceEntry } from '../../archive/source-entry.ts';
import { Failure, messageOf } from '../../logging/failure.ts';
import { FolderTree } from '../../system/folder-tree.ts';
import { resolveFolder } from '../../system/resolve-folder.ts';
import { openFile } from './read-file.ts';
import { isGone, walkTree, type WalkedEntry } from './walk.ts';

/** Names that a restore puts into a source's root for its own use: never part of an archive. */
export const OWN_PREFIX = '.continuity-';

/** A file changed so recently could be changed again without its ctime showing it: kernel clocks are coarse. */
const SETTLED_AFTER_MS = 2000;
const SPARSE_BLOCK_BYTES = 512n;

export interface FileSourceOptions {
  /** Name of the source: the folder in the archive. */
  name: string;
  /** Absolute path of the folder. */
  path: string;
  /** Globs on paths relative to the folder. */
  exclude: readonly string[];
  /** Globs on paths that may be unreadable: skipped and listed instead of failing the run. */
  allowUnreadable: readonly string[];
}

/** What a walk met, filled while it runs. Paths are relative to the source's folder. */
export interface FileSourceReport {
  files: number;
  directories: number;
  links: number;
  bytes: number;
  walkStarted: Date;
  walkEnded: Date;
  skipped: { path: string; reason: string }[];
}

/**
 * A folder as a source of entries. Symbolic links are stored, never followed; of several hard links the first is the
 * file and the others refer to it; FIFOs, sockets and devices are skipped and listed.
 *
 * @throws Failure when the folder is missing, or something in it may not be read.
 */
export function openFileSource(options: FileSourceOptions): {
  entries: AsyncIterable<SourceEntry>;
  report: FileSourceReport;
} {
  const now = new Date();
  const report = { files: 0, directories: 0, links: 0, bytes: 0, walkStarted: now, walkEnded: now, skipped: [] };
  return { entries: walkSource(options, report), report };
}

async function* walkSource(
  options: FileSourceOptions,
  report: FileSourceReport,
): AsyncGenerator<SourceEntry, void, undefined> {
  report.walkStarted = new Date();
  const tree = new FolderTree(await resolveRoot(options));
  const isIgnored = matcherOf(options.exclude);
  const mayBeUnreadable = matcherOf(options.allowUnreadable);
  const skip = (relativeName: Buffer, reason: string): void => {
    report.skipped.push({ path: relativeName.toString(), reason });
  };
  const onUnreadable = (relativeName: Buffer, error: unknown): void => {
    // Not one file, but the container of all of them.
    if (error instanceof Failure) throw error;
    if (!mayBeUnreadable(relativeName)) throw unreadable(options, relativeName, error);
    skip(relativeName, `may not be read: ${messageOf(error)}`);
  };
  const firstLinks = new Map<string, Buffer>();
  const prefix = Buffer.from(`${options.name}/`);
  const walk = walkTree({
    tree,
    isExcluded: (relativeName) => isOwnName(relativeName) || isIgnored(relativeName),
    onUnreadable,
  });
  try {
    for await (const found of walk) {
      const entry = await describe(found, tree, prefix, firstLinks, skip, onUnreadable);
      if (!entry) continue;
      if (entry.type === 'dir') report.directories++;
      else if (entry.type === 'reg') report.files++;
      else report.links++;
      report.bytes += entry.size;
      yield entry;
    }
  } finally {
    tree.close();
  }
  report.walkEnded = new Date();
}

async function describe(
  { relativeName, stat }: WalkedEntry,
  tree: FolderTree,
  prefix: Buffer,
  firstLinks: Map<string, Buffer>,
  skip: (relativeName: Buffer, reason: string) => void,
  onUnreadable: (relativeName: Buffer, error: unknown) => void,
): Promise<SourceEntry | undefined> {
  const name = Buffer.concat([prefix, relativeName]);
  const entry = {
    name,
    mode: Number(stat.mode) & 0o7777,
    uid: Number(stat.uid),
    gid: Number(stat.gid),
    mtimeNs: stat.mtimeNs,
    size: 0,
    identity: '',
    settled: true,
  };
  // By a number: the methods of big statistics count with big integers, again with every call.
  const format = Number(stat.mode) & constants.S_IFMT;
  if (format === constants.S_IFDIR) return { ...entry, type: 'dir' };
  if (format === constants.S_IFLNK) {
    const linkName = await readTarget(tree, relativeName);
    return linkName && { ...entry, type: 'symlink', linkName };
  }
  if (format !== constants.S_IFREG) {
    skip(relativeName, `is ${kindOf(stat)}: not stored`);
    return undefined;
  }
  if (stat.nlink > 1n) {
    const inode = `${stat.dev}:${stat.ino}`;
    const first = firstLinks.get(inode);
    if (first) return { ...entry, type: 'hardlink', linkName: first };
    firstLinks.set(inode, name);
  }
  return {
    ...entry,
    type: 'reg',
    size: Number(stat.size),
    identity: `${stat.ino}:${stat.ctimeNs}`,
    touchedNs: stat.ctimeNs,
    settled: Date.now() - Number(stat.ctimeMs) > SETTLED_AFTER_MS,
    ...(stat.blocks * SPARSE_BLOCK_BYTES < stat.size ? { sparse: true } : {}),
    open: async () => {
      try {
        const { ino, size, ctimeNs } = stat;
        const content = await openFile(tree, { name: relativeName, ino, size, ctimeNs });
        // Other names in the archive refer to this one: it has to be there, even if it is gone.
        return content ?? (stat.nlink > 1n ? storedEmpty('vanished before it was read') : undefined);
      } catch (error) {
        onUnreadable(relativeName, error);
        return stat.nlink > 1n ? storedEmpty('may not be read') : undefined;
      }
    },
  };
}

function storedEmpty(why: string): EntryContent {
  return {
    size: 0,
    read: () => Promise.resolve(0),
    close: () => Promise.resolve(`${why}: stored empty, because other names are linked to it`),
  };
}

async function resolveRoot({ name, path }: FileSourceOptions): Promise<Buffer> {
  try {
    const root = await resolveFolder(path);
    return Buffer.from(root);
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new Failure(
      'source',
      `files "${name}": the folder ${path} cannot be reached: ${messageOf(error)}`,
      `Check that it is mounted, or correct files.${name}.path in continuity.yml.`,
      { cause: error },
    );
  }
}

async function readTarget(tree: FolderTree, name: Buffer): Promise<Buffer | undefined> {
  try {
    return await tree.reach(name, (reachable) => readlink(reachable, { encoding: 'buffer' }));
  } catch (error) {
    if (isGone(error) || (error as NodeJS.ErrnoException).code === 'EINVAL') return undefined;
    throw error;
  }
}

function unreadable({ name }: FileSourceOptions, relativeName: Buffer, error: unknown): Failure {
  return new Failure(
    'source',
    `files "${name}": ${JSON.stringify(relativeName.toString())} may not be read: ${messageOf(error)}`,
    `Run as a user that may read it (root), or list it under files.${name}.allow-unreadable.`,
    { cause: error },
  );
}

function kindOf(stat: BigIntStats): string {
  if (stat.isFIFO()) return 'a FIFO';
  if (stat.isSocket()) return 'a socket';
  return stat.isBlockDevice() ? 'a block device' : 'a character device';
}

/** Whether a name is one that a restore keeps for itself. */
export function isOwnName(relativeName: Buffer): boolean {
  return relativeName.toString('latin1', 0, OWN_PREFIX.length) === OWN_PREFIX;
}

/** Whether any of the globs matches a relative name; they see a folder without its slash. */
export function matcherOf(globs: readonly string[]): (relativeName: Buffer) => boolean {
  if (globs.length === 0) return () => false;
  const matches = picomatch([...globs], { dot: true });
  return (relativeName) => matches(relativeName.toString('utf8').replace(/\/$/, ''));
}
