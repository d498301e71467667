import type { DatabaseRecord } from '../../archive/manifest.ts';
import { messageOf } from '../../logging/failure.ts';
import { resolveExclusions } from '../../sources/postgres/catalogue.ts';
import { countRows, type TableCount } from '../../sources/postgres/count-rows.ts';
import { splitQualifiedName } from '../../sources/postgres/dump-statements.ts';
import { tableKey } from '../../sources/postgres/table-name.ts';
import { connectServer } from '../connect-server.ts';
import type { Platform } from '../platform.ts';

/** Rows of one table; `archived` or `live` is absent where it is only on the other side. */
export interface TableRows {
  /** `schema.table`, without quotes. */
  table: string;
  archived?: number;
  live?: number;
  /** `live` is the server's own estimate: the table was locked, too large for the time, or not ours to read. */
  isEstimate?: true;
  /** Its rows are never backed up (`exclude-table-data`). */
  isLeftOut?: true;
}

/** How a live database differs from its dump, by numbers of rows; what the rows say is not compared. */
export interface RowComparison {
  /** Tables with other numbers of rows, and those that are only live or only in the archive; most rows to lose first. */
  tables: TableRows[];
  /** How many tables have as many rows live as in the archive. */
  equal: number;
}

/** All databases together are counted for at most this long; what is left then is estimated. */
const COUNTING_MS = 30_000;
/** Each takes a connection, of which the applications need theirs. */
const AT_ONCE = 4;

/** Compares the row counts of live databases with those of their dumps. Never fails: it is a preview. */
export async function compareAllRows(
  platform: Platform,
  databases: readonly { key: string; record: DatabaseRecord }[],
): Promise<{ rows: Map<string, RowComparison>; warnings: string[] }> {
  const rows = new Map<string, RowComparison>();
  const warnings: string[] = [];
  const deadline = Date.now() + COUNTING_MS;
  const compare = async ({ key, record }: { key: string; record: DatabaseRecord }): Promise<void> => {
    const source = platform.config.databases.find(({ name }) => name === record.source);
    if (!source) return;
    try {
      const live = await countRows({
        server: await connectServer(platform, source),
        database: record.database,
        named: Object.keys(record.fingerprints.tables).flatMap(asPair),
        timeoutMs: Math.max(1, deadline - Date.now()),
        signal: platform.signal,
      });
      rows.set(key, compareRows(record, live, source.excludeTableData));
    } catch (error) {
      warnings.push(`${key}: the rows that are live now could not be counted: ${messageOf(error)}`);
    }
  };
  const waiting = [...databases];
  const compareNext = async (): Promise<void> => {
    for (let next = waiting.shift(); next; next = waiting.shift()) await compare(next);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, compareNext));
  return { rows, warnings };
}

/** Compares one dump's row counts with the live ones. */
export function compareRows(
  { fingerprints }: Pick<DatabaseRecord, 'fingerprints'>,
  live: readonly TableCount[],
  excluded: readonly string[] = [],
): RowComparison {
  const leftOut = new Set(resolveExclusions(excluded, live).excluded.map(({ oid }) => oid));
  const archived = new Map(Object.entries(fingerprints.tables).map(([name, { rows }]) => [tableKey(name), rows]));
  const tables: TableRows[] = [];
  let equal = 0;
  for (const { oid, schema, name, rows, isEstimate } of live) {
    const key = tableKey([schema, name]);
    const before = archived.get(key);
    archived.delete(key);
    if (before === rows && !isEstimate) equal++;
    else {
      tables.push({
        table: `${schema}.${name}`,
        ...(before === undefined ? {} : { archived: before }),
        live: rows,
        ...(isEstimate ? { isEstimate } : {}),
        ...(before === undefined && leftOut.has(oid) ? { isLeftOut: true } : {}),
      });
    }
  }
  for (const [key, rows] of archived) tables.push({ table: key.replace('\0', '.'), archived: rows });
  const lostOf = (row: TableRows): number => (row.live ?? 0) - (row.archived ?? 0);
  return { tables: tables.sort((a, b) => lostOf(b) - lostOf(a) || (a.table < b.table ? -1 : 1)), equal };
}

function asPair(qualifiedName: string): [string, string][] {
  const [schema, name, ...rest] = splitQualifiedName(qualifiedName);
  return schema !== undefined && name !== undefined && rest.length === 0 ? [[schema, name]] : [];
}
