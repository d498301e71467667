import { tokenizeStatements, type SqlToken } from './roles-tokens.ts';

/** A role as a dump of roles defines it. */
export interface DumpedRole {
  name: string;
  /** `SUPERUSER`, `NOLOGIN`, … as written, in upper case. */
  flags: string[];
  connectionLimit: number;
  /** Password verifier: never to be shown. */
  password?: string;
  validUntil?: string;
  comment?: string;
  /** `ALTER ROLE … SET`: name and values. */
  settings: { name: string; values: string[] }[];
}

export interface Membership {
  group: string;
  member: string;
  /** `ADMIN OPTION`, and from PostgreSQL 16 on `INHERIT TRUE`, `SET FALSE`. */
  options: string[];
}

export interface DumpedRoles {
  roles: Map<string, DumpedRole>;
  memberships: Membership[];
}

const flags = /^(no)?(superuser|inherit|createrole|createdb|login|replication|bypassrls)$/;

/**
 * Reads what `pg_dumpall --roles-only` writes. Only what is understood is taken: nothing of the text itself is ever
 * run, so that a forged dump can define roles, and nothing else.
 */
export function parseRoles(sql: string): DumpedRoles {
  const found: DumpedRoles = { roles: new Map(), memberships: [] };
  for (const statement of tokenizeStatements(sql)) {
    const reader = new TokenReader(statement);
    if (reader.takeWords('create', 'role')) readCreation(reader, found);
    else if (reader.takeWords('alter', 'role')) readAlteration(reader, found);
    else if (reader.takeWords('comment', 'on', 'role')) readComment(reader, found);
    else if (reader.takeWords('grant')) readMembership(reader, found);
  }
  return found;
}

function readCreation(reader: TokenReader, { roles }: DumpedRoles): void {
  const name = reader.takeName();
  if (name !== undefined) roles.set(name, { name, flags: [], connectionLimit: -1, settings: [] });
}

function readAlteration(reader: TokenReader, { roles }: DumpedRoles): void {
  const role = roles.get(reader.takeName() ?? '');
  if (!role) return;
  if (reader.takeWords('set')) {
    const name = reader.takeName();
    if (name === undefined || !(reader.takeWords('to') || reader.takeSymbol('='))) return;
    const values: string[] = [];
    do values.push(reader.take()?.value ?? '');
    while (reader.takeSymbol(','));
    role.settings.push({ name, values });
    return;
  }
  reader.takeWords('with');
  for (let token = reader.take(); token; token = reader.take()) {
    if (token.kind !== 'word') continue;
    if (flags.test(token.value)) role.flags.push(token.value.toUpperCase());
    else if (token.value === 'connection' && reader.takeWords('limit')) {
      role.connectionLimit = Number(reader.take()?.value);
    } else if (token.value === 'password') role.password = reader.take()?.value ?? '';
    else if (token.value === 'valid' && reader.takeWords('until')) role.validUntil = reader.take()?.value ?? '';
  }
}

function readComment(reader: TokenReader, { roles }: DumpedRoles): void {
  const role = roles.get(reader.takeName() ?? '');
  if (role && reader.takeWords('is')) role.comment = reader.take()?.value ?? '';
}

function readMembership(reader: TokenReader, { memberships }: DumpedRoles): void {
  const group = reader.takeName();
  if (group === undefined || !reader.takeWords('to')) return;
  const member = reader.takeName();
  if (member === undefined) return;
  const options: string[] = [];
  if (reader.takeWords('with')) {
    do {
      const [option, value] = [reader.take()?.value ?? '', reader.take()?.value ?? ''];
      if (/^(admin|inherit|set)$/.test(option) && /^(option|true|false)$/.test(value)) {
        options.push(`${option} ${value}`.toUpperCase());
      }
    } while (reader.takeSymbol(','));
  }
  memberships.push({ group, member, options });
}

class TokenReader {
  readonly #tokens: SqlToken[];
  #at = 0;

  constructor(tokens: SqlToken[]) {
    this.#tokens = tokens;
  }

  take(): SqlToken | undefined {
    return this.#tokens[this.#at++];
  }

  takeWords(...words: string[]): boolean {
    const fits = words.every((word, index) => this.#is(index, 'word', word));
    if (fits) this.#at += words.length;
    return fits;
  }

  takeSymbol(symbol: string): boolean {
    const fits = this.#is(0, 'symbol', symbol);
    if (fits) this.#at++;
    return fits;
  }

  takeName(): string | undefined {
    const token = this.#tokens[this.#at];
    if (token?.kind !== 'name' && token?.kind !== 'word') return undefined;
    this.#at++;
    return token.value;
  }

  #is(offset: number, kind: SqlToken['kind'], value: string): boolean {
    const token = this.#tokens[this.#at + offset];
    return token?.kind === kind && token.value === value;
  }
}
