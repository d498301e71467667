import type { BackupResult } from '../operations/backup.ts';
import type { BackupChanges, FileChanges } from '../operations/backup/describe-changes.ts';
import { countOf, formatBytes, formatCount, formatDuration } from '../logging/quantity-text.ts';
import { tellKit } from './kit-report.ts';
import { formatTable } from './table.ts';

/** A backup's result for a terminal. */
export function renderBackup(result: BackupResult): string {
  const { archive, vault, manifest } = result;
  if (result.alreadyThere && !manifest) return `${archive} is sealed on ${vault} already. Nothing to do.`;
  const rows = [
    ...Object.entries(manifest?.databases ?? {}).map(([name, { sizeBytes, fingerprints }]) => [
      name,
      'database',
      formatBytes(sizeBytes),
      countOf(Object.keys(fingerprints.tables).length, 'table'),
    ]),
    ...Object.entries(manifest?.files ?? {}).map(([name, { files, bytes }]) => [
      name,
      'files',
      formatBytes(bytes),
      countOf(files, 'file'),
    ]),
  ];
  const lines = [
    formatTable(rows, [2]),
    '',
    `${archive} is sealed on ${vault}: ${formatBytes(result.sizeBytes)}.`,
    `Read ${formatBytes(result.readBytes)} of files, sent ${formatBytes(result.sentBytes)}, stored ${formatBytes(result.storedBytes)}, in ${formatDuration(result.durationMs)}.`,
    ...(result.changes ? [renderChanges(result.changes)] : []),
    ...(manifest?.kit ? [tellKit(manifest.kit)] : []),
    `Index ${result.index}`,
    ...result.conditions.map((condition) => `Standing condition: ${condition}`),
  ];
  if (!result.isTamperProof) lines.push(NOT_TAMPER_PROOF);
  return lines.join('\n');
}

/** What is said wherever one user id owns both the way in and the archives. */
export const NOT_TAMPER_PROOF =
  'The vault is not provisioned: whoever holds its account can delete archives. They are not tamper-proof.';

/** One line: what differs from the archive before. */
function renderChanges({ since, files, databases }: BackupChanges): string {
  const all = Object.values(files);
  const sum = (key: keyof FileChanges): number => all.reduce((total, changes) => total + changes[key], 0);
  const count = (state: string): number => Object.values(databases).filter((dump) => dump.state === state).length;
  const parts = [
    `${countOf(sum('added'), 'file')} added, ${formatCount(sum('changed'))} changed (${formatBytes(sum('bytes'))}), ${formatCount(sum('removed'))} removed`,
    `${countOf(count('same'), 'database')} the same, ${count('changed')} changed`,
    ...(count('added') > 0 ? [`${count('added')} added`] : []),
    ...(count('removed') > 0 ? [`${count('removed')} removed`] : []),
  ];
  return `Since ${since}: ${all.length > 0 ? parts.join('; ') : parts.slice(1).join('; ')}.`;
}
