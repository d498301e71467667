import { formatTime } from '../logging/format-time.ts';
import { printable } from '../logging/printable.ts';
import { countOf, formatBytes, formatCount } from '../logging/quantity-text.ts';
import type { DiffResult, DiffSide } from '../operations/diff.ts';
import type { DatabaseDiff, TableDiff } from '../operations/diff/compare-databases.ts';
import type { FileCounts, FileDiff, SourceDiff } from '../operations/diff/files-diff.ts';
import { quoteArgument } from './restore-line.ts';
import { formatTable } from './table.ts';

/** So much is shown, unless all is asked for. */
const SHOWN = { tables: 30, folders: 20, files: 40 };

/** What changed from one side to the other, for a terminal; times of `timezone`, `paths` as they were asked for. */
export function renderDiff(
  result: DiffResult,
  { timezone, showsAll = false, paths }: { timezone?: string; showsAll?: boolean; paths?: readonly string[] } = {},
): string {
  const { before, after, databases, files, faults } = result;
  return [
    `From ${nameSide(before, timezone)}`,
    `to   ${nameSide(after, timezone)}:`,
    ...(result.isSame ? ['', 'NO ROW OR FILE DIFFERS.'] : []),
    ...(databases.length > 0 ? ['', formatTable(databases.map(describeDatabase))] : []),
    ...databases.flatMap((database) => listTables(database, showsAll)),
    ...(files.length > 0 ? ['', formatTable(files.map(describeSource))] : []),
    ...files.flatMap((source) => listFolders(source, showsAll)),
    ...(showsAll ? [] : listFiles(result)),
    ...(result.isQuick
      ? ['', 'Rows were counted only (--quick): a table with as many rows as before may hold others.']
      : []),
    ...(faults.length > 0 ? [''] : []),
    ...faults.map(({ what, reason }) => `NOT COMPARED: ${what}: ${printable(reason)}`),
    ...suggest(result, paths),
  ].join('\n');
}

/** `+ uploads/a.txt  6.6 kB`: one name that differs. */
export function renderFile({ kind, name, type, aspects = [], sizeBytesBefore, sizeBytes }: FileDiff): string {
  const sign = { added: '+', changed: '~', attributes: '·', removed: '-' }[kind];
  const was = sizeBytesBefore === undefined ? '' : formatBytes(sizeBytesBefore);
  const is = sizeBytes === undefined ? '' : formatBytes(sizeBytes);
  const size = was && is && was !== is ? `${was} → ${is}` : is || was;
  const what = type === 'reg' || type === 'dir' ? '' : type;
  return [`${sign} ${printable(name)}`, what, size, aspects.join(', ')].filter(Boolean).join('  ');
}

function nameSide({ archive, time }: DiffSide, timezone: string | undefined): string {
  if (archive === undefined) return `the present state, ${formatTime(time, timezone)}`;
  return `${archive}, made ${formatTime(time, timezone)}`;
}

function describeDatabase(database: DatabaseDiff): string[] {
  const { state, rowsBefore, rows, tables, tablesSame, sequences, largeObjects } = database;
  const total =
    rows === rowsBefore ? formatCount(rows ?? 0) : `${formatCount(rowsBefore ?? 0)} → ${formatCount(rows ?? 0)}`;
  const verdict = {
    same: 'the same',
    changed: `${formatCount(tables.length)} of ${countOf(tables.length + tablesSame, 'table')} differ`,
    added: 'ADDED',
    removed: 'GONE',
    failed: 'NOT COMPARED',
  }[state];
  const details = [
    ...(state === 'failed' || state === 'removed' ? [] : [`${total} rows`]),
    ...(sequences > 0 && state === 'changed' ? [countOf(sequences, 'sequence')] : []),
    ...(largeObjects ? [`large objects ${largeObjects.before} → ${largeObjects.after}`] : []),
    ...(database.definitionsDiffer ? ['rows the same, definitions (views, functions, columns) differ'] : []),
  ];
  return [`database ${printable(database.database)}`, verdict, details.join(', ')];
}

function listTables({ database, state, tables }: DatabaseDiff, showsAll: boolean): string[] {
  if (state !== 'changed' || tables.length === 0) return [];
  const shown = showsAll ? tables : tables.slice(0, SHOWN.tables);
  const rows = shown.map((table) => [`  ${printable(table.table)}`, ...describeTable(table)]);
  const hidden = tables.length - shown.length;
  return [
    `${printable(database)}:`,
    formatTable(rows),
    ...(hidden > 0 ? [`  and ${countOf(hidden, 'more table')} (--all)`] : []),
  ];
}

