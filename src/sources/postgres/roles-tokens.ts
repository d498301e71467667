export type SqlToken = { kind: 'word' | 'name' | 'text' | 'number' | 'symbol'; value: string };

const pattern =
  /\s+|--[^\n]*|(?<name>"(?:[^"]|"")*")|(?<escaped>[eE]'(?:[^'\\]|''|\\[^])*')|(?<text>'(?:[^']|'')*')|(?<number>-?\d+)|(?<word>[A-Za-z_\u0080-\u{10ffff}][\w$\u0080-\u{10ffff}]*)|(?<symbol>[^])/uy;

/**
 * Divides the SQL of a dump of roles into statements of tokens, without their semicolons; words in lower case, names
 * and texts without their quotes. Lines of psql's own (`\restrict`) are left out.
 */
export function tokenizeStatements(sql: string): SqlToken[][] {
  const text = sql.replace(/^\\(?:un)?restrict \w+$/gm, '');
  const statements: SqlToken[][] = [];
  let current: SqlToken[] = [];
  pattern.lastIndex = 0;
  for (let found = pattern.exec(text); found && found[0] !== ''; found = pattern.exec(text)) {
    const token = readToken(found.groups ?? {});
    if (!token) continue;
    if (token.kind !== 'symbol' || token.value !== ';') current.push(token);
    else {
      statements.push(current);
      current = [];
    }
  }
  return statements;
}

function readToken({ name, escaped, text, number, word, symbol }: Record<string, string | undefined>) {
  const token = (kind: SqlToken['kind'], value: string): SqlToken => ({ kind, value });
  if (name !== undefined) return token('name', name.slice(1, -1).replaceAll('""', '"'));
  // pg_dumpall escapes nothing but quotes and backslashes.
  if (escaped !== undefined)
    return token(
      'text',
      escaped
        .slice(2, -1)
        .replaceAll("''", "'")
        .replace(/\\([^])/g, '$1'),
    );
  if (text !== undefined) return token('text', text.slice(1, -1).replaceAll("''", "'"));
  if (number !== undefined) return token('number', number);
  if (word !== undefined) return token('word', word.toLowerCase());
  return symbol === undefined ? undefined : token('symbol', symbol);
}
