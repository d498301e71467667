import { formatTime } from '../../logging/format-time.ts';
import { countOf, formatBytes, formatCount, formatDuration } from '../../logging/quantity-text.ts';
import type { FilesPlan } from '../../operations/restore/files-plan.ts';
import type { RestorePlan } from '../../operations/restore/restore-plan.ts';
import { isUsed } from '../../operations/services/find-users.ts';
import { code } from '../../logging/code-span.ts';
import { describeEstimate, formatAbout } from '../estimate-text.ts';
import { describeChanges, describeVerified, NOTHING_STOPPED } from '../plan-report.ts';
import { listRows, type RowLine } from '../row-text.ts';
import { details, limitRows, list, table } from './markdown.ts';

/** More of anything than this is counted, not listed. */
const LISTED = 50;
const LISTED_SOURCES = 200;
const LISTED_ROWS = 20;

/** What a restore replaces, and what speaks against it; times of `timezone`. */
export function planSection(plan: RestorePlan, timezone?: string): string[] {
  const { refusals, warnings } = plan;
  const connected = plan.databases.flatMap(({ record, connections }) =>
    connections.map(({ user, application }) => `${record.database}: ${user} (${application || 'no name'})`),
  );
  return [
    `Archive ${code(plan.archive)}, made ${code(formatTime(plan.made, timezone))}, ${formatDuration(plan.ageMs)} ago; ${describeVerified(plan, timezone)}.`,
    ...(refusals.length > 0 ? ['', '**In the way:**', '', ...list(refusals, LISTED)] : []),
    ...planTable(plan),
    ...listRowChanges(plan),
    ...plan.files.flatMap(listExamples),
    ...describeStandstill(plan),
    '',
    `Time: ${describeEstimate(plan.estimate)}.`,
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
    ...files.map((source) => [
      [
        code(source.source, 80),
        ...limitRows(
          (source.paths?.texts ?? []).map((path) => [code(path, 80)]),
          3,
        ).flat(),
      ].join(' '),
      `${countOf(source.archived.files, 'file')}, ${formatBytes(source.archived.bytes)}`,
      describeChanges(source),
    ]),
  ];
  if (rows.length === 0) return [];
  return table(['Source', 'In the archive', 'What happens'], limitRows(rows, LISTED_SOURCES));
}

/** What is lost stands open, what comes back is folded. */
function listRowChanges(plan: RestorePlan): string[] {
  const { lost, back, uncertain, equal } = listRows(plan);
  const textsOf = (lines: readonly RowLine[]): string[] =>
    lines.map(({ key, table, text }) => `${key} ${table}: ${text}`);
  const same = equal.map(({ key, tables }) => `${code(key, 80)} ${formatCount(tables)}`).join(', ');
  return [
    ...(lost.length > 0
      ? ['', '**Lost by it (more rows now than in the archive):**', '', ...list(textsOf(lost), LISTED_ROWS), '']
      : []),
    ...(uncertain.length > 0
      ? details(`${countOf(uncertain.length, 'table')} estimated, not counted`, list(textsOf(uncertain), LISTED))
      : []),
    ...(back.length > 0 ? details(`Comes back: ${countOf(back.length, 'table')}`, list(textsOf(back), LISTED)) : []),
    ...(same === '' ? [] : ['', `Tables with as many rows as in the archive: ${same}.`]),
  ];
}

function listExamples({ source, examples }: FilesPlan): string[] {
  const texts = (['remove', 'replace', 'add'] as const).flatMap((kind) =>
    examples[kind].map((name) => `${kind}: ${name}`),
  );
  return texts.length > 0 ? details(`Examples of ${code(source, 80)}`, list(texts, LISTED)) : [];
}

function describeStandstill({
  services: { stop, hold },
  haltOrder,
  estimate,
  users,
  isSingleRename,
}: RestorePlan): string[] {
  if (isSingleRename && isUsed(users)) return ['', NOTHING_STOPPED];
  if (stop.length + hold.length === 0) return [];
  const order = haltOrder.map((group) => group.map((name) => code(name, 80)).join(', ')).join(', then ');
  return ['', `Halted while it is put in place, for about ${formatAbout(estimate.standstillMs)}: ${order}.`];
}
