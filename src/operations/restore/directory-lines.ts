import { withoutSlash } from '../../archive/entry-names.ts';
import type { TocLine } from '../../archive/toc-line.ts';
import { OpenFolder, splitPath } from '../../system/open-folder.ts';
import type { OpenArchive } from '../open-archive.ts';
import { readChosenLines } from './chosen-lines.ts';
import type { ChosenFiles } from './choose.ts';
import type { FilesSwap } from './journal.ts';
import { readNames } from './lists.ts';

/**
 * The folders that a swap changes something in, with the attributes that they are to have afterwards: those of the
 * archive. Folders that were not chosen, but what was lies in them, keep the ones they have now, and are given back their
 * time; only those that are missing come from the archive.
 */
export async function* describeDirectories(
  archive: OpenArchive,
  part: ChosenFiles,
  swap: Pick<FilesSwap, 'root' | 'isRootNew' | 'rootMtimeNs' | 'removals'>,
): AsyncGenerator<TocLine, void, undefined> {
  const { source, paths } = part;
  const live = paths && !swap.isRootNew ? await OpenFolder.open(Buffer.from(swap.root)) : undefined;
  const kept = new Set<string>();
  try {
    for await (const line of readChosenLines(archive, part)) {
      if (line.type !== 'dir') continue;
      const present = live && !paths?.includes(line.name) ? await describe(live, line.name, part, swap) : undefined;
      if (present) kept.add(line.name.toString('latin1'));
      yield present ?? line;
    }
    if (!live || !paths) return;
    for await (const removal of readNames(swap.removals)) {
      const { parent } = splitPath(withoutSlash(removal));
      const name = Buffer.concat([Buffer.from(`${source}/`), parent, Buffer.from(parent.length > 0 ? '/' : '')]);
      const key = name.toString('latin1');
      if (paths.includes(name) || kept.has(key)) continue;
      kept.add(key);
      const present = await describe(live, name, part, swap);
      if (present) yield present;
    }
  } finally {
    await live?.close();
  }
}

/** A live folder as it is now; undefined where there is none. */
async function describe(
  live: OpenFolder,
  name: Buffer,
  { source }: ChosenFiles,
  { rootMtimeNs }: Pick<FilesSwap, 'rootMtimeNs'>,
): Promise<TocLine | undefined> {
  const relativeName = name.subarray(source.length + 1);
  const folder = await live.reach(relativeName);
  if (!folder) return undefined;
  const { mode, uid, gid, mtimeNs } = await folder.handle.stat({ bigint: true }).finally(() => folder.close());
  return {
    name,
    type: 'dir',
    mode: Number(mode & 0o7777n),
    uid: Number(uid),
    gid: Number(gid),
    // What is staged in the source's own folder has changed its time by now.
    mtimeNs: relativeName.length === 0 && rootMtimeNs !== undefined ? BigInt(rootMtimeNs) : mtimeNs,
    offset: 0,
  };
}
