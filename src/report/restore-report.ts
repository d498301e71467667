import type { ExtractResult } from '../operations/extract.ts';
import type { RestoreResult } from '../operations/restore.ts';
import type { CarriedThrough } from '../operations/restore/carry-through.ts';
import type { ServicesReport } from '../operations/restore/put-in-place.ts';
import { printable } from '../logging/printable.ts';
import { countOf, formatBytes, formatDuration } from '../logging/quantity-text.ts';
import { describeSteps } from './estimate-text.ts';
import { renderPlan } from './plan-report.ts';
import { describeProof } from './proof-text.ts';
import { formatTable } from './table.ts';

/** What a restore did; times of `timezone`. */
export function renderRestore(result: RestoreResult, timezone?: string): string {
  const { plan, done, safety, id, carried, services, createdRoles, notes, steps, fetchedBytes, durationMs } = result;
  if (!done) return `${renderPlan(plan, timezone)}\nNothing was changed.`;
  return [
    `${plan.archive} is restored, in ${formatDuration(durationMs)}; ${formatBytes(fetchedBytes)} fetched.`,
    `  ${describeSteps(steps)}`,
    ...plan.databases.map(({ key }) => `  ${key}: ${describeProof(!result.uncompared?.includes(key))}, in place`),
    ...(carried && services ? describeCarried(carried, services, plan.files.length > 0) : []),
    ...createdRoles.map((role) => `  role created: ${printable(role)}`),
    ...notes.map((note) => `  ${printable(note)}`),
    ...(safety ? [`The state before is in ${safety.archive}.`] : []),
    ...(id === undefined ? [] : describeKept(id, 'What was replaced')),
    ...(services?.faults ?? []).map((fault) => `NOT SERVING: ${printable(fault)}`),
  ].join('\n');
}

/** What changed places, who stood still, and who could not connect meanwhile, a line each. */
export function describeCarried(
  { placed, removed, swaps, disconnected }: CarriedThrough,
  services: ServicesReport,
  hasFiles: boolean,
): string[] {
  return [
    ...(hasFiles ? [`  files: ${placed} put in place, ${removed} moved away`] : []),
    ...(services.stopped.length > 0
      ? [
          `  services halted for ${formatDuration(services.downtimeMs)}: ${services.stopped.join(', ')}; ` +
            `running again: ${services.started.join(', ') || 'none'}${describeHealth(services)}`,
        ]
      : []),
    ...swaps.map(
      ({ databases, refusedMs }) =>
        `  connections were refused for ${formatDuration(refusedMs)} at most: ${databases.join(', ')}`,
    ),
    ...disconnected.map((who) => `  disconnected: ${printable(who)}`),
  ];
}

/** The command lines that what is kept is for. */
export function describeKept(id: string, what: string): string[] {
  return [
    `${what} is kept as ${id}.`,
    `  To put it back:    ${commandLine('undo', id)}`,
    `  To free its space: ${commandLine('forget', id)}`,
  ];
}

/** A whole line that a person can type. */
export function commandLine(command: 'undo' | 'forget', id: string): string {
  return `npm run -s continuity -- ${command} ${id}`;
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
    ...notes.map(printable),
  ].join('\n');
}
