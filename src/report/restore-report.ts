import type { ExtractResult } from '../operations/extract.ts';
import type { RestoreResult } from '../operations/restore.ts';
import type { RestorePlan } from '../operations/restore/restore-plan.ts';
import { formatBytes, formatDuration } from '../logging/quantity-text.ts';
import { formatTable } from './table.ts';

/** What a restore would do, for whoever has to say yes to it. */
export function renderPlan(plan: RestorePlan): string {
  const databases = plan.databases.map(({ key, record, exists, sizeBytes }) => [
    key,
    `database ${record.database}`,
    `${Object.keys(record.fingerprints.tables).length} tables, ${formatBytes(record.sizeBytes)}`,
    exists ? `replaces the live one (${formatBytes(sizeBytes)})` : 'is missing, will be created',
  ]);
  const files = plan.files.map(({ source, path, archived, add, replace, remove, stageBytes }) => [
    source,
    path,
    `${archived.files} files, ${formatBytes(archived.bytes)}`,
    add + replace + remove === 0
      ? 'is the same already'
      : `adds ${add}, replaces ${replace}, removes ${remove} entries; fetches ${formatBytes(stageBytes)}`,
  ]);
  const connected = plan.databases.flatMap(({ record, connections }) =>
    connections.map(({ user, application }) => `  ${record.database}: ${user} (${application || 'no name'})`),
  );
  return [
    `Restore of ${plan.archive}, made ${plan.made} (${formatDuration(plan.ageMs)} ago):`,
    formatTable([...databases, ...files]),
    ...(connected.length > 0 ? ['Connected now, to be disconnected for the swap:', ...connected] : []),
    ...plan.warnings.map((warning) => `Warning: ${warning}`),
    ...plan.refusals.map((refusal) => `CANNOT BE DONE: ${refusal}`),
    'What is replaced stays beside until forget.',
  ].join('\n');
}

/** What a restore did. */
export function renderRestore({
  plan,
  done,
  safety,
  id,
  carried,
  createdRoles,
  notes,
  fetchedBytes,
  durationMs,
}: RestoreResult): string {
  if (!done) return `${renderPlan(plan)}\nNothing was changed.`;
  return [
    `${plan.archive} is restored, in ${formatDuration(durationMs)}; ${formatBytes(fetchedBytes)} fetched.`,
    ...plan.databases.map(({ key }) => `  ${key}: equal to its fingerprints, in place`),
    ...(plan.files.length > 0
      ? [`  files: ${carried?.placed ?? 0} put in place, ${carried?.removed ?? 0} moved away`]
      : []),
    ...createdRoles.map((role) => `  role created: ${role}`),
    ...(carried?.disconnected ?? []).map((who) => `  disconnected: ${who}`),
    ...notes.map((note) => `  ${note}`),
    ...(safety
      ? [`The state before is in ${safety.archive}, and what was replaced is kept as ${id} until "forget ${id}".`]
      : []),
    ...(safety ? [] : [`What was replaced is kept as ${id} until "forget ${id}".`]),
  ].join('\n');
}

/** What was unpacked beside. */
export function renderExtraction({ archive, directory, done, parts, entries, bytes, notes }: ExtractResult): string {
  if (!done) {
    const rows = parts.map(({ name, kind, bytes: size }) => [name, kind, formatBytes(size)]);
    return [`${archive} would be unpacked into ${directory}:`, formatTable(rows, [2]), 'Nothing was unpacked.'].join(
      '\n',
    );
  }
  return [`${archive}: ${entries} entries, ${formatBytes(bytes)}, unpacked into ${directory}.`, ...notes].join('\n');
}
