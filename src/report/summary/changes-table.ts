import type { Manifest } from '../../archive/manifest.ts';
import { countOf, formatBytes, formatCount } from '../../logging/quantity-text.ts';
import type { BackupChanges, DumpChange, FileChanges } from '../../operations/backup/describe-changes.ts';
import { code } from '../../logging/code-span.ts';
import { limitRows, table } from './markdown.ts';

/** More sources than this are counted, not listed. */
const LISTED = 200;

/** What became of all sources, in one line. */
export function tellChanges({ since, files, databases }: BackupChanges): string {
  const all = Object.values(files);
  const sum = (key: keyof FileChanges): number => all.reduce((total, changes) => total + changes[key], 0);
  const dumps = Object.values(databases);
  const changed = dumps.filter(({ state }) => state !== 'same').length;
  const parts = [
    ...(all.length > 0
      ? [
          `${countOf(sum('added'), 'file')} added, ${formatCount(sum('changed'))} changed, ${formatCount(sum('removed'))} removed (${formatBytes(sum('bytes'))})`,
        ]
      : []),
    ...(dumps.length > 0 ? [`${formatCount(changed)} of ${countOf(dumps.length, 'database')} changed`] : []),
  ];
  return `Since ${code(since)}: ${parts.length > 0 ? parts.join('; ') : 'nothing'}.`;
}

/** Every source with its size and what became of it. */
export function sourcesTable(manifest: Manifest | undefined, changes: BackupChanges | undefined): string[] {
  const databases = Object.entries(manifest?.databases ?? {}).map(([key, { sizeBytes, fingerprints }]) => [
    code(key, 80),
    countOf(Object.keys(fingerprints.tables).length, 'table'),
    formatBytes(sizeBytes),
    tellDump(changes?.databases[key]),
  ]);
  const files = Object.entries(manifest?.files ?? {}).map(([source, { files: count, bytes }]) => [
    code(source, 80),
    countOf(count, 'file'),
    formatBytes(bytes),
    tellFiles(changes?.files[source], count),
  ]);
  const gone = [
    ...Object.entries(changes?.databases ?? {}).filter(([key]) => !Object.hasOwn(manifest?.databases ?? {}, key)),
    ...Object.entries(changes?.files ?? {}).filter(([source]) => !Object.hasOwn(manifest?.files ?? {}, source)),
  ].map(([key]) => [code(key, 80), '', '', '⚠️ no longer in the backup']);
  const rows = [...gone, ...databases, ...files];
  if (rows.length === 0) return [];
  return table(['Source', 'Holds', 'Size', 'Since the last archive'], limitRows(rows, LISTED), [2]);
}

function tellDump(change: DumpChange | undefined): string {
  if (!change) return '';
  const { state, sizeBytes = 0, sizeBytesBefore = 0 } = change;
  if (state !== 'changed') return state === 'added' ? 'new' : 'the same';
  const mark = sizeBytes < sizeBytesBefore / 2 ? '⚠️ ' : '';
  return `${mark}${formatBytes(sizeBytesBefore)} → ${formatBytes(sizeBytes)}`;
}

function tellFiles(change: FileChanges | undefined, files: number): string {
  if (!change) return '';
  const { added, changed, removed, bytes } = change;
  if (added + changed + removed === 0) return 'the same';
  const mark = removed > files ? '⚠️ ' : '';
  return `${mark}+${formatCount(added)} ~${formatCount(changed)} −${formatCount(removed)} (${formatBytes(bytes)})`;
}
