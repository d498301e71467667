import { selectDependents } from './dependents.ts';
import { queryRows, type QueryOptions } from './query.ts';
import { restoreApplicationName, runStatements } from './restore-session.ts';
import type { PostgresServer } from './server.ts';
import { qualify } from './table-rows.ts';

/** How the comment of every kept table begins; what it is follows, as JSON. */
export const keptMark = 'skills-hub-continuity: ';

/** Whether a row of `pg_class`, `c`, is a table of ours: by its name, and by its comment. */
export const isKeptTable = `(c.relkind = 'r' AND c.relname ~ '^continuity_kept_.*_[0-9a-f]{12}$'
  AND coalesce(starts_with(obj_description(c.oid, 'pg_class'), '${keptMark}'), false))`;

/** Whether no backup is to hold it. One that a view shows has to be in there: the archive could not be restored without. */
export const isLeftOut = `CASE WHEN ${isKeptTable} THEN NOT EXISTS (${selectDependents('c.oid')}) ELSE false END`;

/** Tables of ours, and the sequences that belong to them, which no backup is to hold. */
export const selectOwnRelations = `SELECT n.nspname AS schema, r.relname AS name
FROM pg_class c
JOIN pg_class r ON r.oid = c.oid OR r.oid IN (SELECT d.objid FROM pg_depend d
  WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass AND d.refobjid = c.oid AND d.deptype IN ('a', 'i'))
JOIN pg_namespace n ON n.oid = r.relnamespace
WHERE ${isLeftOut} AND r.relkind IN ('r', 'S')`;

/** Tables of ours that something depends on, and what that is. */
export const selectNeededTables = `SELECT n.nspname AS schema, c.relname AS name,
  (SELECT string_agg(name, ', ' ORDER BY name) FROM (${selectDependents('c.oid')}) AS dependents) AS "by"
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE ${isKeptTable} AND NOT ${isLeftOut}
ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C"`;

/** A table that a restore keeps, by what the database itself says of it. */
export interface KeptTable {
  schema: string;
  name: string;
  /** `rows`: replaced ones. `missing`: nothing, there was no table. `whole`: a table that was moved aside. */
  kind: 'rows' | 'missing' | 'whole';
  sizeBytes: number;
}

/** The kept tables that are in a database. @throws Failure `source` */
export async function listKeptTables(
  server: PostgresServer,
  database: string,
  options: QueryOptions = {},
): Promise<KeptTable[]> {
  const select = `SELECT n.nspname AS schema, c.relname AS name, pg_total_relation_size(c.oid) AS "sizeBytes",
    substr(obj_description(c.oid, 'pg_class'), ${keptMark.length + 1})::jsonb ->> 'kind' AS kind
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE ${isKeptTable}
  ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C"`;
  return await queryRows<KeptTable>(server, database, select, { applicationName: restoreApplicationName, ...options });
}

/** Drops kept tables; those that are gone are no error. @throws Failure `source` */
export async function dropKeptTables(
  server: PostgresServer,
  database: string,
  tables: readonly { schema: string; kept: string }[],
): Promise<void> {
  const found = await listKeptTables(server, database);
  const ours = tables.filter(({ schema, kept }) => found.some((each) => each.schema === schema && each.name === kept));
  if (ours.length === 0) return;
  const statements = ours.map(({ schema, kept }) => `DROP TABLE ${qualify(schema, kept)};\n`);
  const sql = `SET lock_timeout = '10s';\nBEGIN;\n${statements.join('')}COMMIT;\n`;
  await runStatements(server, database, sql);
}
