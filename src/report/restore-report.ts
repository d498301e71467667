import type { ExtractResult } from '../operations/extract.ts';
import type { RestoreResult } from '../operations/restore.ts';
import type { ServicesReport } from '../operations/restore/put-in-place.ts';
import type { RestorePlan } from '../operations/restore/restore-plan.ts';
import { formatTime } from '../logging/format-time.ts';
import { countOf, formatBytes, formatDuration } from '../logging/quantity-text.ts';
import { formatTable } from './table.ts';

/** What a restore would do, for whoever has to say yes to it; times of `timezone`. */
export function renderPlan(plan: RestorePlan, timezone?: string): string {
  const databases = plan.databases.map(({ key, record, exists, sizeBytes }) => [
    key,
    `database ${record.database}`,
    `${countOf(Object.keys(record.fingerprints.tables).length, 'table')}, ${formatBytes(record.sizeBytes)}`,
    exists ? `replaces the live one (${formatBytes(sizeBytes)})` : 'is missing, will be created',
  ]);
  const files = plan.files.map(({ source, paths, path, archived, add, replace, remove, stay, stageBytes }) => [
    source,
    paths ? `${path}: ${paths.texts.join(', ')}` : path,
    `${countOf(archived.files, 'file')}, ${formatBytes(archived.bytes)}`,
    (add + replace + remove === 0
      ? 'is the same already'
      : `adds ${add}, replaces ${replace}, removes ${countOf(remove, 'entry', 'entries')}; fetches ${formatBytes(stageBytes)}`) +
      (stay > 0 ? `; ${countOf(stay, 'entry', 'entries')} that it does not have ${stay === 1 ? 'stays' : 'stay'}` : ''),
  ]);
  const connected = plan.databases.flatMap(({ record, connections }) =>
    connections.map(({ user, application }) => `  ${record.database}: ${user} (${application || 'no name'})`),
  );
  return [
    `Restore of ${plan.archive}, made ${formatTime(plan.made, timezone)} (${formatDuration(plan.ageMs)} ago):`,
    formatTable([...databases, ...files]),
    ...(connected.length > 0 ? ['Connected now, to be disconnected for the swap:', ...connected] : []),
    ...describeHalt(plan),
    ...plan.warnings.map((warning) => `Warning: ${warning}`),
    ...plan.refusals.map((refusal) => `CANNOT BE DONE: ${refusal}`),
    'What is replaced stays beside until forget.',
  ].join('\n');
}

/** Which services the swap halts, in a sentence each. */
function describeHalt({ services: { stop, hold } }: RestorePlan): string[] {
  return [
    ...(stop.length > 0 ? [`Stopped while it is put in place, then started again: ${stop.join(', ')}.`] : []),
    ...(hold.length > 0 ? [`Paused while it is put in place, then restarted: ${hold.join(', ')}.`] : []),
  ];
}

/** What a restore did; times of `timezone`. */
export function renderRestore(result: RestoreResult, timezone?: string): string {
  const { plan, done, safety, id, carried, services, createdRoles, notes, fetchedBytes, durationMs } = result;
  if (!done) return `${renderPlan(plan, timezone)}\nNothing was changed.`;
  return [
    `${plan.archive} is restored, in ${formatDuration(durationMs)}; ${formatBytes(fetchedBytes)} fetched.`,
    ...plan.databases.map(({ key }) => `  ${key}: equal to its fingerprints, in place`),
    ...(plan.files.length > 0
      ? [`  files: ${carried?.placed ?? 0} put in place, ${carried?.removed ?? 0} moved away`]
      : []),
    ...(services && services.stopped.length > 0
      ? [
          `  services halted for ${formatDuration(services.downtimeMs)}: ${services.stopped.join(', ')}; ` +
            `running again: ${services.started.join(', ') || 'none'}${describeHealth(services)}`,
        ]
      : []),
    ...createdRoles.map((role) => `  role created: ${role}`),
    ...(carried?.disconnected ?? []).map((who) => `  disconnected: ${who}`),
    ...notes.map((note) => `  ${note}`),
    ...(safety
      ? [`The state before is in ${safety.archive}, and what was replaced is kept as ${id} until "forget ${id}".`]
      : []),
    ...(safety ? [] : [`What was replaced is kept as ${id} until "forget ${id}".`]),
    ...(services?.faults ?? []).map((fault) => `NOT SERVING: ${fault}`),
  ].join('\n');
}

/** Nothing where nobody waited for it, or where faults say more. */
export function describeHealth({ faults, healthMs }: ServicesReport): string {
  return healthMs === undefined || faults.length > 0 ? '' : `, healthy ${formatDuration(healthMs)} later`;
}

/** What was unpacked beside. */
export function renderExtraction(result: ExtractResult): string {
  const { archive, directory, done, parts, entries, bytes, fetchedBytes, notes } = result;
  if (!done) {
    const rows = parts.map(({ name, kind, bytes: size }) => [name, kind, formatBytes(size)]);
    return [`${archive} would be unpacked into ${directory}:`, formatTable(rows, [2]), 'Nothing was unpacked.'].join(
      '\n',
    );
  }
  return [
    `${archive}: ${countOf(entries, 'entry', 'entries')}, ${formatBytes(bytes)}, unpacked into ${directory}; ${formatBytes(fetchedBytes)} fetched.`,
    ...notes,
  ].join('\n');
}
