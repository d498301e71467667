import { Failure } from '../../logging/failure.ts';
import { quoteIdentifier, quoteLiteral } from './query.ts';
import { chooseMaintenanceDatabase, runStatements } from './restore-session.ts';
import { compareRoles } from './roles-compare.ts';
import { parseRoles, type DumpedRole, type Membership } from './roles-script.ts';
import type { PostgresServer } from './server.ts';

export interface CreatedRoles {
  created: string[];
  /** Roles that were there before, with what differs from the archive: untouched. */
  existing: { role: string; differences: string[] }[];
  /** Of the created: those that may log in but came without a password. */
  withoutPassword: string[];
  /** Memberships that would alter an existing role, as SQL, for people to decide. */
  memberships: string[];
}

/**
 * Creates the roles of a `pg_dumpall --roles-only` that a server lacks, with attributes, password verifiers, settings
 * and the memberships among them; never alters one that exists: a password rotated since stays. All or none.
 * @throws Failure `source` where the server refuses; no message holds a verifier.
 */
export async function createMissingRoles({
  server,
  globalsSql,
}: {
  server: PostgresServer;
  globalsSql: string;
}): Promise<CreatedRoles> {
  const dumped = parseRoles(globalsSql);
  const { missing, existing } = await compareRoles(server, dumped);
  const names = new Set(missing.map(({ name }) => name));
  const concerned = dumped.memberships.filter(({ group, member }) => names.has(group) || names.has(member));
  const among = concerned.filter(({ group, member }) => names.has(group) && names.has(member));
  if (missing.length > 0) {
    const statements = [...missing.flatMap(writeRole), ...among.map(writeMembership)];
    await createAll(server, statements);
  }
  return {
    created: [...names],
    existing,
    withoutPassword: missing
      .filter(({ flags, password }) => flags.includes('LOGIN') && password === undefined)
      .map(({ name }) => name),
    memberships: concerned.filter((membership) => !among.includes(membership)).map(writeMembership),
  };
}

async function createAll(server: PostgresServer, statements: string[]): Promise<void> {
  // Statements with verifiers are to be in no server log either; only superusers may say so.
  const quietly = `SELECT json_build_array(set_config('log_statement', 'none', true), set_config('log_min_error_statement', 'panic', true))
    FROM pg_roles WHERE rolname = current_user AND rolsuper;`;
  const sql = ['BEGIN;', quietly, ...statements, 'COMMIT;'].join('\n');
  try {
    await runStatements(server, chooseMaintenanceDatabase(), sql);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    // Not as its cause either: whoever prints causes must find no verifier.
    const message = `roles could not be created on ${server.label}: ${hideVerifiers(error.message)}`;
    throw new Failure(error.kind, message, 'Connect as a superuser, or create the missing roles by hand.');
  }
}

function writeRole({ name, flags, connectionLimit, password, validUntil, comment, settings }: DumpedRole): string[] {
  const role = quoteIdentifier(name);
  const options = [...flags];
  if (connectionLimit >= 0) options.push(`CONNECTION LIMIT ${Math.trunc(connectionLimit)}`);
  if (password !== undefined) options.push(`PASSWORD ${quoteLiteral(password)}`);
  if (validUntil !== undefined) options.push(`VALID UNTIL ${quoteLiteral(validUntil)}`);
  return [
    `CREATE ROLE ${role}${options.length > 0 ? ` WITH ${options.join(' ')}` : ''};`,
    ...settings.map(({ name: key, values }) => {
      return `ALTER ROLE ${role} SET ${quoteIdentifier(key)} TO ${values.map(quoteLiteral).join(', ')};`;
    }),
    ...(comment === undefined ? [] : [`COMMENT ON ROLE ${role} IS ${quoteLiteral(comment)};`]),
  ];
}

/** Without `GRANTED BY`: who granted it then may not exist, or not be allowed to any more. */
function writeMembership({ group, member, options }: Membership): string {
  const suffix = options.length > 0 ? ` WITH ${options.join(', ')}` : '';
  return `GRANT ${quoteIdentifier(group)} TO ${quoteIdentifier(member)}${suffix};`;
}

function hideVerifiers(text: string): string {
  return text.replace(/SCRAM-SHA-256\$[^'\s]*|md5[0-9a-f]{32}/g, '…');
}
