import type { DatabaseRecord, Fingerprints } from '../../archive/manifest.ts';
import { tableKey } from '../../sources/postgres/table-name.ts';

/** What differs in one table. */
export interface TableDiff {
  /** Qualified, quoted where needed: `public.student`. */
  table: string;
  /**
   * `content`: as many rows as before, but not the same. `left-out`: its rows are excluded from backups by now.
   * `uncounted`: its rows could not be counted, since somebody had locked it or there was no time.
   */
  state: 'added' | 'removed' | 'rows' | 'content' | 'left-out' | 'uncounted';
  rowsBefore?: number;
  rows?: number;
}

/** What differs in one database. Sizes are those of its dump, in bytes. */
export interface DatabaseDiff {
  /** Name of the dump: `app`, `odoo.school`. */
  database: string;
  /** `failed`: what stands there now could not be read. */
  state: 'same' | 'changed' | 'added' | 'removed' | 'failed';
  /** Rows of all tables. */
  rowsBefore?: number;
  rows?: number;
  sizeBytesBefore?: number;
  sizeBytes?: number;
  /** Those that differ alone, by name. */
  tables: TableDiff[];
  tablesSame: number;
  /** How many sequences have another value, or are on one side only. */
  sequences: number;
  /** Present where they differ. */
  largeObjects?: { before: number; after: number };
  /** No row differs, and yet the dump is longer or shorter: views, functions, columns without rows, privileges. */
  definitionsDiffer: boolean;
}

/** The state of a database as far as it is compared. */
export interface ComparedDatabase extends Pick<
  DatabaseRecord,
  'fingerprints' | 'sizeBytes' | 'serverVersion' | 'clientVersion'
> {
  /** The former script dumped it, with options of its own. */
  isForeign?: boolean;
}

/** Compares two states of one database; `leftOut` are tables whose rows are excluded by now, as `tableKey` has them. */
export function compareDatabases(
  database: string,
  before: ComparedDatabase | undefined,
  after: ComparedDatabase | undefined,
  leftOut: ReadonlySet<string> = new Set(),
): DatabaseDiff {
  const [a, b] = [before?.fingerprints ?? nothing, after?.fingerprints ?? nothing];
  if ((before && hasNoRows(before)) || (after && hasNoRows(after)))
    return { ...failed(database), ...sizesOf(before, after) };
  const compared = compareTables(a.tables, b.tables, leftOut);
  const sequences = countDifferent(a.sequences, b.sequences);
  const hasOtherObjects =
    a.largeObjects.count !== b.largeObjects.count || a.largeObjects.sha256 !== b.largeObjects.sha256;
  const differences = compared.tables.length + sequences + Number(hasOtherObjects);
  const definitionsDiffer =
    differences === 0 && before !== undefined && after !== undefined && haveOtherLengths(before, after);
  return {
    database,
    state: !before ? 'added' : !after ? 'removed' : differences > 0 || definitionsDiffer ? 'changed' : 'same',
    ...sizesOf(before, after),
    ...compared,
    sequences,
    ...(before && after && hasOtherObjects
      ? { largeObjects: { before: a.largeObjects.count, after: b.largeObjects.count } }
      : {}),
    definitionsDiffer,
  };
}

/** What could not be compared. */
export function failed(database: string): DatabaseDiff {
  return { database, state: 'failed', tables: [], tablesSame: 0, sequences: 0, definitionsDiffer: false };
}

function sizesOf(before: ComparedDatabase | undefined, after: ComparedDatabase | undefined) {
  return {
    ...(before ? { rowsBefore: sumRows(before.fingerprints.tables), sizeBytesBefore: before.sizeBytes } : {}),
    ...(after ? { rows: sumRows(after.fingerprints.tables), sizeBytes: after.sizeBytes } : {}),
  };
}

/** A foreign dump that no table could be read from: it is none, is cut off, or has its rows as INSERT statements. */
function hasNoRows({ isForeign, sizeBytes, fingerprints }: ComparedDatabase): boolean {
  return isForeign === true && sizeBytes > 0 && Object.keys(fingerprints.tables).length === 0;
}

const nothing: Fingerprints = { tables: {}, sequences: {}, largeObjects: { count: 0, bytes: 0, sha256: '' } };

/** The same by row counts alone, of tables by their names. */
export function compareRowCounts(
  database: string,
  before: ComparedDatabase | undefined,
  rows: Readonly<Record<string, CountedTable>>,
  leftOut: ReadonlySet<string>,
): DatabaseDiff {
  const compared = compareTables(before?.fingerprints.tables ?? {}, rows, leftOut);
  return {
    database,
    state: !before ? 'added' : compared.tables.length > 0 ? 'changed' : 'same',
    ...(before ? { rowsBefore: sumRows(before.fingerprints.tables), sizeBytesBefore: before.sizeBytes } : {}),
    rows: sumRows(rows),
    ...compared,
    sequences: 0,
    definitionsDiffer: false,
  };
}

interface CountedTable {
  rows: number;
  /** Of all its rows, where they were read. */
  sha256?: string;
  /** The rows are what the server believes. */
  isEstimate?: boolean;
}

/** Compares row counts, and digests where both sides have them. */
function compareTables(
  before: Readonly<Record<string, CountedTable>>,
  after: Readonly<Record<string, CountedTable>>,
  leftOut: ReadonlySet<string>,
): Pick<DatabaseDiff, 'tables' | 'tablesSame'> {
  const [left, right] = [byKey(before), byKey(after)];
  const tables: TableDiff[] = [];
  let tablesSame = 0;
  for (const key of [...new Set([...left.keys(), ...right.keys()])].sort()) {
    const [a, b] = [left.get(key), right.get(key)];
    const table = (a ?? b)?.name ?? '';
    const counts = { ...(a ? { rowsBefore: a.rows } : {}), ...(b ? { rows: b.rows } : {}) };
    if (!a) tables.push({ table, state: 'added', ...counts });
    else if (!b) tables.push({ table, state: leftOut.has(key) ? 'left-out' : 'removed', ...counts });
    else if (b.isEstimate) tables.push({ table, state: 'uncounted', rowsBefore: a.rows });
    else if (a.rows !== b.rows) tables.push({ table, state: 'rows', ...counts });
    else if (a.sha256 !== undefined && b.sha256 !== undefined && a.sha256 !== b.sha256)
      tables.push({ table, state: 'content', ...counts });
    else tablesSame++;
  }
  return { tables, tablesSame };
}

function byKey<T>(all: Readonly<Record<string, T>>): Map<string, T & { name: string }> {
  return new Map(Object.entries(all).map(([name, value]) => [tableKey(name), { ...value, name }]));
}

function countDifferent(before: Fingerprints['sequences'], after: Fingerprints['sequences']): number {
  const [left, right] = [byKey(before), byKey(after)];
  return [...new Set([...left.keys(), ...right.keys()])].filter((key) => {
    const [a, b] = [left.get(key), right.get(key)];
    return a?.value !== b?.value || a?.called !== b?.called;
  }).length;
}

/** Dumps of the same programs that hold the same rows are as long as one another, where their definitions are the same. */
function haveOtherLengths(before: ComparedDatabase, after: ComparedDatabase): boolean {
  if (before.isForeign || after.isForeign) return false;
  if (before.serverVersion !== after.serverVersion || before.clientVersion !== after.clientVersion) return false;
  return before.sizeBytes !== after.sizeBytes;
}

function sumRows(tables: Readonly<Record<string, { rows: number }>>): number {
  return Object.values(tables).reduce((sum, { rows }) => sum + rows, 0);
}
