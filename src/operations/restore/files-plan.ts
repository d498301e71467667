import { createWriteStream } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { once } from 'node:events';
import type { FilesRecord } from '../../archive/manifest.ts';
import { compareTree } from '../../sources/files/compare-tree.ts';
import type { OpenArchive } from '../open-archive.ts';
import type { LocatedFiles } from '../locate-files.ts';
import { countDifference, isFolder, startTally, type FilesTally } from './files-tally.ts';
import { resolveRoot } from './resolve-root.ts';

/** Names of entries; there may be a million, which no report wants to list. */
class WantedEntries extends Set<string> {
  toJSON(): number {
    return this.size;
  }
}

/** What restoring one file source comes to. Sizes in bytes. */
export interface FilesPlan extends FilesTally {
  source: string;
  path: string;
  /** The container that the folder is in, where it is in one. */
  container?: string;
  /** What the archive holds. */
  archived: { files: number; bytes: number };
  freeBytes?: number;
  /** Entries to be staged: latin1 of their names in the archive. Printed as JSON, how many they are. */
  wanted: WantedEntries;
  /** Entries on file systems mounted below the folder: nothing can be renamed to there. With their count, the first. */
  elsewhere: { count: number; first?: string };
}

/** Compares a live folder with the archive; the names that are to go are written to `removalsPath`. */
export async function planFiles(
  archive: OpenArchive,
  source: LocatedFiles,
  record: FilesRecord,
  removalsPath: string,
): Promise<FilesPlan> {
  const wanted = new WantedEntries();
  const tally = startTally();
  const elsewhere: FilesPlan['elsewhere'] = { count: 0 };
  const removals = createWriteStream(removalsPath, { mode: 0o600 });
  const closed = once(removals, 'close');
  closed.catch(() => undefined);
  const differences = compareTree({
    source: source.name,
    path: source.path,
    archived: linesOf(archive, source.name),
    archivedSinceNs: BigInt(Date.parse(record.walkStarted)) * 1_000_000n,
    exclude: [...source.exclude, ...source.allowUnreadable],
  });
  for await (const difference of differences) {
    const { kind, relativeName, isElsewhere } = difference;
    countDifference(tally, difference);
    if (isElsewhere && elsewhere.count++ === 0) elsewhere.first = relativeName.toString();
    if (kind === 'remove') removals.write(`${relativeName.toString('base64')}\n`);
    // A folder that is there needs nothing staged: its mode, owner and times are put right from the index.
    else if (kind === 'add' || !isFolder(relativeName)) wanted.add(`${source.name}/${relativeName.toString('latin1')}`);
  }
  removals.end();
  await closed;
  const free = await statfs((await resolveRoot(source.path)).existing).catch(() => undefined);
  return {
    source: source.name,
    path: source.path,
    ...(source.container === undefined ? {} : { container: source.container }),
    archived: { files: record.files, bytes: record.bytes },
    ...tally,
    ...(free ? { freeBytes: free.bavail * free.bsize } : {}),
    wanted,
    elsewhere,
  };
}

/** The lines of one source, in order. */
export async function* linesOf(archive: OpenArchive, source: string) {
  const prefix = Buffer.from(`${source}/`);
  for await (const line of archive.lines()) {
    if (line.name.subarray(0, prefix.length).equals(prefix)) yield line;
  }
}
