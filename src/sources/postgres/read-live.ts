import { queryRows, quoteLiteral } from './query.ts';
import type { Connection } from './restore-facts.ts';
import { chooseMaintenanceDatabase, restoreApplicationName } from './restore-session.ts';
import type { PostgresServer } from './server.ts';

/** A database under the name that applications know. */
export interface LiveDatabase {
  name: string;
  connections: Connection[];
  /** With any of these it cannot be renamed. */
  preparedTransactions: number;
}

/** Those of the named databases that are there, and who is connected to them. @throws Failure `source` */
export async function readLive(server: PostgresServer, names: readonly string[]): Promise<LiveDatabase[]> {
  if (names.length === 0) return [];
  const select = `SELECT d.datname AS name,
    (SELECT count(*) FROM pg_prepared_xacts x WHERE x.database = d.datname) AS "preparedTransactions",
    coalesce((SELECT json_agg(json_build_object('user', a.usename, 'application', a.application_name) ORDER BY a.pid)
      FROM pg_stat_activity a WHERE a.datid = d.oid AND a.backend_type = 'client backend' AND a.pid <> pg_backend_pid()), '[]') AS connections
    FROM pg_database d WHERE d.datname IN (${names.map(quoteLiteral).join(', ')})`;
  const options = { applicationName: restoreApplicationName };
  return await queryRows<LiveDatabase>(server, chooseMaintenanceDatabase(...names), select, options);
}
