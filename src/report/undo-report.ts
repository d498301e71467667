import { formatTime } from '../logging/format-time.ts';
import { printable } from '../logging/printable.ts';
import { countOf, formatBytes, formatDuration } from '../logging/quantity-text.ts';
import type { KeptRecord } from '../operations/restore/kept.ts';
import type { KeptState } from '../operations/restore/measure-kept.ts';
import type { UndoPlan } from '../operations/restore/undo-plan.ts';
import type { UndoResult } from '../operations/undo.ts';
import { describeConnections, describeHalt } from './plan-report.ts';
import { describeCarried, describeKept } from './restore-report.ts';
import { formatTable } from './table.ts';

/** What an undo would do, for whoever has to say yes to it; times of `timezone`. */
export function renderUndoPlan(plan: UndoPlan, timezone?: string): string {
  const databases = plan.databases.map(({ source, live, kept, sizeBytes, exists }) => [
    source,
    printable(`database ${live}`),
    kept === undefined
      ? 'was not there before: goes aside'
      : `comes back as before (${formatBytes(sizeBytes ?? 0)})${exists ? ', the present one goes aside' : ''}`,
  ]);
  const files = plan.files.map((folder) => [folder.source, folder.root, describeFolder(folder)]);
  const tables = plan.tables.map(({ source, database, schema, table, kind, sizeBytes }) => [
    source,
    printable(`table ${schema}.${table} of ${database}`),
    kind === 'missing'
      ? 'was not there before: goes aside'
      : `${kind === 'rows' ? 'rows come back' : 'comes back'} (${formatBytes(sizeBytes)})`,
  ]);
  return [
    plan.isReverted
      ? `Undo of ${plan.id} brings back ${describeReverted(plan)}, since ${formatTime(plan.since, timezone)}:`
      : `Undo of ${plan.id}, the ${describeReplacing(plan)}, in place since ${formatTime(plan.since, timezone)}:`,
    formatTable([...databases, ...files, ...tables]),
    ...describeConnections(plan.databases),
    ...describeHalt(plan),
    ...plan.warnings.map((warning) => `Warning: ${printable(warning)}`),
    ...plan.refusals.map((refusal) => `CANNOT BE DONE: ${printable(refusal)}`),
    ...(files.length > 0
      ? [
          'Files that the restore did not touch stay as they are, also those that came since, but in folders that it ' +
            'brought: these go aside with all that is in them.',
        ]
      : []),
    ...(databases.length > 0 ? ['Databases come back as they were: what was entered since goes aside with them.'] : []),
    ...(databases.length > 0 ? ['Roles that the restore created stay.'] : []),
    ...(tables.length > 0 ? ['What was entered into these tables since goes aside; foreign keys are proven.'] : []),
    'Nothing is deleted, so there is no safety backup: what goes aside is kept, and an undo of this undo brings it back.',
  ].join('\n');
}

/** Of a restore that only added, nothing comes back; of one that only replaced, nothing goes aside. */
function describeFolder({ back, backBytes, aside }: UndoPlan['files'][number]): string {
  const moves = [
    ...(back > 0 ? [`${countOf(back, 'entry comes', 'entries come')} back (${formatBytes(backBytes)} on disk)`] : []),
    ...(aside > 0 ? [`${countOf(aside, 'entry that came with it goes', 'entries that came with it go')} aside`] : []),
  ];
  return moves.join(', ') || 'only times and modes of folders';
}

/** What an undo did; times of `timezone`. */
export function renderUndo(result: UndoResult, timezone?: string): string {
  const { plan, done, id, carried, services, tables, durationMs } = result;
  if (done && tables && id !== undefined) {
    return [
      `The ${describeReplacing(plan)} is taken back, in ${formatDuration(durationMs)}.`,
      ...tables.tables.map(
        ({ schema, name, rows, replaced }) =>
          `  ${printable(`${schema}.${name}`)}: ${countOf(rows, 'row')} in place, ${countOf(replaced, 'row')} went aside`,
      ),
      ...(tables.lockedMs === undefined ? [] : [`  writers waited for ${formatDuration(tables.lockedMs)} at most`]),
      ...describeKept(id, plan.undoes ? 'What was there' : 'What the restore had brought'),
    ].join('\n');
  }
  if (!done || !carried || !services || id === undefined) {
    return `${renderUndoPlan(plan, timezone)}\nNothing was changed.`;
  }
  return [
    plan.isReverted
      ? `What had been there before it was written anew is back, in ${formatDuration(durationMs)}.`
      : `The ${describeReplacing(plan)} is taken back, in ${formatDuration(durationMs)}.`,
    ...plan.databases.map(({ source, live, kept }) =>
      kept === undefined ? `  ${source}: database ${live} is gone again` : `  ${source}: database ${live} is as before`,
    ),
    ...describeCarried(carried, services, plan.files.length > 0),
    ...describeKept(id, plan.undoes || plan.isReverted ? 'What was there' : 'What the restore had brought'),
    ...services.faults.map((fault) => `NOT SERVING: ${printable(fault)}`),
  ].join('\n');
}

/** What replaced what is kept: `restore of backup_full_2026-01-31.tar.gz`, or an undo. */
export function describeReplacing({ archive, undoes }: Pick<KeptRecord, 'archive' | 'undoes'>): string {
  return undoes ? `undo of ${undoes.id}, which concerned ${archive}` : `restore of ${archive}`;
}

/** What one that replaced nothing keeps; whether a restore or an undo of it was reverted, makes no difference by now. */
function describeReverted({ archive }: Pick<KeptRecord, 'archive'>): string {
  return `what had been there before it was written anew, kept by a reverted run, which concerned ${archive}`;
}

/** What is kept of one restore, or undo, since when, and what it takes; times of `timezone`. */
export function describeReplaced(state: KeptState, timezone?: string): string {
  const { id, since, sizeBytes, unknown } = state;
  const size = unknown.length > 0 ? `at least ${formatBytes(sizeBytes)}` : formatBytes(sizeBytes);
  const what = state.isReverted ? describeReverted(state) : `what the ${describeReplacing(state)} replaced`;
  return `${id}: ${what}, since ${formatTime(since, timezone)}; takes ${size}`;
}
