import type { FileChanges } from '../../archive/change-counter.ts';
import type { DumpContent } from '../../archive/dump-contents.ts';
import type { FilesOutcome } from '../../archive/files-packer.ts';
import { DUMP_FOLDER } from '../../archive/layout.ts';
import type { DatabaseRecord } from '../../archive/manifest.ts';

export type { FileChanges };

/** What differs from the archive that this one builds upon. Sizes in bytes. */
export interface BackupChanges {
  /** Name of that archive: the newest one that no verification found damaged. */
  since: string;
  /** By source; also sources that only the earlier archive has. */
  files: Record<string, FileChanges>;
  /** By key of the dump; also dumps that only the earlier archive has. */
  databases: Record<string, DumpChange>;
}

export interface DumpChange {
  /** `same`: its SQL is the same to the letter. */
  state: 'same' | 'changed' | 'added' | 'removed';
  /** Absent where it was added. */
  sizeBytesBefore?: number;
  /** Absent where it was removed. */
  sizeBytes?: number;
}

/** Puts together what was seen of two nights while one was packed. */
export function describeChanges(
  since: string,
  { records, outcome }: { records: Readonly<Record<string, unknown>>; outcome: FilesOutcome },
  dumps: { records: Readonly<Record<string, DatabaseRecord>>; now: ReadonlyMap<string, DumpContent> },
): BackupChanges {
  const { changes, dumpsBefore } = outcome;
  const none = (): FileChanges => ({ added: 0, changed: 0, removed: 0, bytes: 0 });
  const sources = [...new Set([...Object.keys(records), ...changes.keys()])].sort();
  const databases = Object.entries(dumps.records).map(
    ([key, { dump }]) => [key, compareDumps(dumpsBefore.get(dump), dumps.now.get(dump))] as const,
  );
  const present = new Set(Object.values(dumps.records).map(({ dump }) => dump));
  const gone = [...dumpsBefore]
    .filter(([name]) => !present.has(name) && !name.startsWith(`${DUMP_FOLDER}globals-`))
    .map(([name, before]) => [keyOf(name), compareDumps(before, undefined)] as const);
  return {
    since,
    files: Object.fromEntries(sources.map((source) => [source, changes.get(source) ?? none()])),
    databases: Object.fromEntries([...databases, ...gone]),
  };
}

function compareDumps(before: DumpContent | undefined, now: DumpContent | undefined): DumpChange {
  const sizes = {
    ...(before ? { sizeBytesBefore: before.sizeBytes } : {}),
    ...(now ? { sizeBytes: now.sizeBytes } : {}),
  };
  if (!before) return { state: 'added', ...sizes };
  if (!now) return { state: 'removed', ...sizes };
  return { state: before.identity === now.identity ? 'same' : 'changed', ...sizes };
}

function keyOf(dump: string): string {
  return dump.slice(DUMP_FOLDER.length).replace(/\.sql$/, '');
}
