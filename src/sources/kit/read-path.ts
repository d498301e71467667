import { constants, type BigIntStats } from 'node:fs';
import { lstat, readlink, realpath, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { FolderTree } from '../../system/folder-tree.ts';
import { openFile } from '../files/read-file.ts';
import { isGone, walkTree } from '../files/walk.ts';
import type { KitBudget } from './kit-budget.ts';
import type { KitEntry } from './kit-entry.ts';

const ATTEMPTS = 3;

export interface ReadPathOptions {
  /** A file, followed where it is a symbolic link; or a folder, in which links are stored as such. Absolute. */
  path: string;
  /** Its name in the kit. */
  name: string;
  /** Absolute paths, with all below them, that are left out. */
  without?: ReadonlySet<string>;
  /** Files without their content: to be counted. */
  skipsContent?: boolean;
  budget: KitBudget;
  /** Told of what is odd but does no harm. */
  warn: (message: string) => void;
}

/** What a file or a folder gives to the kit. @throws the system's errors: what is missing, what may not be read. */
export async function* readPath(options: ReadPathOptions): AsyncGenerator<KitEntry, void, undefined> {
  const tree = new FolderTree(Buffer.from(await realpath(options.path)));
  try {
    yield* readTree(tree, options);
  } finally {
    tree.close();
  }
}

async function* readTree(tree: FolderTree, options: ReadPathOptions): AsyncGenerator<KitEntry, void, undefined> {
  const walk = walkTree({
    tree,
    isExcluded: (name) => isLeftOut(options, name),
    onUnreadable: (_name, error) => {
      throw error;
    },
  });
  for await (const { relativeName, stat: seen } of walk) {
    if (relativeName.length === 0 && isLeftOut(options, relativeName)) return;
    const isFolder = kindOf(seen) === constants.S_IFDIR;
    const separator = relativeName.length > 0 || isFolder ? '/' : '';
    const name = Buffer.concat([Buffer.from(`${options.name}${separator}`), relativeName]);
    try {
      const entry = await readEntry({ name, tree, relativeName, seen }, options);
      if (entry) yield entry;
    } catch (error) {
      // In a folder that is in use, files come and go.
      if (relativeName.length === 0 || !isGone(error)) throw error;
    }
  }
}

/** The folders above a file in the kit, so that they come back with their modes; outermost first. */
export async function readParents(path: string, name: string): Promise<KitEntry[]> {
  const parents: KitEntry[] = [];
  let folder = dirname(path);
  // The first component is the kit's own.
  for (let parent = dirname(name); parent.includes('/'); parent = dirname(parent)) {
    const seen = await stat(folder, { bigint: true });
    parents.unshift({ ...describe(Buffer.from(`${parent}/`), seen), type: 'dir', content: Buffer.alloc(0) });
    folder = dirname(folder);
  }
  return parents;
}

function isLeftOut({ path, without }: ReadPathOptions, relativeName: Buffer): boolean {
  if (!without || without.size === 0) return false;
  const below = relativeName.toString('utf8').replace(/\/$/, '');
  return without.has(below === '' ? path : `${path}/${below}`);
}

/** What the walk met. */
interface Found {
  /** In the kit. */
  name: Buffer;
  tree: FolderTree;
  /** In the tree. */
  relativeName: Buffer;
  seen: BigIntStats;
}

async function readEntry(found: Found, options: ReadPathOptions): Promise<KitEntry | undefined> {
  const { name, tree, relativeName, seen } = found;
  const { skipsContent = false, budget, warn } = options;
  const entry = { ...describe(name, seen), content: Buffer.alloc(0) };
  const kind = kindOf(seen);
  budget.takeEntry();
  if (kind === constants.S_IFREG) {
    return {
      ...entry,
      type: 'reg',
      ...(skipsContent ? {} : { content: await readContent(found, options) }),
    };
  }
  if (kind === constants.S_IFDIR) return { ...entry, type: 'dir' };
  if (kind === constants.S_IFLNK) {
    const linkName = await tree.reach(relativeName, (reachable) => readlink(reachable, { encoding: 'buffer' }));
    return { ...entry, type: 'symlink', linkName };
  }
  warn(`${name.toString()} is neither file nor folder: left out`);
  return undefined;
}

/** Reads a file as a whole; one that is written meanwhile is read again, so that no half of it is taken for all. */
async function readContent(
  { name, tree, relativeName, seen }: Found,
  { budget, warn }: ReadPathOptions,
): Promise<Buffer> {
  const look = () => tree.reach(relativeName, (reachable) => lstat(reachable, { bigint: true }));
  for (let attempt = 1, now = seen; ; attempt++, now = await look()) {
    budget.takeBytes(now.size, name);
    const { ino, size, ctimeNs } = now;
    const content = await openFile(tree, { name: relativeName, ino, size, ctimeNs });
    if (!content) {
      if (attempt < ATTEMPTS) continue;
      throw Object.assign(new Error(`${name.toString()} vanished while it was read`), { code: 'ENOENT' });
    }
    const bytes = Buffer.alloc(content.size);
    let oddity: string | undefined;
    try {
      await content.read(bytes, 0);
    } finally {
      oddity = await content.close();
    }
    if (oddity === undefined || attempt === ATTEMPTS) {
      if (oddity !== undefined) warn(`${name.toString()} ${oddity}`);
      return bytes;
    }
  }
}

function describe(name: Buffer, { mode, uid, gid, mtimeNs }: BigIntStats) {
  return { name, mode: Number(mode) & 0o7777, uid: Number(uid), gid: Number(gid), mtimeNs };
}

function kindOf({ mode }: BigIntStats): number {
  return Number(mode) & constants.S_IFMT;
}
