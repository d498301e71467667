import type { DatabaseRecord } from '../../archive/manifest.ts';
import { Failure } from '../../logging/failure.ts';
import { queryRows, quoteLiteral, type QueryOptions } from './query.ts';
import type { PostgresServer } from './server.ts';

/** What a restore must know of a database beside its dump. */
export type DatabaseFacts = Pick<
  DatabaseRecord,
  | 'serverVersion'
  | 'encoding'
  | 'collate'
  | 'ctype'
  | 'localeProvider'
  | 'collationVersion'
  | 'icuLocale'
  | 'owner'
  | 'connectionLimit'
  | 'settings'
  | 'acl'
  | 'extensions'
>;

/** A row of `selectFacts`. */
export type FactsRow = Record<'serverVersion' | 'encoding' | 'collate' | 'ctype' | 'localeProvider' | 'owner', string> &
  Record<'collationVersion' | 'icuLocale', string | null> & {
    connectionLimit: number;
    acl: string[] | null;
    settings: { role: string | null; setting: string }[];
    extensions: { name: string; version: string }[];
  };

/** Columns that came with later majors are read as JSON: absent ones are null, not an error. */
export const selectFacts = (database: string): string => `
SELECT current_setting('server_version') AS "serverVersion", pg_encoding_to_char(d.encoding) AS encoding,
       d.datcollate AS collate, d.datctype AS ctype,
       CASE coalesce(to_jsonb(d) ->> 'datlocprovider', 'c') WHEN 'i' THEN 'icu' WHEN 'b' THEN 'builtin' ELSE 'libc' END AS "localeProvider",
       to_jsonb(d) ->> 'datcollversion' AS "collationVersion",
       coalesce(to_jsonb(d) ->> 'datlocale', to_jsonb(d) ->> 'daticulocale') AS "icuLocale",
       pg_get_userbyid(d.datdba) AS owner, d.datconnlimit AS "connectionLimit", d.datacl::text[] AS acl,
       coalesce((SELECT json_agg(json_build_object('role', r.rolname, 'setting', s.setting) ORDER BY r.rolname NULLS FIRST, s.position)
                 FROM pg_db_role_setting c LEFT JOIN pg_roles r ON r.oid = c.setrole
                 CROSS JOIN LATERAL unnest(c.setconfig) WITH ORDINALITY AS s(setting, position)
                 WHERE c.setdatabase = d.oid), '[]') AS settings,
       coalesce((SELECT json_agg(json_build_object('name', extname, 'version', extversion) ORDER BY extname)
                 FROM pg_extension), '[]') AS extensions
FROM pg_database d WHERE d.datname = ${quoteLiteral(database)}`;

/**
 * Reads the facts of a database that its dump does not hold.
 * @throws Failure `source` where it does not exist or does not answer.
 */
export async function inspectDatabase(
  server: PostgresServer,
  database: string,
  options: QueryOptions = {},
): Promise<DatabaseFacts> {
  return readFacts(await queryRows<FactsRow>(server, database, selectFacts(database), options), server, database);
}

/** The facts out of what `selectFacts` gave. @throws Failure `source` where it gave no row. */
export function readFacts([row]: readonly FactsRow[], server: PostgresServer, database: string): DatabaseFacts {
  if (!row) {
    const next = 'Check the name under databases: in continuity.yml; psql -l lists those that exist.';
    throw new Failure('source', `there is no database "${database}" on ${server.label}`, next);
  }
  return {
    serverVersion: row.serverVersion,
    encoding: row.encoding,
    collate: row.collate,
    ctype: row.ctype,
    localeProvider: row.localeProvider,
    ...(row.collationVersion === null ? {} : { collationVersion: row.collationVersion }),
    ...(row.icuLocale === null ? {} : { icuLocale: row.icuLocale }),
    owner: row.owner,
    connectionLimit: row.connectionLimit,
    settings: row.settings.map(({ role, setting }) => (role === null ? { setting } : { role, setting })),
    ...(row.acl === null ? {} : { acl: row.acl }),
    extensions: row.extensions,
  };
}
