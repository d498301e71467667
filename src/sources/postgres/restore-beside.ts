import { truncateName } from './own-names.ts';
import { queryRows, quoteIdentifier, quoteLiteral } from './query.ts';
import { restoreApplicationName, runStatements } from './restore-session.ts';
import { selectRevocations } from './revoke-others.ts';
import { runStream } from './run-stream.ts';
import {
  canonicalSettings,
  copyInto,
  defineColumns,
  qualify,
  selectSums,
  type RowSource,
  type RowSums,
} from './table-rows.ts';

export interface BesideTable {
  /** The table as staged, proven. */
  source: RowSource;
  /** Whether it is a new name in the live database's schema: `nameBesides` gives one. */
  name: string;
  owner: string;
  /** What people are told of it (`\dt+`). */
  comment: string;
}

/** A name for a table with restored rows that is not taken: `student_restored_20261127`, else with `_2`, `_3`, …. */
export function nameBeside(table: string, date: string, taken: ReadonlySet<string>): string {
  for (let count = 1; ; count++) {
    const suffix = `_restored_${date}${count === 1 ? '' : `_${count}`}`;
    const name = `${truncateName(table, suffix.length)}${suffix}`;
    if (!taken.has(name)) return name;
  }
}

/** The sums of a table's rows. @throws Failure `source` */
export async function sumRows({ server, database, schema, table, columns }: RowSource): Promise<RowSums> {
  const sql = `${canonicalSettings}SELECT to_json(s) FROM (${selectSums(`ONLY ${qualify(schema, table)}`, columns)}) AS s;`;
  const [sums] = await runStatements<RowSums>(server, database, sql, { timeoutMs: 3_600_000 });
  return sums as RowSums;
}

/** Those of the columns' types, as they are written, that a database does not have. @throws Failure `source` */
export async function findMissingTypes(
  { server, columns }: RowSource,
  database: string,
): Promise<{ column: string; type: string }[]> {
  const values = columns.map(({ name, type }) => `(${quoteLiteral(name)}, ${quoteLiteral(type)})`).join(', ');
  const select = `SELECT c AS column, t AS type FROM (VALUES ${values}) AS wanted (c, t)
    WHERE to_regtype(t) IS NULL`;
  return await queryRows(server, database, select, { applicationName: restoreApplicationName });
}

/**
 * Makes new tables in the live database with the staged rows, generated columns' values included, without constraints,
 * and for nobody's eyes but their owners': all in one transaction, in which they are compared with what is staged.
 * Nothing else is touched.
 * @throws Failure `refused` where the rows differ; `source` with the server's message.
 */
export async function createBeside(
  database: string,
  tables: readonly BesideTable[],
  signal?: AbortSignal,
): Promise<void> {
  const [first] = tables;
  if (!first) return;
  const { server } = first.source;
  const names = tables.map(({ source, name }) => `${source.schema}.${name}`).join(', ');
  await runStream(writeScript(tables), { server, database, what: `making ${names} in database "${database}"`, signal });
}

async function* writeScript(tables: readonly BesideTable[]): AsyncGenerator<Buffer, void, undefined> {
  yield Buffer.from(`${canonicalSettings}BEGIN;
SET LOCAL synchronous_commit = on;
SET LOCAL lock_timeout = '10s';
SET LOCAL statement_timeout = 0;
`);
  for (const { source, name, owner, comment } of tables) {
    const expected = await sumRows(source);
    const table = qualify(source.schema, name);
    yield Buffer.from(`CREATE TABLE ${table} (${defineColumns(source.columns)});
${selectRevocations(quoteLiteral(table))} \\gexec
`);
    yield* copyInto(table, source);
    yield Buffer.from(`${writeComparison(table, source, expected)}
COMMENT ON TABLE ${table} IS ${quoteLiteral(comment)};
ALTER TABLE ${table} OWNER TO ${quoteIdentifier(owner)};
`);
  }
  yield Buffer.from('COMMIT;\n');
}

/** Raises where the rows of a table are not those that were staged. */
export function writeComparison(table: string, { columns }: RowSource, { rows, first, second }: RowSums): string {
  const wanted = `(${rows}, ${quoteLiteral(first)}, ${quoteLiteral(second)})`;
  const message = `the rows of ${table} are not those of the archive | Restore it again, and have the server looked at.`;
  return `SET continuity.said = ${quoteLiteral(message)};
SELECT set_config('continuity.equal', ((s.rows, s.first, s.second) = ${wanted})::text, true) AS equal
FROM (${selectSums(`ONLY ${table}`, columns)}) AS s \\gset
DO $$ BEGIN
  IF current_setting('continuity.equal') <> 'true' THEN RAISE EXCEPTION '%', current_setting('continuity.said'); END IF;
END $$;`;
}
