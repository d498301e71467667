import { tokenizeStatements, type SqlToken } from './roles-tokens.ts';

/** Statements of a dump that name roles begin with one of these. */
const STARTS = ['GRANT ', 'REVOKE ', 'ALTER ', 'CREATE POLICY ', 'CREATE SCHEMA ', 'CREATE USER MAPPING ', 'SET '];
const NAMES_ROLES = /\b(?:OWNER TO|TO|FROM|ROLE|AUTHORIZATION|MAPPING FOR)\b/;
/** Words where a role's name could stand that are none. */
const NO_ROLES = new Set(['public', 'current_user', 'session_user', 'current_role', 'default']);

/**
 * Finds the roles without which a dump cannot be loaded: owners of what it makes, and whoever it gives privileges to.
 * Roles of PostgreSQL's own (`pg_…`) are left aside: nobody creates them.
 */
export class RoleFinder {
  readonly #roles = new Set<string>();
  readonly #owned = new Map<string, number>();

  /** Whether a statement may name a role; bytes as latin1 characters, or text. */
  static concerns(statement: string): boolean {
    return STARTS.some((start) => statement.startsWith(start)) && NAMES_ROLES.test(statement);
  }

  read(statement: string): void {
    for (const tokens of tokenizeStatements(statement)) this.#readTokens(tokens);
  }

  finish(): { roles: string[]; owner?: string } {
    const [first] = [...this.#owned].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
    return { roles: [...this.#roles].sort(), ...(first ? { owner: first[0] } : {}) };
  }

  #readTokens(tokens: readonly SqlToken[]): void {
    const words = tokens.map(({ kind, value }) => (kind === 'word' ? value : kind === 'symbol' ? value : ''));
    const [first, second] = words;
    if (first === 'alter' && second === 'default' && words[2] === 'privileges') {
      this.#takeBehind(tokens, words, ['for', 'role']);
      this.#takeLast(tokens, words, words.includes('revoke') ? 'from' : 'to');
    } else if (first === 'alter') this.#noteOwner(this.#takeBehind(tokens, words, ['owner', 'to']));
    else if (first === 'grant') this.#takeLast(tokens, words, 'to');
    else if (first === 'revoke') this.#takeLast(tokens, words, 'from');
    else if (second === 'policy') this.#takeBehind(tokens, words, ['to']);
    else if (second === 'user') this.#takeBehind(tokens, words, ['mapping', 'for']);
    else if (second === 'session') this.#noteOwner(this.#takeBehind(tokens, words, ['authorization']));
    else if (second === 'schema') this.#takeBehind(tokens, words, ['authorization']);
  }

  #noteOwner(owner: string | undefined): void {
    if (owner !== undefined) this.#owned.set(owner, (this.#owned.get(owner) ?? 0) + 1);
  }

  /** The names behind the first place where these words stand; the first of them. */
  #takeBehind(tokens: readonly SqlToken[], words: readonly string[], wanted: readonly string[]): string | undefined {
    const at = words.findIndex((_, place) => wanted.every((word, step) => words[place + step] === word));
    return at === -1 ? undefined : this.#takeList(tokens, at + wanted.length);
  }

  /** The names behind the last of a word: names of tables and columns come before. */
  #takeLast(tokens: readonly SqlToken[], words: readonly string[], word: string): void {
    const at = words.lastIndexOf(word);
    if (at !== -1) this.#takeList(tokens, at + 1);
  }

  #takeList(tokens: readonly SqlToken[], from: number): string | undefined {
    let first: string | undefined;
    for (let at = from; ; at += 2) {
      const token = tokens[at];
      if (!token || token.kind === 'number' || token.kind === 'symbol') return first;
      const { kind, value } = token;
      const isRole = value !== '' && !value.startsWith('pg_') && !(kind === 'word' && NO_ROLES.has(value));
      if (isRole) {
        this.#roles.add(value);
        first ??= value;
      }
      if (tokens[at + 1]?.value !== ',' || tokens[at + 1]?.kind !== 'symbol') return first;
    }
  }
}
