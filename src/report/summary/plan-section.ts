import { formatTime } from '../../logging/format-time.ts';
import { countOf, formatBytes, formatCount, formatDuration } from '../../logging/quantity-text.ts';
import type { RestorePlan } from '../../operations/restore/restore-plan.ts';
import { code } from '../../logging/code-span.ts';
import { details, limitRows, list, table } from './markdown.ts';

/** More of anything than this is counted, not listed. */
const LISTED = 50;
const LISTED_SOURCES = 200;

/** What a restore replaces, and what speaks against it; times of `timezone`. */
export function planSection(plan: RestorePlan, timezone?: string): string[] {
  const { refusals, warnings } = plan;
  const connected = plan.databases.flatMap(({ record, connections }) =>
    connections.map(({ user, application }) => `${record.database}: ${user} (${application || 'no name'})`),
  );
  const halted = [...plan.services.stop, ...plan.services.hold];
  return [
    `Archive ${code(plan.archive)}, made ${code(formatTime(plan.made, timezone))}, ${formatDuration(plan.ageMs)} ago.`,
    ...(refusals.length > 0 ? ['', '**In the way:**', '', ...list(refusals, LISTED)] : []),
    ...planTable(plan),
    ...(halted.length > 0
      ? ['', `Halted while it is put in place: ${halted.map((name) => code(name, 80)).join(', ')}.`]
      : []),
    ...(connected.length > 0
      ? details(`${countOf(connected.length, 'connection')} open now, ended by the swap`, list(connected, LISTED))
      : []),
    ...(warnings.length > 0 ? details(`⚠️ ${countOf(warnings.length, 'warning')}`, list(warnings, LISTED)) : []),
  ];
}

function planTable({ databases, files }: RestorePlan): string[] {
  const rows = [
    ...databases.map(({ key, record, exists, sizeBytes }) => [
      code(key, 80),
      `${countOf(Object.keys(record.fingerprints.tables).length, 'table')}, ${formatBytes(record.sizeBytes)}`,
      exists
        ? `replaces ${code(record.database, 80)} (${formatBytes(sizeBytes)})`
        : `creates ${code(record.database, 80)}`,
    ]),
    ...files.map(({ source, archived, add, replace, remove, stageBytes }) => [
      code(source, 80),
      `${countOf(archived.files, 'file')}, ${formatBytes(archived.bytes)}`,
      add + replace + remove === 0
        ? 'the same already'
        : `adds ${formatCount(add)}, replaces ${formatCount(replace)}, removes ${formatCount(remove)}; fetches ${formatBytes(stageBytes)}`,
    ]),
  ];
  if (rows.length === 0) return [];
  return table(['Source', 'In the archive', 'What happens'], limitRows(rows, LISTED_SOURCES));
}
