import type { SurveyedDump } from '../../archive/foreign-survey.ts';
import type { DatabaseRecord } from '../../archive/manifest.ts';
import { nameOfDump, type PlacedDump } from './layout.ts';
import type { LiveServer } from './live-server.ts';

/** The record of a dump that nobody recorded when it was made; `made`: RFC 3339, as the archive's name says. */
export interface DumpDescription {
  placed: PlacedDump;
  sizeBytes: number;
  found: SurveyedDump;
  server: LiveServer | undefined;
  made: string;
}

/**
 * What the manifest of an archive of ours would say of a dump: from the dump where it says it, else as the database is
 * now, else as its server makes one.
 */
export function describeDump({ placed, sizeBytes, found, server, made }: DumpDescription): DatabaseRecord {
  const { source, database, key } = placed;
  const { live } = server ?? {};
  return {
    dump: nameOfDump(key),
    source,
    database,
    started: made,
    ended: made,
    sizeBytes,
    serverVersion: found.serverVersion,
    clientVersion: found.clientVersion,
    encoding: found.encoding,
    ...chooseLocale(found.encoding, server),
    owner: live?.owner ?? found.owner ?? server?.user ?? 'postgres',
    connectionLimit: live?.connectionLimit ?? -1,
    settings: (live?.settings ?? []).map(({ role, setting }) => (role === null ? { setting } : { role, setting })),
    ...(live?.acl ? { acl: live.acl } : {}),
    extensions: found.extensions.map((name) => ({ name, version: server?.extensions.get(name) ?? 'unknown' })),
    fingerprints: found.fingerprints,
    messages: [],
  };
}

/** A locale goes with its encoding only; `C` goes with any. */
function chooseLocale(
  encoding: string,
  server: LiveServer | undefined,
): Pick<DatabaseRecord, 'collate' | 'ctype' | 'localeProvider' | 'icuLocale'> {
  const model = server?.live ?? server?.model;
  if (!model || model.encoding !== encoding) return { collate: 'C', ctype: 'C', localeProvider: 'libc' };
  const { collate, ctype, localeProvider, icuLocale } = model;
  return { collate, ctype, localeProvider, ...(icuLocale === null ? {} : { icuLocale }) };
}

/** The roles that a source's dumps need and its server lacks, as `pg_dumpall` would write them: no password, no login. */
export function writeMissingRoles(dumps: readonly SurveyedDump[], server: LiveServer | undefined): string {
  const needed = new Set(dumps.flatMap(({ roles, owner }) => [...roles, ...(owner === undefined ? [] : [owner])]));
  return [...needed]
    .filter((role) => server?.roles.has(role) === false)
    .sort()
    .map(
      (role) =>
        `CREATE ROLE "${role.replaceAll('"', '""')}";\nALTER ROLE "${role.replaceAll('"', '""')}" WITH NOLOGIN;\n`,
    )
    .join('');
}
