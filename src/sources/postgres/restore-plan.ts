import type { DatabaseRecord } from '../../archive/manifest.ts';
import { findMissingRoles, listNeededRoles } from './restore-database.ts';
import { readRestoreFacts, type Connection, type RestoreFacts } from './restore-facts.ts';
import { compareRoles } from './roles-compare.ts';
import { parseRoles } from './roles-script.ts';
import type { PostgresServer } from './server.ts';
import { listSecurityWarnings, parseVersion, readClientVersion, type PostgresVersion } from './versions.ts';

export interface DatabasePlanOptions {
  server: PostgresServer;
  record: DatabaseRecord;
  /** Name on the server that the database is to have. */
  live: string;
  /** The roles of the archive, where it has them. */
  globalsSql?: string;
  /** The archive was not made by this platform: an outdated psql must not read its dumps. */
  isForeign?: boolean;
  /** Typed by an operator who lets an outdated psql read them nevertheless. */
  allowOldClient?: boolean;
}

/** What stands where a database is to be restored, and what is in the way. */
export interface DatabasePlan {
  exists: boolean;
  /** Of what stands there now; what is restored needs about as much again until `forget`. */
  sizeBytes: number;
  owner?: string;
  connections: Connection[];
  serverVersion: string;
  clientVersion: string;
  /** With any of these nothing is to be begun. */
  refusals: string[];
  warnings: string[];
  /** Roles that the restore will create. */
  missingRoles: string[];
  /** Roles that exist and differ from the archive; they stay as they are. */
  roleDifferences: { role: string; differences: string[] }[];
}

/** Looks at a server before a restore; changes nothing. @throws Failure `source` where it does not answer. */
export async function planDatabaseRestore(options: DatabasePlanOptions): Promise<DatabasePlan> {
  const { server, record, live } = options;
  const dumped = parseRoles(options.globalsSql ?? '');
  const [facts, client, absent, roles] = await Promise.all([
    readRestoreFacts(server, record, live),
    readClientVersion(server, 'psql'),
    findMissingRoles(server, listNeededRoles(record)),
    compareRoles(server, dumped),
  ]);
  const undefinedRoles = absent.filter((role) => !dumped.roles.has(role));
  const missing = roles.missing.map(({ name }) => name);
  const roleDifferences = roles.existing.filter(({ differences }) => differences.length > 0);
  const outdated = listSecurityWarnings('psql', client);
  const isRefused = options.isForeign === true && options.allowOldClient !== true;
  return {
    exists: facts.live !== null,
    sizeBytes: facts.live?.sizeBytes ?? 0,
    ...(facts.live ? { owner: facts.live.owner } : {}),
    connections: facts.live?.connections ?? [],
    serverVersion: facts.serverVersion,
    clientVersion: client.text,
    refusals: [
      ...refuseVersions(record, facts, client),
      ...refuseServer(server, facts, live),
      ...refuseLocale(record, facts),
      ...refuseExtensions(record, facts),
      ...undefinedRoles.map((role) => `role ${role} exists neither here nor in the archive: create it first`),
      ...(isRefused
        ? outdated.map(
            (text) =>
              `${text}, before it reads an archive that was not made here; or accept the risk (--allow-old-client, in a workflow allow-old-client)`,
          )
        : []),
    ],
    warnings: [
      ...warnOfCollation(record, facts),
      ...warnOfExtensions(record, facts),
      ...(isRefused ? [] : outdated),
      ...warnOfRoles(missing, roleDifferences),
    ],
    missingRoles: missing,
    roleDifferences,
  };
}

function refuseVersions(record: DatabaseRecord, facts: RestoreFacts, psql: PostgresVersion): string[] {
  const server = parseVersion(facts.serverVersion);
  const [from, dumper] = [parseVersion(record.serverVersion), parseVersion(record.clientVersion)];
  const refusals: string[] = [];
  if (server && from && server.major < from.major) {
    refusals.push(`the server is PostgreSQL ${server.text}, older than the one backed up (${from.text})`);
  } else if (server && dumper && server.major < dumper.major) {
    refusals.push(`the server is PostgreSQL ${server.text}, older than the pg_dump of the archive (${dumper.text})`);
  }
  if (dumper && psql.major < dumper.major) {
    refusals.push(`psql is ${psql.text}, older than the pg_dump of the archive (${dumper.text})`);
  }
  return refusals;
}

function refuseServer(server: PostgresServer, facts: RestoreFacts, live: string): string[] {
  const refusals: string[] = [];
  if (facts.isStandby) refusals.push(`${server.label} is a standby: restore on its primary`);
  if (!facts.mayCreate) refusals.push(`user ${server.user} may not create databases: ALTER ROLE … CREATEDB`);
  if (facts.live && !facts.live.isOurs) {
    refusals.push(`user ${server.user} may not rename database ${live}, which belongs to ${facts.live.owner}`);
  }
  const prepared = facts.live?.preparedTransactions ?? 0;
  if (prepared > 0) {
    refusals.push(
      `database ${live} has ${prepared} prepared transactions: commit or roll them back (pg_prepared_xacts)`,
    );
  }
  return refusals;
}

function refuseLocale(record: DatabaseRecord, facts: RestoreFacts): string[] {
  const refusals: string[] = [];
  if (!facts.knowsEncoding) refusals.push(`the server does not know the encoding ${record.encoding}`);
  const unknown = [facts.knowsCollate ? undefined : record.collate, facts.knowsCtype ? undefined : record.ctype];
  for (const locale of new Set(unknown.filter((name) => name !== undefined))) {
    refusals.push(`the server's system has no locale ${locale}: install it (locale-gen) and restart the server`);
  }
  if (record.localeProvider === 'icu' && !facts.hasIcu) {
    refusals.push(`the server was built without ICU, which sorts this database (${record.icuLocale ?? 'no locale'})`);
  }
  return refusals;
}

function refuseExtensions(record: DatabaseRecord, facts: RestoreFacts): string[] {
  const missing = record.extensions.filter(({ name }) => !(name in facts.extensions));
  return missing.map(({ name, version }) => `extension ${name} (${version}) is not installed on the server`);
}

function warnOfExtensions(record: DatabaseRecord, facts: RestoreFacts): string[] {
  return record.extensions
    .filter(({ name, version }) => name in facts.extensions && facts.extensions[name] !== version)
    .map(({ name, version }) => `extension ${name}: ${version} in the archive, ${facts.extensions[name]} here`);
}

function warnOfCollation({ collationVersion: then, database }: DatabaseRecord, facts: RestoreFacts): string[] {
  const now = facts.collationVersion;
  if (then === undefined || now === null || then === now) return [];
  return [
    `text is sorted by rules of version ${now} here, ${then} in the archive. The restore builds all indexes of ` +
      `${database} anew; databases that this server already had when its rules changed need ` +
      `REINDEX DATABASE and ALTER DATABASE … REFRESH COLLATION VERSION`,
  ];
}

function warnOfRoles(missing: string[], existing: DatabasePlan['roleDifferences']): string[] {
  return [
    ...(missing.length > 0 ? [`roles to be created: ${missing.join(', ')}`] : []),
    ...existing.map(({ role, differences }) => `role ${role} stays as it is: ${differences.join('; ')}`),
  ];
}
