import type { ExtractResult } from '../operations/extract.ts';
import type { RestoreResult } from '../operations/restore.ts';
import type { ServicesReport } from '../operations/restore/put-in-place.ts';
import { countOf, formatBytes, formatDuration } from '../logging/quantity-text.ts';
import { describeSteps } from './estimate-text.ts';
import { renderPlan } from './plan-report.ts';
import { formatTable } from './table.ts';

export { renderPlan };

/** What a restore did; times of `timezone`. */
export function renderRestore(result: RestoreResult, timezone?: string): string {
  const { plan, done, safety, id, carried, services, createdRoles, notes, steps, fetchedBytes, durationMs } = result;
  if (!done) return `${renderPlan(plan, timezone)}\nNothing was changed.`;
  return [
    `${plan.archive} is restored, in ${formatDuration(durationMs)}; ${formatBytes(fetchedBytes)} fetched.`,
    `  ${describeSteps(steps)}`,
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
