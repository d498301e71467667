import { queryRows, quoteLiteral } from './query.ts';
import { restoreApplicationName } from './restore-session.ts';
import { qualify, type RowSource } from './table-rows.ts';

/** Views that depend on a staged table and that the live database does not have. @throws Failure `source` */
export async function findMissingViews(
  { server, database: staged, schema, table }: RowSource,
  live: string,
): Promise<string[]> {
  const options = { applicationName: restoreApplicationName };
  const views = await queryRows<{ name: string }>(
    server,
    staged,
    `SELECT DISTINCT format('%I.%I', n.nspname, v.relname) AS name FROM pg_depend d JOIN pg_rewrite w ON w.oid = d.objid
      JOIN pg_class v ON v.oid = w.ev_class AND v.relkind IN ('v', 'm') JOIN pg_namespace n ON n.oid = v.relnamespace
    WHERE d.classid = 'pg_rewrite'::regclass AND d.refclassid = 'pg_class'::regclass
      AND d.refobjid = ${quoteLiteral(qualify(schema, table))}::regclass ORDER BY 1`,
    options,
  );
  if (views.length === 0) return [];
  const values = views.map(({ name }) => `(${quoteLiteral(name)})`).join(', ');
  const select = `SELECT name FROM (VALUES ${values}) AS v (name) WHERE to_regclass(name) IS NULL`;
  return (await queryRows<{ name: string }>(server, live, select, options)).map(({ name }) => name);
}
