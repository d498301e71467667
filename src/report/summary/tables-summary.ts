import { formatTime } from '../../logging/format-time.ts';
import { code } from '../../logging/code-span.ts';
import { countOf, formatBytes, formatCount, formatDuration } from '../../logging/quantity-text.ts';
import type { RestoreAsResult } from '../../operations/restore-as.ts';
import type { RestoreTablesResult } from '../../operations/restore-tables.ts';
import { describeEstimate, describeSteps } from '../estimate-text.ts';
import { describeVerified } from '../plan-report.ts';
import { describeProof } from '../proof-text.ts';
import { commandLine } from '../restore-report.ts';
import { describeAs, describeLive, describeTable } from '../tables-report.ts';
import { details, joinLines, limitRows, list, table } from './markdown.ts';

/** More of anything than this is counted, not listed. */
const LISTED = 50;

/** A restore of tables, or its plan after a dry run; times of `timezone`. */
export function summarizeTables(result: RestoreTablesResult, timezone?: string): string {
  const { plan, done, made, replaced, lockedMs, safety, id, createdRoles, notes, fetchedBytes, durationMs } = result;
  const isPossible = plan.refusals.length === 0;
  const rows = plan.tables.map((planned) => [
    code(`${planned.key}.${planned.schema}.${planned.table}`, 120),
    formatCount(planned.archivedRows),
    describeLive(planned),
    code(describeTable(planned), 200),
  ]);
  const title = done
    ? `### ✅ Tables restored, in ${formatDuration(durationMs)}`
    : isPossible
      ? '### 📝 A plan: nothing was changed'
      : '### ❌ Cannot be restored as asked: nothing was changed';
  return joinLines([
    title,
    '',
    `Archive ${code(plan.archive)}, made ${code(formatTime(plan.made, timezone))}, ${formatDuration(plan.ageMs)} ago; ${describeVerified(plan, timezone)}.`,
    ...(isPossible ? [] : ['', '**In the way:**', '', ...list(plan.refusals, LISTED)]),
    ...table(['Table', 'Rows in the archive', 'Live', 'What happens'], limitRows(rows, LISTED), [1]),
    '',
    ...(done ? [] : [`Time: ${describeEstimate(plan.estimate)}.`, '']),
    ...replaced.map(
      ({ schema, name, rows: now, replaced: former }) =>
        `- ${code(`${schema}.${name}`, 120)}: ${formatCount(now)} rows in place, ${formatCount(former)} replaced`,
    ),
    ...made.map(
      ({ table: into, database, rows: now, isCompared }) =>
        `- ${code(into, 120)} in ${code(database, 80)}: ${formatCount(now)} rows, ${describeProof(isCompared)}`,
    ),
    ...(lockedMs === undefined ? [] : [`- Writers waited for ${formatDuration(lockedMs)} at most`]),
    ...(id === undefined
      ? []
      : [
          safety ? `- The state before is in ${code(safety.archive)}` : '- ⚠️ The state before was not backed up',
          `- What was replaced is kept as ${code(id)}; to put it back: ${code(commandLine('undo', id))}`,
        ]),
    ...(done ? [`- Took ${describeSteps(result.steps)}`, `- Fetched ${formatBytes(fetchedBytes)} of the archive`] : []),
    ...listDetails(
      'What people may do with them',
      made.flatMap(({ examples }) => examples),
    ),
    ...listDetails('Roles created', createdRoles),
    ...listDetails('Notes', notes),
    ...listDetails('⚠️ Warnings', plan.warnings),
    ...listDetails('Warnings of the safety backup', safety?.warnings ?? []),
    '',
    id === undefined
      ? nextOf(plan, done, 'look at the new tables; drop them when nobody needs them any more.')
      : nextOf(
          plan,
          done,
          `look at the application. When all is well, free the space: ${code(commandLine('forget', id))}`,
        ),
  ]);
}

/** What is to be done after a plan, or once it is `done`. */
function nextOf(
  { archive, refusals }: { archive: string; refusals: readonly string[] },
  done: boolean,
  then: string,
): string {
  if (done) return `**Next:** ${then}`;
  return refusals.length === 0
    ? `**Next:** to carry it out, run it again without the dry run and type the name to confirm it: ${code(archive)}`
    : '**Next:** mend what is named, or ask for something else.';
}

/** A restore into a new database, or its plan; times of `timezone`. */
export function summarizeAs(result: RestoreAsResult, timezone?: string): string {
  const { plan, done, createdRoles, uncompared, notes, fetchedBytes, durationMs } = result;
  return joinLines([
    done
      ? `### ✅ Restored as ${code(plan.as, 80)}, in ${formatDuration(durationMs)}`
      : plan.refusals.length === 0
        ? '### 📝 A plan: nothing was changed'
        : '### ❌ Cannot be restored as asked: nothing was changed',
    '',
    `${code(plan.key, 80)} of ${code(plan.archive)}, made ${code(formatTime(plan.made, timezone))}, ${describeVerified(plan, timezone)}: ${countOf(plan.tables.length, 'table')}.`,
    '',
    code(describeAs(plan), 300),
    ...(done ? ['', `Before it had that name, it was proven: ${describeProof(!uncompared)}.`] : []),
    ...(plan.refusals.length > 0 ? ['', '**In the way:**', '', ...list(plan.refusals, LISTED)] : []),
    ...(done ? [] : ['', `Time: ${describeEstimate(plan.estimate)}.`]),
    ...(plan.isBackedUp ? ['', 'Backups will hold it, too, until it is dropped.'] : []),
    ...listDetails('Roles created', createdRoles),
    ...listDetails('Notes', notes),
    ...listDetails('⚠️ Warnings', plan.warnings),
    ...(done ? ['', `Took ${describeSteps(result.steps)}; ${formatBytes(fetchedBytes)} of the archive fetched.`] : []),
    '',
    nextOf(plan, done, 'look at the new database; drop it when nobody needs it any more.'),
  ]);
}

function listDetails(title: string, texts: readonly string[]): string[] {
  return texts.length === 0 ? [] : details(`${title} (${formatCount(texts.length)})`, list(texts, LISTED));
}
