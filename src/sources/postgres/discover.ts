import { kindOfName } from './own-names.ts';
import { queryRows, queryTogether, type QueryOptions } from './query.ts';
import type { PostgresServer } from './server.ts';

/** Open databases that are neither templates nor half dropped (connection limit -2). */
const openDatabases = `SELECT datname AS name FROM pg_database
WHERE datallowconn AND NOT datistemplate AND datconnlimit <> -2 ORDER BY datname COLLATE "C"`;

/** Whether anybody made something in the database: a relation, a function or a large object of its own. */
const ownContent = `SELECT EXISTS (
  SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'
    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
) OR EXISTS (
  SELECT FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
  WHERE n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'
    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')
) OR EXISTS (SELECT FROM pg_largeobject_metadata) AS used`;

/**
 * The databases of a cluster that are worth a backup, sorted by name: what `database: all` stands for. `postgres`, which
 * every cluster has for its own upkeep, counts only where somebody put something into it. Connects to `database`.
 */
export async function discoverDatabases(
  server: PostgresServer,
  options: QueryOptions & { database?: string } = {},
): Promise<string[]> {
  const { database = 'postgres' } = options;
  const [rows, [here]] = await queryTogether<[{ name: string }, { used: boolean }]>(
    server,
    database,
    [openDatabases, ownContent],
    options,
  );
  const names = rows.map(({ name }) => name).filter((name) => !kindOfName(name));
  if (!names.includes('postgres')) return names;
  const [answer] =
    database === 'postgres' ? [here] : await queryRows<{ used: boolean }>(server, 'postgres', ownContent, options);
  return answer?.used ? names : names.filter((name) => name !== 'postgres');
}

/** Databases of the cluster that nobody configured, and that no archive will hold. */
export async function findUnconfigured(
  server: PostgresServer,
  configured: readonly string[],
  options: QueryOptions & { database?: string } = {},
): Promise<string[]> {
  const names = await discoverDatabases(server, options);
  return names.filter((name) => !configured.includes(name));
}
