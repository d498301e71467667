import { lstat } from 'node:fs/promises';
import type { TocLine } from '../../archive/toc-line.ts';
import { FolderTree } from '../../system/folder-tree.ts';
import { joinBytes } from '../../system/long-path.ts';
import { isNoFolder, OpenFolder } from '../../system/open-folder.ts';
import { walkIncoming } from './walk-incoming.ts';

/**
 * The names, relative to the root, that putting the staged entries in place adds where nothing gives way to them that
 * could come back in their place: on the way back these have to go first. Of a folder that is added as a whole, only its
 * own; a file in place of a folder, or the other way round, is one of them. Folders that are in both are gone into, no
 * others.
 */
export async function* listAdded(root: Buffer, staged: Buffer): AsyncGenerator<Buffer, void, undefined> {
  const live = await OpenFolder.open(root);
  const fresh = live && (await OpenFolder.open(staged));
  try {
    if (!live || !fresh) return;
    for await (const { live: folder, name, path, isFolder } of walkIncoming(live, fresh)) {
      const present = await folder.look(name);
      if (!present || isFolder || present.isDirectory()) yield path;
    }
  } finally {
    await fresh?.close();
    await live?.close();
  }
}

/**
 * Names that a file system of its own is mounted on: among those that are to go, and the folders that the staged entries
 * go into. Nothing can be renamed to there, nor such a name away.
 */
export async function* listMounted(
  root: Buffer,
  staged: Buffer,
  removals: AsyncIterable<Buffer>,
): AsyncGenerator<Buffer, void, undefined> {
  const live = await OpenFolder.open(root);
  const fresh = live && (await OpenFolder.open(staged));
  try {
    if (!live || !fresh) return;
    const { dev } = await live.handle.stat({ bigint: true });
    for await (const name of removals) {
      const folder = await live.reach(name);
      const isMounted = folder !== undefined && (await folder.handle.stat({ bigint: true })).dev !== dev;
      await folder?.close();
      if (isMounted) yield name;
    }
    yield* listMountedIn(live, fresh, Buffer.alloc(0), dev);
  } finally {
    await fresh?.close();
    await live?.close();
  }
}

async function* listMountedIn(
  live: OpenFolder,
  fresh: OpenFolder,
  path: Buffer,
  dev: bigint,
): AsyncGenerator<Buffer, void, undefined> {
  if ((await live.handle.stat({ bigint: true })).dev !== dev) {
    yield path;
    return;
  }
  for (const name of await fresh.names()) {
    const inner = await fresh.child(name);
    const counterpart = inner && (await live.child(name));
    try {
      if (inner && counterpart)
        yield* listMountedIn(counterpart, inner, path.length === 0 ? name : joinBytes(path, name), dev);
    } finally {
      await inner?.close();
      await counterpart?.close();
    }
  }
}

/**
 * Describes folders as they are now, as an index would. Of those that are named, the ones that are there: one that is
 * none, or not to be reached but through a symbolic link, has nothing that could be put back. Its root's time is
 * `rootMtimeNs` where that is known: what a restore makes for itself changes it.
 */
export async function* describeFolders(
  root: Buffer,
  source: string,
  names: AsyncIterable<Pick<TocLine, 'name'>>,
  rootMtimeNs?: bigint,
): AsyncGenerator<TocLine, void, undefined> {
  const tree = new FolderTree(root);
  try {
    for await (const { name } of names) {
      const relativeName = name.subarray(source.length + 1);
      const stat = await tree
        .within(relativeName, (folder) => lstat(folder.pathOf(Buffer.from('.')), { bigint: true }))
        .catch(ignoreMissing);
      if (!stat) continue;
      yield {
        name,
        type: 'dir',
        mode: Number(stat.mode) & 0o7777,
        uid: Number(stat.uid),
        gid: Number(stat.gid),
        mtimeNs: relativeName.length === 0 ? (rootMtimeNs ?? stat.mtimeNs) : stat.mtimeNs,
        offset: 0,
      };
    }
  } finally {
    tree.close();
  }
}

function ignoreMissing(error: unknown): undefined {
  if (!isNoFolder(error)) throw error;
}
