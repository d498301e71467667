import { formatTime } from '../logging/format-time.ts';
import { printable } from '../logging/printable.ts';
import { countOf, formatBytes, formatCount, formatDuration } from '../logging/quantity-text.ts';
import type { RestoreAsResult } from '../operations/restore-as.ts';
import type { AsPlan } from '../operations/restore/plan-as.ts';
import type { RestoreTablesResult } from '../operations/restore-tables.ts';
import type { PlannedTable, TablesPlan } from '../operations/restore/plan-tables.ts';
import { describeEstimate, describeSteps } from './estimate-text.ts';
import { describeVerified } from './plan-report.ts';
import { describeProof } from './proof-text.ts';
import { describeKept } from './restore-report.ts';
import { formatTable } from './table.ts';

/** What a restore of tables would do, for whoever has to say yes to it; times of `timezone`. */
export function renderTablesPlan(plan: TablesPlan, timezone?: string): string {
  const { archive, made, ageMs, isInPlace, estimate, tables, refusals, warnings } = plan;
  return [
    ...refusals.map((refusal) => `CANNOT BE DONE: ${printable(refusal)}`),
    `Restore of ${countOf(tables.length, 'table')} of ${archive}, made ${formatTime(made, timezone)} (${formatDuration(ageMs)} ago), ${describeVerified(plan, timezone)}:`,
    formatTable(
      tables.map((table) => [
        printable(`${table.key}: ${table.schema}.${table.table}`),
        `${countOf(table.archivedRows, 'row')} in the archive`,
        describeLive(table),
        describeTable(table),
      ]),
    ),
    `Time: ${describeEstimate(estimate)}.`,
    ...warnings.map((warning) => `Warning: ${printable(warning)}`),
    isInPlace
      ? 'Whoever writes to these tables waits meanwhile; nothing is stopped. What is replaced stays beside until forget; undo puts it back.'
      : 'The live tables are not touched, and nothing is stopped. Nothing in use refers to the new ones.',
  ].join('\n');
}

/** What stands there now, in a few words. */
export function describeLive({ live }: PlannedTable): string {
  if (!live) return 'missing now';
  const about = live.isEstimate ? 'about ' : '';
  return live.rows < 0 ? `there now, ${formatBytes(live.sizeBytes)}` : `${about}${countOf(live.rows, 'row')} now`;
}

/** What becomes of it. */
export function describeTable({ does, into }: PlannedTable): string {
  if (does === 'beside') return `rows go into the new table ${printable(into)}`;
  return does === 'replace' ? 'rows are replaced' : 'is made anew, with its indexes, keys, triggers and privileges';
}

/** What a restore of tables did; times of `timezone`. */
export function renderTables(result: RestoreTablesResult, timezone?: string): string {
  const { plan, done, made, replaced, lockedMs, safety, id, createdRoles, notes, steps, fetchedBytes, durationMs } =
    result;
  if (!done) return `${renderTablesPlan(plan, timezone)}\nNothing was changed.`;
  return [
    `${countOf(plan.tables.length, 'table')} of ${plan.archive}, in ${formatDuration(durationMs)}; ${formatBytes(fetchedBytes)} fetched.`,
    `  ${describeSteps(steps)}`,
    ...made.flatMap(({ table, database, rows, isCompared, examples }) => [
      `  ${printable(table)} in database ${printable(database)}: ${countOf(rows, 'row')}, ${describeProof(isCompared)}. For example:`,
      ...examples.map((sql) => `    ${printable(sql)}`),
    ]),
    ...replaced.flatMap(({ schema, name, rows, replaced: former, sequences }) => [
      `  ${printable(`${schema}.${name}`)}: ${countOf(rows, 'row')} in place, ${formatCount(former)} replaced; foreign keys proven`,
      ...sequences.map((sequence) => `    sequence moved on: ${printable(sequence)}`),
    ]),
    ...(lockedMs === undefined ? [] : [`  writers waited for ${formatDuration(lockedMs)} at most`]),
    ...createdRoles.map((role) => `  role created: ${printable(role)}`),
    ...notes.map((note) => `  ${printable(note)}`),
    ...(safety ? [`The state before is in ${safety.archive}.`] : []),
    ...(id === undefined ? [] : describeKept(id, 'What was replaced')),
  ].join('\n');
}

/** What a restore into a new database would do; times of `timezone`. */
export function renderAsPlan(plan: AsPlan, timezone?: string): string {
  return [
    ...plan.refusals.map((refusal) => `CANNOT BE DONE: ${printable(refusal)}`),
    `Restore of ${plan.key} of ${plan.archive}, made ${formatTime(plan.made, timezone)} (${formatDuration(plan.ageMs)} ago), ${describeVerified(plan, timezone)}, into the new database ${plan.as}:`,
    `  ${describeAs(plan)}`,
    `Time: ${describeEstimate(plan.estimate)}.`,
    ...plan.warnings.map((warning) => `Warning: ${printable(warning)}`),
    ...describeDiscovery(plan),
    'Nothing else is touched, and nothing is stopped.',
  ].join('\n');
}

/** Which rows it has. */
export function describeAs({ database, tables, isPart, archivedBytes }: AsPlan): string {
  const rows = tables.reduce((sum, table) => sum + table.rows, 0);
  const counted = `${countOf(tables.length, 'table')}, ${countOf(rows, 'row')}`;
  if (!isPart) return `database ${printable(database)} as it was: ${counted}, ${formatBytes(archivedBytes)}`;
  return `the structure of database ${printable(database)} and the rows of ${counted}; without foreign keys, as other tables are empty`;
}

function describeDiscovery({ as, isBackedUp, source }: AsPlan): string[] {
  if (!isBackedUp) return [];
  return [
    `It is an ordinary database: "database: all" finds it on the server of ${source}, and backups hold it until it is dropped (DROP DATABASE "${as}").`,
  ];
}

/** What a restore into a new database did; times of `timezone`. */
export function renderAs(result: RestoreAsResult, timezone?: string): string {
  const { plan, done, createdRoles, uncompared, notes, steps, fetchedBytes, durationMs } = result;
  if (!done) return `${renderAsPlan(plan, timezone)}\nNothing was changed.`;
  return [
    `Database ${plan.as} holds ${plan.key} of ${plan.archive}, ${describeProof(!uncompared)}, in ${formatDuration(durationMs)}; ${formatBytes(fetchedBytes)} fetched.`,
    `  ${describeAs(plan)}`,
    `  ${describeSteps(steps)}`,
    ...createdRoles.map((role) => `  role created: ${printable(role)}`),
    ...notes.map((note) => `  ${printable(note)}`),
    ...describeDiscovery(plan),
  ].join('\n');
}
