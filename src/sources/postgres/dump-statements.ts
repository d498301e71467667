/** The statements of pg_dump's plain output that fingerprints are taken from; all texts hold bytes as latin1 characters. */

const name = '(?:"(?:[^"]|"")*"|[^\\s".(]+)';
const qualifiedName = `${name}(?:\\.${name})?`;
const copyPattern = new RegExp(`^COPY (${qualifiedName}) [^]*FROM stdin;$`);
const foreignKeyPattern = new RegExp(
  `^ALTER TABLE (?:ONLY )?(${qualifiedName})\\s+ADD CONSTRAINT (${name}) FOREIGN KEY \\([^]*\\) REFERENCES (${qualifiedName})\\(`,
);
const setvalPattern = /^SELECT pg_catalog\.setval\('((?:[^']|'')*)', (-?\d+), (true|false)\);$/;
const largeObjectPattern = /^SELECT pg_catalog\.lo_(create|open|close)\('?(\d+)'?/;
const writePattern = /^SELECT pg_catalog\.lowrite\(0, '\\{1,2}x([0-9a-f]*)'\);$/;

/** The table of a `COPY … FROM stdin;`, as written. */
export function parseCopyTable(text: string): string | undefined {
  return text.startsWith('COPY ') ? copyPattern.exec(text)?.[1] : undefined;
}

export interface ForeignKey {
  /** All as written; the statement adds the constraint to the table. */
  table: string;
  constraint: string;
  references: string;
  statement: string;
}

/** The foreign key that a statement adds. */
export function parseForeignKey(statement: string): ForeignKey | undefined {
  const found = statement.startsWith('ALTER TABLE ') ? foreignKeyPattern.exec(statement) : null;
  if (!found) return undefined;
  const [, table, constraint, references] = found as unknown as [string, string, string, string];
  return { table, constraint, references, statement };
}

export interface SequenceValue {
  sequence: string;
  /** Text, since it may exceed what a number holds. */
  value: string;
  called: boolean;
}

export function parseSetval(text: string): SequenceValue | undefined {
  const found = setvalPattern.exec(text);
  if (!found) return undefined;
  return {
    sequence: (found[1] as string).replaceAll("''", "'"),
    value: found[2] as string,
    called: found[3] === 'true',
  };
}

export type LargeObjectStep =
  { step: 'create' | 'open'; oid: string } | { step: 'write'; content: Buffer } | { step: 'close' };

export function parseLargeObjectStep(text: string): LargeObjectStep | undefined {
  if (!text.startsWith('SELECT pg_catalog.lo')) return undefined;
  const written = writePattern.exec(text);
  if (written) return { step: 'write', content: Buffer.from(written[1] as string, 'hex') };
  const found = largeObjectPattern.exec(text);
  if (!found) return undefined;
  return found[1] === 'close' ? { step: 'close' } : { step: found[1] as 'create' | 'open', oid: found[2] as string };
}

/** The parts of a qualified name without their quotes: `public."Été"` gives `['public', 'Été']`. */
export function splitQualifiedName(text: string): string[] {
  const parts = text.match(/"(?:[^"]|"")*"|[^".]+/g) ?? [];
  return parts.map((part) => (part.startsWith('"') ? part.slice(1, -1).replaceAll('""', '"') : part));
}

/**
 * A name of the dump as text: its bytes in the dump's encoding (`SET client_encoding`). SQL_ASCII, or bytes that do
 * not fit: UTF-8 where they are valid, else latin1.
 */
export function decodeName(text: string, encoding: string): string {
  if (/^[\x00-\x7f]*$/.test(text)) return text;
  const bytes = Buffer.from(text, 'latin1');
  for (const label of [nameEncoding(encoding), 'utf-8']) {
    try {
      return new TextDecoder(label, { fatal: true, ignoreBOM: true }).decode(bytes);
    } catch {
      // Not this one: the label is unknown here, or the bytes do not fit.
    }
  }
  return text;
}

/** PostgreSQL's name of an encoding as the WHATWG calls it. */
function nameEncoding(encoding: string): string {
  const latin = /^LATIN(\d+)$/.exec(encoding)?.[1];
  const parts: Record<string, number> = { 5: 9, 6: 10, 7: 13, 8: 14, 9: 15, 10: 16 };
  if (latin) return `iso-8859-${parts[latin] ?? latin}`;
  const windows = /^WIN(\d+)$/.exec(encoding)?.[1];
  if (windows) return windows === '866' ? 'ibm866' : `windows-${windows}`;
  const others: Record<string, string> = { UTF8: 'utf-8', KOI8R: 'koi8-r', KOI8U: 'koi8-u', SQL_ASCII: 'utf-8' };
  return others[encoding] ?? encoding.toLowerCase().replaceAll('_', '-');
}
