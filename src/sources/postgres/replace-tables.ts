import { dumpTable } from './dump-table.ts';
import { guardDump } from './restore-guard.ts';
import { quoteLiteral } from './query.ts';
import * as proof from './replace-proof.ts';
import * as script from './replace-script.ts';
import type { ReplacedTable, ScriptTable } from './replace-script.ts';
import { sumRows, writeComparison } from './restore-beside.ts';
import { runStream } from './run-stream.ts';
import type { PostgresServer } from './server.ts';
import { canonicalSettings, copyInto, defineColumns, qualify, type RowSource } from './table-rows.ts';

/** A table that is to have the rows of another, or to be made or moved as a whole. */
export interface TableReplacement {
  schema: string;
  table: string;
  /** Name that what is replaced is kept under, in the same schema (`keptNameOf`). */
  kept: string;
  mode: ScriptTable['mode'];
  /** `rows`, `missing`: the table as staged, proven. `rows`, `back`: name of a kept table in the same schema. */
  from: RowSource | { kept: string; columns: RowSource['columns'] };
}

export interface ReplaceOptions {
  server: PostgresServer;
  database: string;
  tables: readonly TableReplacement[];
  /** Whether triggers are to be kept from firing, which takes a superuser. */
  silencesTriggers: boolean;
  /** Foreign keys to be added when all rows are there, as statements. */
  foreignKeys?: readonly string[];
  signal?: AbortSignal | undefined;
}

export interface ReplaceResult {
  tables: ReplacedTable[];
  /** For how long, at most, writers of these tables waited; absent where the server's answer got lost. */
  lockedMs?: number;
}

/**
 * Gives tables of a database other rows, in one transaction: what they held is kept beside, every foreign key from and
 * to them is proven, and what is there then is compared with what was to be there. Nobody's connection ends.
 * @throws Failure `refused` where they do not fit, or a key would not hold; `source` with the server's message. Nothing
 * has been changed then.
 */
export async function replaceTables(options: ReplaceOptions): Promise<ReplaceResult> {
  const { server, database, tables, signal } = options;
  const names = tables.map(({ schema, table }) => `${schema}.${table}`).join(', ');
  const what = `restoring ${names} in database "${database}"`;
  type Row = ReplacedTable | { lockedMs: number };
  const rows = await runStream<Row>(writeScript(options), { server, database, what, signal });
  const result: ReplaceResult = { tables: [] };
  for (const row of rows) {
    if ('lockedMs' in row) result.lockedMs = row.lockedMs;
    else result.tables.push(row);
  }
  return result;
}

/** Whoever holds a lock is awaited no longer at a time. */
const limits = `SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = 0;
SET LOCAL idle_in_transaction_session_timeout = 0;
`;

async function* writeScript(options: ReplaceOptions): AsyncGenerator<Buffer, void, undefined> {
  const { database, tables, silencesTriggers, foreignKeys = [] } = options;
  const listed = tables.map(listTable);
  yield Buffer.from(`${canonicalSettings}
SET continuity.tables = ${quoteLiteral(JSON.stringify(listed))};
SET continuity.keys = ${quoteLiteral(JSON.stringify(foreignKeys.map((statement) => ({ statement, advice: BESIDE.keys }))))};
BEGIN ISOLATION LEVEL READ COMMITTED;
SET LOCAL synchronous_commit = on;
${limits}`);
  // Rows are brought before anybody has to wait.
  for (const [place, { mode, from }] of tables.entries()) {
    if (mode !== 'rows' || 'kept' in from) continue;
    yield Buffer.from(`CREATE TEMPORARY TABLE ${nameRows(place)} (${defineColumns(from.columns)}) ON COMMIT DROP;\n`);
    yield* copyInto(nameRows(place), from);
  }
  yield Buffer.from(script.lockTables + script.compareColumns + script.keepTables + script.bringBack);
  if (silencesTriggers) yield Buffer.from('SET LOCAL session_replication_role = replica;\n');
  yield Buffer.from(script.replaceRows);
  if (silencesTriggers) yield Buffer.from('SET LOCAL session_replication_role = origin;\n');
  const comparisons: string[] = [];
  for (const { mode, from, schema, table } of tables) {
    if (mode !== 'missing' || 'kept' in from) continue;
    yield* guardDump(dumpTable(from), database);
    comparisons.push(writeComparison(qualify(schema, table), from, await sumRows(from)));
  }
  // The dump of a table has set these as it needs them.
  yield Buffer.from(`SET client_encoding = 'UTF8';\n${canonicalSettings}${limits}`);
  yield Buffer.from(`${comparisons.join('\n')}
${script.addForeignKeys}${script.compareRows}${proof.proveForeignKeys}${proof.proveLateKeys}${proof.moveSequences}${proof.tellTables}`);
  yield Buffer.from(dropSources(tables));
  yield Buffer.from(`COMMIT;
SELECT json_build_object('lockedMs', ceil(extract(epoch FROM clock_timestamp() - coalesce(nullif(current_setting('continuity.locked', true), ''), clock_timestamp()::text)::timestamptz) * 1000));
`);
}

function listTable({ schema, table, kept, mode, from }: TableReplacement, place: number): ScriptTable {
  const source = 'kept' in from ? qualify(schema, from.kept) : nameRows(place);
  const columns = from.columns.map(({ name, type }) => ({ name, type }));
  const advice = 'kept' in from ? adviseKept(source) : BESIDE;
  return { schema, name: table, kept, mode, source, columns, advice: advice.rows, keyAdvice: advice.keys };
}

/** What to do where rows of an archive do not fit. */
const BESIDE = {
  rows: 'Restore it beside instead: leave out --in-place.',
  keys: 'Restore both tables together, or restore this one beside: leave out --in-place.',
};

/** The same where those do not fit that an undo would put back. */
function adviseKept(source: string): typeof BESIDE {
  const take = `its rows are in ${source} (INSERT … SELECT).`;
  return {
    rows: `Take them by hand: ${take}`,
    keys: `Put that row in first, then undo again; or take some by hand: ${take}`,
  };
}

function nameRows(place: number): string {
  return `pg_temp.continuity_rows_${place}`;
}

/** Kept rows that are in place again, or that stood for nothing, are kept no longer. */
function dropSources(tables: readonly TableReplacement[]): string {
  return tables
    .flatMap(({ schema, mode, from }) =>
      'kept' in from && mode !== 'back' ? [`DROP TABLE ${qualify(schema, from.kept)};\n`] : [],
    )
    .join('');
}