function describeTable({ state, rowsBefore = 0, rows = 0 }: TableDiff): string[] {
  const change = rows - rowsBefore;
  switch (state) {
    case 'added':
      return [countOf(rows, 'row'), 'new table'];
    case 'removed':
      return [countOf(rowsBefore, 'row'), 'TABLE GONE'];
    case 'left-out':
      return [countOf(rowsBefore, 'row'), 'not compared: excluded from backups by now'];
    case 'uncounted':
      return [countOf(rowsBefore, 'row'), 'not counted now: somebody had locked it, or there was no time'];
    case 'content':
      return [countOf(rows, 'row'), 'as many rows, content differs'];
    case 'rows':
      return [
        `${formatCount(rowsBefore)} → ${countOf(rows, 'row')}`,
        change > 0 ? `+${formatCount(change)}` : formatCount(change),
      ];
  }
}

function describeSource({ source, state, total }: SourceDiff): string[] {
  const verdict = { compared: '', added: 'ADDED', removed: 'GONE', failed: 'NOT COMPARED' }[state];
  return [
    `files ${source}`,
    verdict || describeCounts(total),
    verdict && state !== 'failed' ? describeCounts(total) : '',
  ];
}

/** `3 added (12 kB), 1 removed (3 B)`. */
function describeCounts(counts: FileCounts): string {
  const { added, changed, attributes, removed, directories, bytesAdded, bytesChanged, bytesRemoved } = counts;
  const parts = [
    ...(added > 0 ? [`${formatCount(added)} added (${formatBytes(bytesAdded)})`] : []),
    ...(changed > 0 ? [`${formatCount(changed)} changed (${formatBytes(bytesChanged)})`] : []),
    ...(removed > 0 ? [`${formatCount(removed)} removed (${formatBytes(bytesRemoved)})`] : []),
    ...(attributes > 0 ? [`${formatCount(attributes)} with other attributes only`] : []),
    ...(directories > 0 ? [countOf(directories, 'folder')] : []),
  ];
  return parts.length === 0 ? 'the same' : parts.join(', ');
}

/** Those in which most differs first. */
function listFolders({ folders, foldersOmitted }: SourceDiff, showsAll: boolean): string[] {
  if (folders.length < 2) return [];
  const weigh = (counts: FileCounts): number => counts.added + counts.changed + counts.removed + counts.attributes;
  const sorted = [...folders].sort((a, b) => weigh(b) - weigh(a));
  const shown = showsAll ? sorted : sorted.slice(0, SHOWN.folders);
  const hidden = folders.length - shown.length + foldersOmitted;
  const rows = shown.map((folder) => [`  ${printable(folder.folder)}`, describeCounts(folder)]);
  return [formatTable(rows), ...(hidden > 0 ? [`  and ${countOf(hidden, 'more folder')} (--path narrows it)`] : [])];
}

function listFiles({ listed, omitted }: DiffResult): string[] {
  if (listed.length === 0) return [];
  const shown = listed.slice(0, SHOWN.files);
  const hidden = listed.length - shown.length + omitted;
  return [
    '',
    '+ added, ~ changed, - removed, · other attributes (mode, owner, time) only:',
    ...shown.map(renderFile),
    ...(hidden > 0 ? [`and ${countOf(hidden, 'more name')}: --all lists them all, --path narrows it.`] : []),
  ];
}

/** The line that brings the earlier state back, where something is to be brought back from it into what is live. */
function suggest(
  { before, after, databases, files, isSame }: DiffResult,
  paths: readonly string[] | undefined,
): string[] {
  if (isSame || after.archive !== undefined || before.archive === undefined) return [];
  const names = [
    ...databases.filter(({ state }) => state === 'changed' || state === 'removed').map(({ database }) => database),
    ...files
      .filter(
        ({ total: { changed, removed, attributes, added, directories } }) =>
          changed + removed + attributes + added + directories > 0,
      )
      .map(({ source }) => source),
  ];
  if (names.length === 0) return [];
  const words = paths
    ? paths.map((path) => `--path ${quoteArgument(path)}`).join(' ')
    : `--select ${quoteArgument(names.join(','))}`;
  const line = `npm run -s prod:restore -- ${before.archive} ${words} --dry-run`;
  return ['', 'What it takes to have it as it was (nothing is done; --path and --table narrow it):', `  ${line}`];
}
