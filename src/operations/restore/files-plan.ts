import type { FilesRecord } from '../../archive/manifest.ts';
import type { TocLine } from '../../archive/toc-line.ts';
import { compareTree } from '../../sources/files/compare-tree.ts';
import { measureRoom } from '../../system/disk-room.ts';
import type { OpenArchive } from '../open-archive.ts';
import type { LocatedFiles } from '../locate-files.ts';
import { readChosenLines } from './chosen-lines.ts';
import type { ChosenFiles } from './choose.ts';
import { countDifference, isFolder, startTally, type FilesTally } from './files-tally.ts';
import { encodeName, mapEach, writeList } from './lists.ts';
import { resolveRoot } from './resolve-root.ts';
import { TornLinks } from './torn-links.ts';

/** Names of entries; there may be a million, which no report wants to list. */
export class WantedEntries extends Set<string> {
  toJSON(): number {
    return this.size;
  }
}

/** What restoring one file source, or a part of it, comes to. Sizes in bytes. */
export interface FilesPlan extends Omit<ChosenFiles, 'links'>, FilesTally {
  path: string;
  /** The container that the folder is in, where it is in one. */
  container?: string;
  /** What the archive holds of what was chosen. */
  archived: { files: number; bytes: number };
  freeBytes?: number;
  /** Entries to be staged: latin1 of their names in the archive. Printed as JSON, how many they are. */
  wanted: WantedEntries;
  /** Files outside of what was chosen with names in it, which become files of their own. Printed as JSON, how many. */
  torn: TornLinks;
  /** Entries on file systems mounted below the folder: nothing can be renamed to there. With their count, the first. */
  elsewhere: { count: number; first?: string };
}

/** Compares a live folder, or the chosen part, with the archive; the names that are to go are written to `removalsPath`. */
export async function planFiles(
  archive: OpenArchive,
  source: LocatedFiles,
  record: FilesRecord,
  part: ChosenFiles,
  removalsPath: string,
): Promise<FilesPlan> {
  const { paths, keepsExtra, links } = part;
  const wanted = new WantedEntries();
  const torn = new TornLinks(links);
  const archived = { files: 0, bytes: 0 };
  const tally = startTally();
  const elsewhere: FilesPlan['elsewhere'] = { count: 0 };
  const differences = compareTree({
    source: source.name,
    path: source.path,
    archived: count(readChosenLines(archive, part, torn), archived),
    archivedSinceNs: BigInt(Date.parse(record.walkStarted)) * 1_000_000n,
    exclude: [...source.exclude, ...source.allowUnreadable],
    ...(paths ? { choice: paths } : {}),
    ...(keepsExtra ? { keepsExtra } : {}),
  });
  const takeRemovals = async function* (): AsyncGenerator<Buffer, void, undefined> {
    for await (const difference of differences) {
      const { kind, relativeName, isElsewhere } = difference;
      countDifference(tally, difference);
      if (kind === 'stay') continue;
      if (isElsewhere && elsewhere.count++ === 0) elsewhere.first = relativeName.toString();
      if (kind === 'remove') yield relativeName;
      // A folder that is there needs nothing staged: its mode, owner and times are put right from the index.
      else if (kind === 'add' || !isFolder(relativeName))
        wanted.add(`${source.name}/${relativeName.toString('latin1')}`);
    }
  };
  await writeList(removalsPath, mapEach(takeRemovals(), encodeName));
  for (const [target, name] of torn) if (!wanted.has(name.toString('latin1'))) torn.delete(target);
  const room = await measureRoom((await resolveRoot(source.path)).existing).catch(() => undefined);
  return {
    source: source.name,
    path: source.path,
    ...(source.container === undefined ? {} : { container: source.container }),
    ...(paths ? { paths } : {}),
    ...(keepsExtra ? { keepsExtra } : {}),
    archived: paths ? archived : { files: record.files, bytes: record.bytes },
    ...tally,
    ...(room ? { freeBytes: room.freeBytes } : {}),
    wanted,
    torn,
    elsewhere,
  };
}

/** Counts the files that pass, and their content. */
async function* count(lines: AsyncIterable<TocLine>, total: FilesPlan['archived']): AsyncGenerator<TocLine, void> {
  for await (const line of lines) {
    if (line.type === 'reg') total.files++;
    total.bytes += line.size ?? 0;
    yield line;
  }
}
