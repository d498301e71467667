import type { FilesOutcome } from '../../archive/files-packer.ts';
import type { FilesRecord } from '../../archive/manifest.ts';
import type { SourceEntry } from '../../archive/source-entry.ts';
import type { Oddity } from '../../archive/pack-entries.ts';
import type { LocatedFiles } from '../locate-files.ts';
import { openFileSource, type FileSourceReport } from '../../sources/files/file-source.ts';

/** All file sources as one walk in archive order. */
export interface SourcesWalk {
  entries: AsyncIterable<SourceEntry>;
  /** What was met, by source; complete when the walk has ended. */
  reports: ReadonlyMap<string, FileSourceReport>;
}

/** Opens the sources, one after the other in bytewise order of their names. */
export function walkSources(sources: readonly LocatedFiles[], signal: AbortSignal): SourcesWalk {
  const opened = [...sources]
    .sort((a, b) => Buffer.compare(Buffer.from(`${a.name}/`), Buffer.from(`${b.name}/`)))
    .map((source) => ({ source, ...openFileSource(source) }));
  async function* entries(): AsyncGenerator<SourceEntry, void, undefined> {
    for (const source of opened) {
      for await (const entry of source.entries) {
        signal.throwIfAborted();
        yield entry;
      }
      await source.source.confirm?.();
    }
  }
  return { entries: entries(), reports: new Map(opened.map(({ source, report }) => [source.name, report])) };
}

/** What the manifest says of the file sources: the walk's report, and what became of its entries while they were read. */
export function recordFiles(
  reports: ReadonlyMap<string, FileSourceReport>,
  { vanished, changed }: FilesOutcome,
): Record<string, FilesRecord> {
  const records: Record<string, FilesRecord> = {};
  for (const [source, report] of reports) {
    const gone = belongingTo(source, vanished);
    const told = new Set(report.skipped.map(({ path }) => path));
    records[source] = {
      files: report.files - gone.length,
      directories: report.directories,
      links: report.links,
      bytes: report.bytes,
      walkStarted: report.walkStarted.toISOString(),
      walkEnded: report.walkEnded.toISOString(),
      skipped: shorten([...report.skipped, ...gone.filter(({ path }) => !told.has(path))]),
      changed: shorten(belongingTo(source, changed)),
    };
  }
  return records;
}

/** The manifest lists so many; of the rest it says how many they are. */
const LISTED = 1000;

function shorten(oddities: { path: string; reason: string }[]): { path: string; reason: string }[] {
  if (oddities.length <= LISTED) return oddities;
  return [...oddities.slice(0, LISTED), { path: '', reason: `and ${oddities.length - LISTED} more` }];
}

function belongingTo(source: string, oddities: readonly Oddity[]): { path: string; reason: string }[] {
  const prefix = Buffer.from(`${source}/`);
  return oddities
    .filter(({ name }) => name.subarray(0, prefix.length).equals(prefix))
    .map(({ name, reason }) => ({ path: name.subarray(prefix.length).toString(), reason }));
}
