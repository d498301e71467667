import { Failure } from '../../logging/failure.ts';
import { kindOfName } from './own-names.ts';
import { queryRows, quoteIdentifier, type QueryOptions } from './query.ts';
import { chooseMaintenanceDatabase, restoreApplicationName, runStatements } from './restore-session.ts';
import type { PostgresServer } from './server.ts';

/** A database that a restore made or replaced. */
export interface OwnDatabase {
  name: string;
  /** `new`: being restored, or left by a restore that was killed; `kept`: replaced. */
  kind: 'new' | 'kept';
  oid: number;
  owner: string;
  sizeBytes: number;
  /** False where nothing but the name speaks for it: not dropped. */
  isOurs: boolean;
}

/** The databases beside the live ones that are ours, by name. @throws Failure `source` */
export async function listOwnDatabases(
  server: PostgresServer,
  patience: Pick<QueryOptions, 'retryForMs' | 'timeoutMs'> = {},
): Promise<OwnDatabase[]> {
  const select = `SELECT d.datname AS name, d.oid::bigint AS oid, pg_get_userbyid(d.datdba) AS owner,
    CASE WHEN has_database_privilege(d.oid, 'CONNECT') OR pg_has_role('pg_read_all_stats', 'USAGE')
      THEN pg_database_size(d.oid) ELSE 0 END AS "sizeBytes", d.datistemplate OR NOT d.datallowconn AS "isOurs"
    FROM pg_database d WHERE d.datname LIKE 'continuity\\_%' ORDER BY d.datname COLLATE "C"`;
  const options = { applicationName: restoreApplicationName, ...patience };
  const rows = await queryRows<Omit<OwnDatabase, 'kind'>>(server, chooseMaintenanceDatabase(), select, options);
  return rows.flatMap((row) => {
    const kind = kindOfName(row.name);
    return kind ? [{ ...row, kind }] : [];
  });
}

/**
 * Drops databases beside the live ones. Only those that are ours by name and by being a template or closed: whatever
 * else carries such a name was made, or opened, by somebody. Names that are gone are no error, so that it can be
 * repeated.
 * @throws Failure `refused` before anything is dropped; `source` with the server's message.
 */
export async function dropDatabases({
  server,
  names,
}: {
  server: PostgresServer;
  names: readonly string[];
}): Promise<{ dropped: string[] }> {
  const found = await listOwnDatabases(server);
  const dropped: string[] = [];
  for (const name of new Set(names)) {
    const next = 'Look at it (psql -l), and drop it by hand if nobody needs it.';
    if (!kindOfName(name)) throw new Failure('refused', `database "${name}" is not ours by its name`, next);
    const own = found.find((database) => database.name === name);
    if (own && !own.isOurs) {
      const message = `database "${name}" was opened by somebody: it is neither a template nor closed any more`;
      throw new Failure('refused', message, next);
    }
    if (own) dropped.push(name);
  }
  // One statement takes away the one mark and sets the other: killed in between, it is still ours.
  const statements = dropped
    .map(quoteIdentifier)
    .flatMap((name) => [
      `ALTER DATABASE ${name} IS_TEMPLATE false ALLOW_CONNECTIONS false;`,
      `DROP DATABASE IF EXISTS ${name} WITH (FORCE);`,
    ]);
  if (statements.length > 0) await runStatements(server, chooseMaintenanceDatabase(), statements.join('\n'));
  return { dropped };
}
