import { quoteIdentifier } from './query.ts';

/** One entry of a database's privileges. */
export interface AclItem {
  /** Undefined: everybody. */
  grantee: string | undefined;
  privileges: { name: string; grantable: boolean }[];
  grantor: string;
}

const privilegeNames: Record<string, string> = { C: 'CREATE', T: 'TEMPORARY', c: 'CONNECT' };
const itemPattern = /^("(?:[^"]|"")*"|[^="/]*)=((?:[a-zA-Z]\*?)*)\/("(?:[^"]|"")*"|[^="/]+)$/;

/** Reads an `aclitem` as PostgreSQL writes it: `alice=Cc/owner`, `=Tc/owner`. Undefined where it is none. */
export function parseAclItem(text: string): AclItem | undefined {
  const found = itemPattern.exec(text);
  if (!found) return undefined;
  const [, grantee, letters, grantor] = found as unknown as [string, string, string, string];
  const privileges = [...letters.matchAll(/([a-zA-Z])(\*?)/g)].flatMap(([, letter, star]) => {
    const name = privilegeNames[letter as string];
    return name ? [{ name, grantable: star === '*' }] : [];
  });
  return { grantee: grantee === '' ? undefined : unquote(grantee), privileges, grantor: unquote(grantor) };
}

/**
 * The statements that give a database these privileges and no others. Those that somebody else than the owner passed
 * on come last, in the name of who did.
 */
export function writeAclStatements(database: string, owner: string, items: readonly AclItem[]): string[] {
  const on = `ON DATABASE ${quoteIdentifier(database)}`;
  const grant = ({ grantee, privileges }: AclItem) => {
    const to = grantee === undefined ? 'PUBLIC' : quoteIdentifier(grantee);
    return privileges.map(
      ({ name, grantable }) => `GRANT ${name} ${on} TO ${to}${grantable ? ' WITH GRANT OPTION' : ''};`,
    );
  };
  const passedOn = items.filter(({ grantor }) => grantor !== owner);
  return [
    `REVOKE ALL ${on} FROM PUBLIC, ${quoteIdentifier(owner)};`,
    ...items.filter(({ grantor }) => grantor === owner).flatMap(grant),
    ...passedOn.flatMap((item) => [`SET LOCAL ROLE ${quoteIdentifier(item.grantor)};`, ...grant(item), 'RESET ROLE;']),
  ];
}

function unquote(name: string): string {
  return name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name;
}
