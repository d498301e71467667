import { splitName } from '../../archive/entry-names.ts';
import { DUMP_FOLDER, KIT_SECRETS_NAME, TEXT_NAMES } from '../../archive/layout.ts';
import type { FilesRecord } from '../../archive/manifest.ts';
import { orderLines } from '../../archive/name-order.ts';
import { messageOf } from '../../logging/failure.ts';
import type { OpenArchive } from '../open-archive.ts';
import { locateFiles } from '../locate-files.ts';
import type { Platform } from '../platform.ts';
import { compareEntries, fromLine, type ComparedEntry, type EntryDifference } from './compare-entries.ts';
import type { DiffFault } from './diff-live-databases.ts';
import { SourceTally, type SourceDiff } from './files-diff.ts';
import { liveEntries, withoutExcluded } from './live-entries.ts';

/** What of the files is compared. */
export interface FilesQuestion {
  /** Whether a name in the archive is asked for. */
  wants: (name: Buffer) => boolean;
  /** Told of each name that differs, in order. */
  onDifference: (difference: EntryDifference) => Promise<void>;
}

/** Compares the files of two archives by their indexes, in one go; the recovery kit's, too, but for its secrets. */
export async function diffArchivedFiles(
  before: OpenArchive,
  after: OpenArchive,
  sources: Readonly<Record<string, SourceDiff['state']>>,
  { wants, onDifference }: FilesQuestion,
): Promise<SourceDiff[]> {
  const tallies = new Map(Object.keys(sources).map((source) => [source, new SourceTally(source)]));
  const isFile = (name: Buffer): boolean => !isOther(name) && wants(name);
  for await (const difference of compareEntries(entriesOf(before, isFile), entriesOf(after, isFile))) {
    const [first] = splitName(difference.name);
    const source = first?.toString('utf8') ?? '';
    let tally = tallies.get(source);
    if (!tally) tallies.set(source, (tally = new SourceTally(source)));
    tally.add(difference);
    await onDifference(difference);
  }
  return [...tallies].map(([source, tally]) => tally.finish(sources[source] ?? 'compared'));
}

/** What differs anyway from one archive to the next, or is compared otherwise; the secrets are encrypted anew each time. */
function isOther(name: Buffer): boolean {
  const text = name.toString('latin1');
  return text.startsWith(DUMP_FOLDER) || text === KIT_SECRETS_NAME || TEXT_NAMES.includes(text);
}

/** Compares the chosen sources of an archive with what stands there now. What cannot be read is told; the rest goes on. */
export async function diffLiveFiles(
  platform: Platform,
  archive: OpenArchive,
  records: Readonly<Record<string, FilesRecord>>,
  sources: readonly string[],
  { wants, onDifference }: FilesQuestion,
): Promise<{ files: SourceDiff[]; faults: DiffFault[] }> {
  const files: SourceDiff[] = [];
  const faults: DiffFault[] = [];
  for (const name of sources) {
    const tally = new SourceTally(name);
    const record = records[name];
    try {
      const configured = platform.config.files.find((source) => source.name === name);
      if (!configured) throw new TypeError(`files.${name} is not in ${platform.config.file}`);
      const located = await locateFiles(platform, configured);
      const prefix = Buffer.from(`${name}/`);
      const isOfSource = (entry: Buffer): boolean => entry.subarray(0, prefix.length).equals(prefix) && wants(entry);
      const before = record ? withoutExcluded(located, entriesOf(archive, isOfSource)) : nothing();
      const after = only(liveEntries(located), wants);
      const sinceNs = record ? BigInt(Date.parse(record.walkStarted)) * 1_000_000n : 0n;
      for await (const difference of compareEntries(before, after, sinceNs)) {
        tally.add(difference);
        await onDifference(difference);
      }
      files.push(tally.finish(record ? 'compared' : 'added'));
    } catch (error) {
      if (platform.signal?.aborted) throw error;
      faults.push({ what: name, reason: messageOf(error) });
      files.push(tally.finish('failed'));
    }
  }
  return { files, faults };
}

async function* entriesOf(
  archive: OpenArchive,
  wants: (name: Buffer) => boolean,
): AsyncGenerator<ComparedEntry, void, undefined> {
  for await (const line of orderLines(archive.name, archive.lines())) {
    const entry = wants(line.name) ? fromLine(line) : undefined;
    if (entry) yield entry;
  }
}

async function* only(
  entries: AsyncIterable<ComparedEntry>,
  wants: (name: Buffer) => boolean,
): AsyncGenerator<ComparedEntry, void, undefined> {
  for await (const entry of entries) if (wants(entry.name)) yield entry;
}

async function* nothing(): AsyncGenerator<ComparedEntry, void, undefined> {
  // The archive does not have the source.
}
