import { createHash } from 'node:crypto';

import type { GlobalsRecord } from '../../archive/manifest.ts';
import { Failure, messageOf } from '../../logging/failure.ts';
import { queryTogether, quoteIdentifier, type QueryOptions } from './query.ts';
import { runTool } from './run-tool.ts';
import { describeServerError } from './server-errors.ts';
import type { PostgresServer } from './server.ts';

export interface GlobalsOptions extends QueryOptions {
  server: PostgresServer;
  source: string;
  /** A database that the user may connect to. */
  database: string;
  applicationName: string;
}

export interface Globals {
  /** The roles as SQL, the same bytes for the same roles. Holds password verifiers where `record.passwords` says so. */
  bytes: Buffer;
  record: GlobalsRecord;
  warnings: string[];
}

interface RoleRow {
  name: string;
  attributes: string;
  members: string[];
}

const rolesSelect = `SELECT r.rolname AS name,
  concat_ws(' ', CASE WHEN r.rolsuper THEN 'SUPERUSER' ELSE 'NOSUPERUSER' END, CASE WHEN r.rolinherit THEN 'INHERIT' ELSE 'NOINHERIT' END,
    CASE WHEN r.rolcreaterole THEN 'CREATEROLE' ELSE 'NOCREATEROLE' END, CASE WHEN r.rolcreatedb THEN 'CREATEDB' ELSE 'NOCREATEDB' END,
    CASE WHEN r.rolcanlogin THEN 'LOGIN' ELSE 'NOLOGIN' END, CASE WHEN r.rolreplication THEN 'REPLICATION' ELSE 'NOREPLICATION' END,
    CASE WHEN r.rolbypassrls THEN 'BYPASSRLS' ELSE 'NOBYPASSRLS' END, CASE WHEN r.rolconnlimit >= 0 THEN 'CONNECTION LIMIT ' || r.rolconnlimit END
  ) AS attributes,
  coalesce((SELECT json_agg(DISTINCT g.rolname) FROM pg_auth_members m JOIN pg_roles g ON g.oid = m.roleid WHERE m.member = r.oid), '[]') AS members
FROM pg_roles r WHERE r.rolname !~ '^pg_' ORDER BY r.rolname COLLATE "C"`;

/**
 * Dumps the roles of a cluster: with their password verifiers where the user is a superuser, else without, and rebuilt
 * from what every user may read where even that is refused.
 * @throws Failure `source` where the server does not answer.
 */
export async function dumpGlobals(options: GlobalsOptions): Promise<Globals> {
  const { server, source, database } = options;
  const isSuperSelect = 'SELECT rolsuper AS "isSuper" FROM pg_roles WHERE rolname = current_user';
  const [[user], roles] = await queryTogether<[{ isSuper: boolean }, RoleRow]>(
    server,
    database,
    [isSuperSelect, rolesSelect],
    options,
  );
  const finish = (text: string, passwords: boolean, warnings: string[]): Globals => {
    const bytes = Buffer.from(fixRestrictKey(text), 'latin1');
    return {
      bytes,
      warnings,
      record: { source, passwords, sizeBytes: bytes.length, roles: roles.map(({ name }) => name) },
    };
  };
  if (user?.isSuper) return finish(await runDumpall(options, ['--roles-only']), true, []);
  const warning = `roles of ${server.label} are saved without their passwords: the user "${server.user}" is no superuser`;
  try {
    return finish(await runDumpall(options, ['--roles-only', '--no-role-passwords']), false, [warning]);
  } catch (error) {
    const reason = `roles of ${server.label} are rebuilt from the catalogue: ${messageOf(error)}`;
    return finish(writeRoles(roles), false, [warning, reason]);
  }
}

async function runDumpall(options: GlobalsOptions, args: string[]): Promise<string> {
  const { server, database, applicationName, signal } = options;
  const run = { database, applicationName, timeoutMs: options.timeoutMs ?? 60_000, signal };
  const all = ['--no-password', `--database=${database}`, ...args];
  const { stdout, stderr, code, endedBy } = await runTool(server, 'pg_dumpall', all, run);
  const what = `the dump of the roles of ${server.label} failed (pg_dumpall)`;
  if (code !== 0) throw describeServerError(what, endedBy ? `it was ended by ${endedBy}` : stderr);
  const text = stdout.toString('latin1');
  if (/^-- PostgreSQL database cluster dump complete$/m.test(text)) return text;
  throw new Failure('source', `${what}: its last line is missing`, 'Run the backup again.');
}

/**
 * `\restrict` keeps a forged name from running psql's own commands; its key only has to be unknown to whoever chose the
 * names. The digest of the text is, and gives the same bytes for the same roles.
 */
function fixRestrictKey(text: string): string {
  const lines = /^\\(restrict|unrestrict) \w+$/gm;
  const key = createHash('sha256').update(text.replace(lines, '\\$1'), 'latin1').digest('hex');
  return text.replace(lines, `\\$1 ${key}`);
}

function writeRoles(roles: RoleRow[]): string {
  const lines = roles.flatMap(({ name, attributes }) => [
    `CREATE ROLE ${quoteIdentifier(name)};`,
    `ALTER ROLE ${quoteIdentifier(name)} WITH ${attributes};`,
  ]);
  const grants = roles.flatMap(({ name, members }) =>
    members.map((group) => `GRANT ${quoteIdentifier(group)} TO ${quoteIdentifier(name)};`),
  );
  const head = ['--', '-- Roles, rebuilt from the catalogue', '--', '', "SET client_encoding = 'UTF8';", ''];
  const text = [...head, ...lines, ...grants, '', '-- PostgreSQL database cluster dump complete', ''].join('\n');
  return Buffer.from(text).toString('latin1');
}
