import { queryRows, quoteIdentifier } from './query.ts';
import { restoreApplicationName } from './restore-session.ts';
import type { PostgresServer } from './server.ts';
import { streamTool } from './stream-tool.ts';
import type { TableColumn } from './table-facts.ts';

/** A table of a database on a server, with the columns of which rows are taken. */
export interface RowSource {
  server: PostgresServer;
  database: string;
  schema: string;
  table: string;
  columns: readonly TableColumn[];
}

/** How many rows there are, and sums of their hashes, whatever their order. */
export interface RowSums {
  rows: number;
  first: string;
  second: string;
}

/** Rows are compared, and written, as the same text in every session, whatever a database or a role has set. */
export const canonicalSettings = `SET datestyle = 'ISO, MDY';
SET intervalstyle = 'postgres';
SET extra_float_digits = 3;
SET timezone = 'UTC';
SET bytea_output = 'hex';
SET lc_monetary = 'C';
SET row_security = off;
SET client_min_messages = 'warning';
SET search_path = pg_catalog;
`;

/** A table as SQL names it, quoted. */
export function qualify(schema: string, table: string): string {
  return `${quoteIdentifier(schema)}.${quoteIdentifier(table)}`;
}

function listColumns(columns: readonly TableColumn[]): string {
  return columns.map(({ name }) => quoteIdentifier(name)).join(', ');
}

/** The columns for CREATE TABLE: names, types and collations, no more. */
export function defineColumns(columns: readonly TableColumn[]): string {
  return columns
    .map(
      ({ name, type, collation }) =>
        `${quoteIdentifier(name)} ${type}${collation === null ? '' : ` COLLATE ${collation}`}`,
    )
    .join(', ');
}

/** A SELECT of one row, for the rows of `from` (a relation as SQL): `rows`, `first`, `second`. */
export function selectSums(from: string, columns: readonly TableColumn[]): string {
  const text = 'r::text COLLATE "C"';
  return `SELECT count(*) AS rows, coalesce(sum(hashtextextended(${text}, 0)), 0)::text AS first,
    coalesce(sum(hashtextextended(${text}, 1)), 0)::text AS second FROM (SELECT ${listColumns(columns)} FROM ${from}) AS r`;
}

/** The database's encoding, in which rows are copied: no byte of them is converted on the way out. */
export async function readEncoding(server: PostgresServer, database: string): Promise<string> {
  const select = `SELECT current_setting('server_encoding') AS encoding`;
  const [row] = await queryRows<{ encoding: string }>(server, database, select, {
    applicationName: restoreApplicationName,
  });
  return row?.encoding ?? 'UTF8';
}

/** The rows of a table as COPY writes them, generated columns included. @throws Failure `source` */
function copyOut({ server, database, schema, table, columns }: RowSource, encoding: string): AsyncIterable<Buffer> {
  const rows = `SELECT ${listColumns(columns)} FROM ONLY ${qualify(schema, table)}`;
  return streamTool('psql', ['-XAtqw', '-v', 'ON_ERROR_STOP=1', '-f', '-'], {
    server,
    database,
    what: `reading the rows of ${schema}.${table} from "${database}"`,
    input: `${canonicalSettings}COPY (${rows}) TO STDOUT WITH (ENCODING '${encoding}');\n`,
  });
}

/** The part of a script that fills `into` (a relation as SQL) with the rows of a table. */
export async function* copyInto(into: string, source: RowSource): AsyncGenerator<Buffer, void, undefined> {
  const encoding = await readEncoding(source.server, source.database);
  yield Buffer.from(`COPY ${into} (${listColumns(source.columns)}) FROM STDIN WITH (ENCODING '${encoding}');\n`);
  yield* copyOut(source, encoding);
  yield Buffer.from('\\.\n');
}
