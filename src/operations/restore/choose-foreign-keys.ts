import { hasConstraint } from '../../sources/postgres/has-constraint.ts';
import type { PostgresServer } from '../../sources/postgres/server.ts';
import type { TableId } from '../../sources/postgres/stage-part.ts';
import type { StagedTables } from './stage-tables.ts';

/**
 * Of a dump's foreign keys those that went with tables which are made anew: theirs, and those of others to them, unless
 * these have them again. Those of tables that are missing themselves are named in notes.
 */
export async function chooseForeignKeys(
  server: PostgresServer,
  database: string,
  keys: StagedTables['foreignKeys'],
  recreated: readonly TableId[],
): Promise<{ statements: string[]; notes: string[] }> {
  const isRecreated = ({ schema, table }: TableId): boolean =>
    recreated.some((each) => each.schema === schema && each.table === table);
  const own = keys.filter(({ table }) => isRecreated(table));
  const others = keys.filter(({ table, references }) => !isRecreated(table) && isRecreated(references));
  const chosen = { statements: own.map(({ statement }) => statement), notes: [] as string[] };
  for (const { table, constraint, statement } of others) {
    const name = `${table.schema}.${table.table}`;
    const isThere = await hasConstraint(server, database, table, constraint);
    if (isThere === undefined)
      chosen.notes.push(`foreign key ${constraint} of ${name} is left out: that table is missing`);
    else if (!isThere) chosen.statements.push(statement);
  }
  return chosen;
}
