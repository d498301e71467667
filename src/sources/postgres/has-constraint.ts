import { queryRows, quoteLiteral } from './query.ts';
import { restoreApplicationName } from './restore-session.ts';
import type { PostgresServer } from './server.ts';
import type { TableId } from './stage-part.ts';

/** Whether a table has a constraint of that name; undefined where there is no such table. @throws Failure `source` */
export async function hasConstraint(
  server: PostgresServer,
  database: string,
  { schema, table }: TableId,
  constraint: string,
): Promise<boolean | undefined> {
  const select = `SELECT EXISTS (SELECT FROM pg_constraint k WHERE k.conrelid = c.oid AND k.conname = ${quoteLiteral(constraint)}) AS has
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = ${quoteLiteral(schema)} AND c.relname = ${quoteLiteral(table)} AND c.relkind IN ('r', 'p')`;
  const [found] = await queryRows<{ has: boolean }>(server, database, select, {
    applicationName: restoreApplicationName,
  });
  return found?.has;
}
