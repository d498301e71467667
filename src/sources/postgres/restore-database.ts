import type { DatabaseRecord } from '../../archive/manifest.ts';
import { Failure } from '../../logging/failure.ts';
import { queryRows, quoteIdentifier, quoteLiteral } from './query.ts';
import { parseAclItem, writeAclStatements, type AclItem } from './restore-acl.ts';
import { kindOfName } from './own-names.ts';
import { chooseMaintenanceDatabase, restoreApplicationName, runStatements } from './restore-session.ts';
import { writeSettingStatements } from './restore-settings.ts';
import type { PostgresServer } from './server.ts';

export { checkForeignStaged, checkStaged, type CheckOptions } from './restore-check.ts';
export { loadStaged, type LoadOptions } from './restore-load.ts';

export interface StagedOptions {
  server: PostgresServer;
  record: DatabaseRecord;
  /** A name of `stagedNameOf`. */
  staged: string;
}

/**
 * Creates the empty database that a dump is loaded into: encoding and locale of the record, ours, and a template from
 * its first moment, so that no application lists or opens it; only superusers and we may connect. What a killed restore
 * left under the name goes first. The oid stays the same through the swap.
 * @throws Failure `source` with the server's message (a locale that it lacks, no right to create databases).
 */
export async function createStaged({ server, record, staged }: StagedOptions): Promise<{ oid: number }> {
  requireStagedName(staged);
  const maintenance = chooseMaintenanceDatabase();
  const select = `SELECT current_setting('server_version_num')::int / 10000 AS major, r.rolsuper AS "isSuper",
    EXISTS (SELECT FROM pg_database WHERE datname = ${quoteLiteral(staged)}) AS exists
    FROM pg_roles r WHERE r.rolname = current_user`;
  const options = { applicationName: restoreApplicationName };
  const [facts] = await queryRows<Facts>(server, maintenance, select, options);
  const name = quoteIdentifier(staged);
  const drop = [
    `ALTER DATABASE ${name} IS_TEMPLATE false ALLOW_CONNECTIONS false;`,
    `DROP DATABASE ${name} WITH (FORCE);`,
  ];
  const [created] = await runStatements<{ oid: number }>(
    server,
    maintenance,
    [
      ...(facts?.exists ? drop : []),
      `CREATE DATABASE ${name} TEMPLATE template0 ENCODING ${quoteLiteral(record.encoding)}`,
      ...writeLocale(record, facts?.major ?? 0),
      // Superusers are not limited: nobody else gets in. Others need a connection of their own, and one just ending.
      `  IS_TEMPLATE true CONNECTION LIMIT ${facts?.isSuper ? 0 : 3};`,
      `SELECT json_build_object('oid', oid::bigint) FROM pg_database WHERE datname = ${quoteLiteral(staged)};`,
    ].join('\n'),
  );
  return { oid: created?.oid ?? 0 };
}

interface Facts {
  major: number;
  isSuper: boolean;
  exists: boolean;
}

function writeLocale({ collate, ctype, localeProvider, icuLocale }: DatabaseRecord, major: number): string[] {
  const lines = [`  LC_COLLATE ${quoteLiteral(collate)} LC_CTYPE ${quoteLiteral(ctype)}`];
  // Before 15 there was libc only, and no word for it.
  if (major < 15) return lines;
  if (localeProvider === 'icu') lines.push(`  LOCALE_PROVIDER icu ICU_LOCALE ${quoteLiteral(icuLocale ?? '')}`);
  else if (localeProvider === 'builtin') {
    lines.push(`  LOCALE_PROVIDER builtin BUILTIN_LOCALE ${quoteLiteral(icuLocale ?? 'C')}`);
  } else lines.push('  LOCALE_PROVIDER libc');
  return lines;
}

/**
 * Gives a loaded and checked database what its dump does not hold: owner, privileges, settings, connection limit; and
 * closes it until the swap opens it. May be repeated.
 * @throws Failure `refused` where a role is missing; `source` with the server's message.
 */
export async function finishStaged({ server, record, staged }: StagedOptions): Promise<void> {
  requireStagedName(staged);
  const maintenance = chooseMaintenanceDatabase();
  const items = readAcl(record);
  const missing = await findMissingRoles(server, listNeededRoles(record));
  if (missing.length > 0) {
    const message = `database "${record.database}" needs roles that ${server.label} does not have: ${missing.join(', ')}`;
    throw new Failure('refused', message, 'Create them (CREATE ROLE …), then run the restore again.');
  }
  const name = quoteIdentifier(staged);
  const statements = [
    'BEGIN;',
    `ALTER DATABASE ${name} OWNER TO ${quoteIdentifier(record.owner)};`,
    ...(items ? writeAclStatements(staged, record.owner, items) : []),
    ...writeSettingStatements(staged, record.settings),
    `ALTER DATABASE ${name} ALLOW_CONNECTIONS false CONNECTION LIMIT ${Math.max(-1, Math.trunc(record.connectionLimit))};`,
    'COMMIT;',
  ];
  await runStatements(server, maintenance, statements.join('\n'));
}

/** The roles without which a database cannot be as it was: its owner, who holds privileges, who has settings in it. */
export function listNeededRoles(record: DatabaseRecord): string[] {
  const holders = (readAcl(record) ?? []).flatMap(({ grantee, grantor }) => [grantee, grantor]);
  const roles = [record.owner, ...holders, ...record.settings.map(({ role }) => role)];
  return [...new Set(roles.filter((role) => role !== undefined))].sort();
}

/** Those of the roles that a server does not have. */
export async function findMissingRoles(server: PostgresServer, roles: readonly string[]): Promise<string[]> {
  if (roles.length === 0) return [];
  const values = roles.map((role) => `(${quoteLiteral(role)})`).join(', ');
  const select = `SELECT name FROM (VALUES ${values}) AS wanted (name)
    WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) ORDER BY name COLLATE "C"`;
  const options = { applicationName: restoreApplicationName };
  const rows = await queryRows<{ name: string }>(server, chooseMaintenanceDatabase(), select, options);
  return rows.map(({ name }) => name);
}

function readAcl(record: DatabaseRecord): AclItem[] | undefined {
  return record.acl?.map((text) => {
    const item = parseAclItem(text);
    if (item) return item;
    const message = `privileges of database "${record.database}" cannot be read: ${JSON.stringify(text)}`;
    throw new Failure('damaged', message, 'Restore another archive, or update this tool.');
  });
}

function requireStagedName(name: string): void {
  if (kindOfName(name) === 'new') return;
  throw new Failure(
    'refused',
    `"${name}" is no name for a database being restored`,
    'Use the name that the plan gave.',
  );
}
