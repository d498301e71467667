import { selectTables, type CatalogueTable } from './catalogue.ts';
import { decodeText, quoteLiteral, runScript, speakEncoding } from './query.ts';
import { restoreApplicationName } from './restore-session.ts';
import type { PostgresServer } from './server.ts';

/** How many rows a live table has. */
export interface TableCount extends CatalogueTable {
  rows: number;
  /** It could not be counted in time, or not by us: `rows` is what the server's statistics say. */
  isEstimate: boolean;
}

export interface CountOptions {
  server: PostgresServer;
  database: string;
  /** Further tables to be counted, as `[schema, name]`: what an extension made, the roots of partitions. */
  named: readonly (readonly [schema: string, name: string])[];
  /** No others than these. */
  only?: boolean;
  /** For all tables together. */
  timeoutMs: number;
  signal?: AbortSignal | undefined;
}

/** A table that somebody has locked is not waited for any longer: others could be counted meanwhile. */
const LOCK_TIMEOUT_MS = 1000;
/** The catalogue is read, and connections are made, besides. */
const GRACE_MS = 30_000;

/**
 * Counts the rows of all tables that a dump would hold, in one session; small ones first, so that what there is no time
 * for are few. Each count has a transaction of its own: no lock outlives it. Reads only.
 * @throws Failure `source` where the database cannot be looked at.
 */
export async function countRows({ server, database, signal, ...options }: CountOptions): Promise<TableCount[]> {
  const output = await runScript(server, database, writeScript(options), {
    applicationName: restoreApplicationName,
    timeoutMs: options.timeoutMs + GRACE_MS,
    retryForMs: 0,
    signal,
  });
  const tables = new Map<string, TableCount>();
  for (const line of decodeText(output).split(/[\x1e\n]/)) {
    if (!line.startsWith('[')) continue;
    const row = JSON.parse(line) as [
      oid: string,
      rows: number,
      table?: Pick<CatalogueTable, 'schema' | 'name' | 'ancestors'>,
    ];
    const [oid, rows, table] = row;
    if (table) tables.set(oid, { oid, ...table, rows: Math.max(0, Math.round(rows)), isEstimate: true });
    const known = tables.get(oid);
    if (known && !table) tables.set(oid, { ...known, rows, isEstimate: false });
  }
  return [...tables.values()];
}

/**
 * Prints each table with its estimate, then has the server write a count for each, which psql runs: whatever it cannot
 * count is passed over. Row level security must not hide rows: then it is no count. Of tables with heirs, as dumps have
 * them, their own rows.
 */
function writeScript({ named, only, timeoutMs }: Pick<CountOptions, 'named' | 'only' | 'timeoutMs'>): string {
  const wanted = named
    .filter((names) => names.every((name) => !name.includes('\0')))
    .map((names) => `(${names.map(quoteLiteral).join(', ')})`);
  const isNamed = wanted.length > 0 ? `(n.nspname, c.relname) IN (VALUES ${wanted.join(', ')})` : 'false';
  const found = `WITH own AS (${selectTables})
SELECT c.oid, c.relkind, c.relpages, n.nspname AS schema, c.relname AS name, own.ancestors,
  CASE WHEN c.reltuples > 0 THEN c.reltuples ELSE pg_stat_get_live_tuples(c.oid) END AS estimate
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace LEFT JOIN own ON own.oid = c.oid::text
WHERE ${only === true ? '' : 'own.oid IS NOT NULL OR '}(c.relkind IN ('r', 'p') AND ${isNamed})`;
  return `${speakEncoding}SET search_path = pg_catalog;
SET row_security = off;
SET lock_timeout = ${LOCK_TIMEOUT_MS};
SELECT json_build_array(oid::text, estimate, json_build_object('schema', schema, 'name', name, 'ancestors', ancestors))
FROM (${found}) AS found;
SELECT clock_timestamp() + ${quoteLiteral(`${timeoutMs} ms`)}::interval AS deadline \\gset
\\set ON_ERROR_STOP off
SELECT format('SELECT set_config(''statement_timeout'', greatest(1, ceil(1000 * extract(epoch FROM %L::timestamptz - clock_timestamp())))::int::text, false)', :'deadline'),
  format('SELECT json_build_array(%L, count(*)) FROM %s%I.%I', oid::text, CASE relkind WHEN 'r' THEN 'ONLY ' ELSE '' END, schema, name)
FROM (${found}) AS found ORDER BY relpages, oid
\\gexec
`;
}
