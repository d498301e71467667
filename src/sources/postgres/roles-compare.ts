import { queryRows, quoteLiteral } from './query.ts';
import { chooseMaintenanceDatabase, restoreApplicationName } from './restore-session.ts';
import type { DumpedRole, DumpedRoles } from './roles-script.ts';
import type { PostgresServer } from './server.ts';

export interface ComparedRoles {
  /** Defined in the dump, and not on the server. */
  missing: DumpedRole[];
  /** On the server already, and what differs there; passwords are not compared. */
  existing: { role: string; differences: string[] }[];
}

interface LiveRole {
  name: string;
  flags: string[];
  connectionLimit: number;
  /** Compared by the server: there is more than one way to write a time. */
  sameValidity: boolean;
  validUntil: string | null;
  groups: string[];
}

/** Compares the roles of a dump with those of a server. Reads only. @throws Failure `source` */
export async function compareRoles(server: PostgresServer, dumped: DumpedRoles): Promise<ComparedRoles> {
  const roles = [...dumped.roles.values()];
  const live = new Map((await readLiveRoles(server, roles)).map((role) => [role.name, role]));
  const existing = roles.flatMap((role) => {
    const found = live.get(role.name);
    if (!found) return [];
    const groups = dumped.memberships.filter(({ member }) => member === role.name).map(({ group }) => group);
    return [{ role: role.name, differences: [...compareRole(role, found), ...compareGroups(groups, found.groups)] }];
  });
  return { missing: roles.filter(({ name }) => !live.has(name)), existing };
}

async function readLiveRoles(server: PostgresServer, roles: DumpedRole[]): Promise<LiveRole[]> {
  if (roles.length === 0) return [];
  const flag = (column: string, word: string) => `CASE WHEN r.${column} THEN '${word}' ELSE 'NO${word}' END`;
  const values = roles.map(({ name, validUntil }) => {
    const time = validUntil === undefined ? 'NULL' : quoteLiteral(validUntil);
    return `(${quoteLiteral(name)}, ${time}::timestamptz)`;
  });
  const select = `SELECT r.rolname AS name, r.rolconnlimit AS "connectionLimit", r.rolvaliduntil::text AS "validUntil",
    coalesce(r.rolvaliduntil, 'infinity') = coalesce(wanted.until, 'infinity') AS "sameValidity",
    json_build_array(${flag('rolsuper', 'SUPERUSER')}, ${flag('rolinherit', 'INHERIT')}, ${flag('rolcreaterole', 'CREATEROLE')},
      ${flag('rolcreatedb', 'CREATEDB')}, ${flag('rolcanlogin', 'LOGIN')}, ${flag('rolreplication', 'REPLICATION')},
      ${flag('rolbypassrls', 'BYPASSRLS')}) AS flags,
    coalesce((SELECT json_agg(DISTINCT g.rolname) FROM pg_auth_members m JOIN pg_roles g ON g.oid = m.roleid
              WHERE m.member = r.oid), '[]') AS groups
  FROM pg_roles r JOIN (VALUES ${values.join(', ')}) AS wanted (name, until) ON wanted.name = r.rolname`;
  return queryRows<LiveRole>(server, chooseMaintenanceDatabase(), select, { applicationName: restoreApplicationName });
}

function compareRole(dumped: DumpedRole, live: LiveRole): string[] {
  const differences: string[] = [];
  const gained = live.flags.filter((flag) => dumped.flags.includes(oppositeOf(flag)));
  for (const flag of gained) differences.push(`${oppositeOf(flag)} in the archive, ${flag} here`);
  if (dumped.connectionLimit !== live.connectionLimit) {
    const describe = (limit: number) => (limit < 0 ? 'none' : String(limit));
    differences.push(
      `connection limit ${describe(dumped.connectionLimit)} in the archive, ${describe(live.connectionLimit)} here`,
    );
  }
  if (!live.sameValidity) {
    const [then, now] = [dumped.validUntil ?? 'for ever', live.validUntil ?? 'for ever'];
    differences.push(`valid until ${then} in the archive, ${now} here`);
  }
  return differences;
}

function compareGroups(dumped: string[], live: string[]): string[] {
  const lost = [...new Set(dumped)].filter((group) => !live.includes(group));
  const gained = live.filter((group) => !dumped.includes(group));
  return [
    ...lost.map((group) => `member of ${group} in the archive, not here`),
    ...gained.map((group) => `member of ${group} here, not in the archive`),
  ];
}

function oppositeOf(flag: string): string {
  return flag.startsWith('NO') ? flag.slice(2) : `NO${flag}`;
}
