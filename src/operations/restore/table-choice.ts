import type { DatabaseRecord, Manifest } from '../../archive/manifest.ts';
import { Failure } from '../../logging/failure.ts';
import { splitQualifiedName } from '../../sources/postgres/dump-statements.ts';
import { foldName, readQualifiedName, showIdentifier, tableKey } from '../../sources/postgres/table-name.ts';

/** A table that somebody asked for, before any archive was looked at. */
export interface AskedTable {
  text: string;
  /** Name of a source, or of a single dump; of two parts where a database is named. */
  source: string[];
  schema: string;
  table: string;
}

/** The same in an archive. */
export interface ChosenTable {
  text: string;
  key: string;
  record: DatabaseRecord;
  schema: string;
  table: string;
  rows: number;
}

const LONGEST_NAME_BYTES = 63;
const LONGEST_TEXT = 400;
const FORM =
  'Write SOURCE.SCHEMA.TABLE, such as app.public.portfolio; names with large letters, dots or spaces in double quotes.';

/**
 * Reads `app.public.portfolio`, or `odoo.school.public.res_users` where a source has several databases. Names are read as
 * PostgreSQL reads them: without quotes, large letters count as small ones.
 * @throws Failure `usage` for whatever can be no table.
 */
export function parseTables(texts: readonly string[]): AskedTable[] {
  return [...new Set(texts)].map(parseTable);
}

function parseTable(text: string): AskedTable {
  if (text.length > LONGEST_TEXT) throw refuse(text, 'it is too long');
  if (/\p{Cc}/u.test(text)) throw refuse(text, 'it holds a control character');
  if (/\p{Cs}/u.test(text)) throw refuse(text, 'it holds half a character');
  const parts = readQualifiedName(text);
  if (!parts) throw refuse(text, 'it has an empty part, a space, or a quote that is not closed');
  if (parts.length < 3 || parts.length > 4) throw refuse(text, `it has ${parts.length} parts`);
  const long = parts.find((part) => Buffer.byteLength(part.text) > LONGEST_NAME_BYTES);
  if (long) throw refuse(text, `no name has more than ${LONGEST_NAME_BYTES} bytes`);
  const [schema, table] = parts.slice(-2).map((part) => (part.isQuoted ? part.text : foldName(part.text))) as [
    string,
    string,
  ];
  return { text, source: parts.slice(0, -2).map((part) => part.text), schema, table };
}

function refuse(text: string, fault: string): Failure {
  return new Failure('usage', `${JSON.stringify(text.slice(0, 80))} is no table: ${fault}`, FORM);
}

/**
 * Finds the tables in an archive; one that was asked for in several spellings, once.
 * @throws Failure `usage` where it does not hold one, naming what is near.
 */
export function chooseTables(manifest: Manifest, asked: readonly AskedTable[]): ChosenTable[] {
  const chosen = asked.map((table) => chooseTable(manifest, table));
  return [...new Map(chosen.map((each) => [[each.key, each.schema, each.table].join('\0'), each])).values()];
}

function chooseTable(manifest: Manifest, { text, source, schema, table }: AskedTable): ChosenTable {
  const [key, record] = chooseDump(manifest, text, source);
  const names = Object.keys(record.fingerprints.tables);
  const found = names.find((name) => tableKey(name) === tableKey([schema, table]));
  if (found === undefined) {
    const near = findNear(
      `${schema}.${table}`,
      names.map((name) => splitQualifiedName(name).map(showIdentifier).join('.')),
    );
    const hint =
      near.length > 0
        ? `Near it: ${near.map((name) => `${key}.${name}`).join(', ')}.`
        : `diff and ls show what it holds.`;
    throw new Failure(
      'usage',
      `${manifest.name} holds no rows of ${JSON.stringify(`${schema}.${table}`)} in its dump of ${key}`,
      `${hint} A partitioned table has its rows in its partitions, and a view has none.`,
    );
  }
  return { text, key, record, schema, table, rows: record.fingerprints.tables[found]?.rows ?? 0 };
}

function chooseDump(manifest: Manifest, text: string, source: readonly string[]): [string, DatabaseRecord] {
  const all = Object.entries(manifest.databases);
  const [name = '', database] = source;
  const fits = all.filter(([key, record]) =>
    database === undefined
      ? key === name || record.source === name
      : record.source === name && (record.database === database || key === `${name}.${database}`),
  );
  const [first] = fits;
  if (first && fits.length === 1) return first;
  const shown = JSON.stringify(text.slice(0, 80));
  if (first) {
    const keys = fits.map(([key]) => key).join(', ');
    throw new Failure(
      'usage',
      `${shown} may be in several databases: ${keys}`,
      `Name one, such as ${first[0]}.public.TABLE.`,
    );
  }
  const keys = all.map(([key]) => key).join(', ');
  throw new Failure(
    'usage',
    `${manifest.name} holds no database for ${shown}`,
    keys === '' ? 'It holds none at all.' : `It holds ${keys}.`,
  );
}

/** Up to three names that are spelt nearly the same. */
function findNear(wanted: string, names: readonly string[]): string[] {
  const bare = (name: string): string => name.toLowerCase().replaceAll('"', '');
  const target = bare(wanted);
  const table = target.slice(target.indexOf('.') + 1);
  return names
    .map((name) => ({ name, distance: bare(name).endsWith(`.${table}`) ? 0 : countEdits(bare(name), target) }))
    .filter(({ distance }) => distance <= Math.max(2, target.length / 4))
    .sort((a, b) => a.distance - b.distance)
    .slice(0, 3)
    .map(({ name }) => name);
}

/** Letters to be added, left out or exchanged to make one text of another. */
function countEdits(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, place) => place);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] as number) + 1, (next[j - 1] as number) + 1));
    }
    row = next;
  }
  return row[b.length] as number;
}
