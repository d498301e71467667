import { setTimeout as sleep } from 'node:timers/promises';
import { Failure } from '../../logging/failure.ts';
import { kindOfName } from './own-names.ts';
import { queryRows, quoteIdentifier, quoteLiteral, type QueryOptions } from './query.ts';
import { chooseMaintenanceDatabase, restoreApplicationName, runStatements } from './restore-session.ts';
import type { PostgresServer } from './server.ts';

const LONGEST_NAME_BYTES = 63;
/** Every server has them, for its own upkeep. */
const systemNames = new Set(['postgres', 'template0', 'template1']);
const attempts = 5;

/**
 * Why a database may not be called that; undefined where it may.
 */
export function findDatabaseNameFault(name: string): string | undefined {
  if (name === '') return 'it is empty';
  if (/\p{Cc}|\p{Cs}/u.test(name)) return 'it holds a control character';
  if (Buffer.byteLength(name) > LONGEST_NAME_BYTES) return `it is longer than ${LONGEST_NAME_BYTES} bytes`;
  if (name.trim() !== name) return 'it begins or ends with a space';
  if (systemNames.has(name)) return 'every server has one of that name';
  // Whatever begins like ours may be taken for ours.
  if (name.startsWith('continuity_') || kindOfName(name))
    return 'names that begin with continuity_ are those of restores';
  return undefined;
}

/** Whether a server has a database of that name, of whatever kind, and of that number where one is given. @throws Failure `source` */
export async function hasDatabase(
  server: PostgresServer,
  name: string,
  { oid, ...options }: QueryOptions & { oid?: number | undefined } = {},
): Promise<boolean> {
  const number = oid === undefined ? '' : ` AND oid = ${quoteLiteral(String(oid))}`;
  const select = `SELECT EXISTS (SELECT FROM pg_database WHERE datname = ${quoteLiteral(name)}${number}) AS exists`;
  const asked = { applicationName: restoreApplicationName, ...options };
  const [row] = await queryRows<{ exists: boolean }>(server, chooseMaintenanceDatabase(), select, asked);
  return row?.exists === true;
}

/** Whether it has one that may be connected to. @throws Failure `source` */
export async function hasOpenDatabase(
  server: PostgresServer,
  database: string,
  options: QueryOptions = {},
): Promise<boolean> {
  const select = `SELECT EXISTS (SELECT FROM pg_database WHERE datname = ${quoteLiteral(database)} AND datallowconn) AS exists`;
  const [row] = await queryRows<{ exists: boolean }>(server, 'postgres', select, options);
  return row?.exists === true;
}

/** Whether a database has a table of that name and with that comment. @throws Failure `source` */
export async function hasTable(
  server: PostgresServer,
  database: string,
  { schema, name, comment }: { schema: string; name: string; comment: string },
  options: QueryOptions = {},
): Promise<boolean> {
  const select = `SELECT EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = ${quoteLiteral(schema)} AND c.relname = ${quoteLiteral(name)}
      AND obj_description(c.oid, 'pg_class') = ${quoteLiteral(comment)}) AS exists`;
  const asked = { applicationName: restoreApplicationName, ...options };
  const [row] = await queryRows<{ exists: boolean }>(server, database, select, asked);
  return row?.exists === true;
}

/**
 * Gives a restored database the name that it was made for, and opens it: from then on it is an ordinary one. In one
 * transaction, so that it is ours until it is theirs.
 * @throws Failure `refused` where the name was taken meanwhile; `source` with the server's message.
 */
export async function openAs(server: PostgresServer, staged: string, name: string): Promise<void> {
  const [from, to] = [quoteIdentifier(staged), quoteIdentifier(name)];
  const sql = `BEGIN;
SET LOCAL synchronous_commit = on;
ALTER DATABASE ${from} RENAME TO ${to};
ALTER DATABASE ${to} IS_TEMPLATE false ALLOW_CONNECTIONS true;
COMMIT;
`;
  for (let attempt = 1; ; attempt++) {
    try {
      await runStatements(server, chooseMaintenanceDatabase(name, staged), sql);
      return;
    } catch (error) {
      if (await hasDatabase(server, name)) {
        // The answer to a COMMIT may get lost on its way.
        if (!(await hasDatabase(server, staged))) return;
        throw new Failure(
          'refused',
          `a database "${name}" was made on ${server.label} meanwhile`,
          'Choose another name.',
        );
      }
      // Somebody, or the server itself, may just be looking at it.
      if (attempt === attempts) throw error;
      await sleep(200 * attempt);
    }
  }
}
