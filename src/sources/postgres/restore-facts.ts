import type { DatabaseRecord } from '../../archive/manifest.ts';
import { quoteLiteral } from './query.ts';
import { chooseMaintenanceDatabase, runStatements } from './restore-session.ts';
import type { PostgresServer } from './server.ts';

export interface Connection {
  user: string;
  application: string;
}

/** What a server says about where a database is to be restored. */
export interface RestoreFacts {
  serverVersion: string;
  isStandby: boolean;
  mayCreate: boolean;
  /** The database that has the name now. */
  live: {
    sizeBytes: number;
    owner: string;
    /** Whether we may rename it. */
    isOurs: boolean;
    preparedTransactions: number;
    connections: Connection[];
  } | null;
  knowsEncoding: boolean;
  knowsCollate: boolean;
  knowsCtype: boolean;
  hasIcu: boolean;
  /** The version of the sorting rules that a new database gets, where there is one. */
  collationVersion: string | null;
  /** Extensions that can be created: name and version. */
  extensions: Record<string, string>;
}

/** Asks a server all that a restore has to know, in one session. Reads only. @throws Failure `source` */
export async function readRestoreFacts(
  server: PostgresServer,
  record: DatabaseRecord,
  live: string,
): Promise<RestoreFacts> {
  const rows = await runStatements<RestoreFacts>(server, chooseMaintenanceDatabase(), writeScript(record, live));
  return rows[0] as RestoreFacts;
}

/**
 * Whether a locale exists is asked by trying: a session may set its `lc_monetary` to any that the operating system has.
 * Columns that came with later majors are read as JSON: absent ones are null, not an error.
 */
function writeScript({ encoding, collate, ctype, localeProvider, icuLocale }: DatabaseRecord, live: string): string {
  const probe = (key: string, locale: string) => `SET continuity.locale = ${quoteLiteral(locale)};
DO $$ BEGIN
  PERFORM set_config('lc_monetary', current_setting('continuity.locale'), true);
  PERFORM set_config('continuity.${key}', 'yes', false);
EXCEPTION WHEN OTHERS THEN PERFORM set_config('continuity.${key}', 'no', false);
END $$;`;
  const provider = localeProvider === 'icu' ? 'i' : localeProvider === 'builtin' ? 'b' : 'c';
  const wanted = quoteLiteral(localeProvider === 'libc' ? collate : (icuLocale ?? ''));
  return `SET search_path = pg_catalog;
${probe('collate', collate)}
${probe('ctype', ctype)}
SELECT json_build_object(
  'serverVersion', current_setting('server_version'),
  'isStandby', pg_is_in_recovery(),
  'mayCreate', (SELECT rolsuper OR rolcreatedb FROM pg_roles WHERE rolname = current_user),
  'live', (SELECT json_build_object(
      'sizeBytes', CASE WHEN has_database_privilege(d.oid, 'CONNECT') OR pg_has_role('pg_read_all_stats', 'USAGE')
                   THEN pg_database_size(d.oid) ELSE 0 END,
      'owner', pg_get_userbyid(d.datdba), 'isOurs', pg_has_role(d.datdba, 'USAGE'),
      'preparedTransactions', (SELECT count(*) FROM pg_prepared_xacts x WHERE x.database = d.datname),
      'connections', coalesce((SELECT json_agg(json_build_object('user', a.usename, 'application', a.application_name) ORDER BY a.pid)
        FROM pg_stat_activity a WHERE a.datid = d.oid AND a.backend_type = 'client backend' AND a.pid <> pg_backend_pid()), '[]'))
    FROM pg_database d WHERE d.datname = ${quoteLiteral(live)}),
  'knowsEncoding', pg_char_to_encoding(${quoteLiteral(encoding)}) >= 0,
  'knowsCollate', current_setting('continuity.collate') = 'yes',
  'knowsCtype', current_setting('continuity.ctype') = 'yes',
  'hasIcu', EXISTS (SELECT FROM pg_collation WHERE collprovider = 'i'),
  'collationVersion', (SELECT pg_collation_actual_version(c.oid) FROM pg_collation c
    WHERE c.collprovider = '${provider}' AND pg_collation_actual_version(c.oid) IS NOT NULL
      AND (c.collprovider = 'c' OR ${wanted} IN (to_jsonb(c) ->> 'colllocale', to_jsonb(c) ->> 'colliculocale', c.collcollate))
    ORDER BY (c.collcollate = ${wanted}) DESC NULLS LAST LIMIT 1),
  'extensions', (SELECT json_object_agg(name, default_version) FROM pg_available_extensions));
`;
}
