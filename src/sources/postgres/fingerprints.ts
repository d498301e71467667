import { createHash, type Hash } from 'node:crypto';

import type { Fingerprints, Place } from '../../archive/manifest.ts';
import { joinEvents } from './dump-events.ts';
import { DumpLexer } from './dump-lexer.ts';
import { decodeName, parseLargeObjectStep, parseSetval } from './dump-statements.ts';
import { tableKey } from './table-name.ts';

interface TakenTable {
  rows: number;
  hash: Hash;
  places: Place[];
}

/** Takes the fingerprints of a dump, and the places of its parts, from what the lexer finds in it. */
export class FingerprintTaker {
  readonly #tables = new Map<string, TakenTable>();
  readonly #sequences = new Map<string, { value: string; called: boolean }>();
  readonly #largeObjects = { count: 0, bytes: 0, hash: createHash('sha256') };
  #objectBytes = 0;
  #rowsHash: Hash | undefined;
  #encoding = 'UTF8';
  #blockAt = 0;
  /** Where the first block of rows begins, and where the last statement ended that brought content. */
  #headBytes: number | undefined;
  #contentEnd = 0;

  copyBegins(table: string, statementAt: number): void {
    // A table may have several blocks, where its partitions are loaded through their root.
    const known = this.#tables.get(table) ?? { rows: 0, hash: createHash('sha256'), places: [] };
    this.#tables.set(table, known);
    this.#rowsHash = known.hash;
    this.#blockAt = statementAt;
    this.#headBytes ??= statementAt;
  }

  copyRows(bytes: Buffer): void {
    this.#rowsHash?.update(bytes);
  }

  copyEnds(table: string, rows: number, at: number): void {
    this.#contentEnd = at;
    const known = this.#tables.get(table);
    if (!known) return;
    known.rows += rows;
    known.places.push({ offset: this.#blockAt, length: at - this.#blockAt });
  }

  statement(text: string, end: number): void {
    if (text.startsWith('SET client_encoding')) this.#encoding = /'(\w+)'/.exec(text)?.[1] ?? 'UTF8';
    if (!text.startsWith('SELECT pg_catalog.')) return;
    // Of these, there are some before the rows as well.
    if (/^SELECT pg_catalog\.(setval|lo)/.test(text)) this.#contentEnd = end;
    const found = parseSetval(text);
    if (found) {
      const name = decodeName(found.sequence, this.#encoding);
      this.#sequences.set(name, { value: found.value, called: found.called });
    } else this.#readLargeObject(text);
  }

  #readLargeObject(text: string): void {
    const found = parseLargeObjectStep(text);
    const { hash } = this.#largeObjects;
    if (found?.step === 'create') this.#largeObjects.count++;
    if (found?.step === 'open') {
      this.#objectBytes = 0;
      hash.update(`${found.oid}:`);
    }
    if (found?.step === 'write') {
      this.#objectBytes += found.content.length;
      hash.update(found.content);
    }
    if (found?.step !== 'close') return;
    // The length behind the content keeps one object's end from passing for the next one's beginning.
    hash.update(`:${this.#objectBytes}\n`);
    this.#largeObjects.bytes += this.#objectBytes;
  }

  /** The fingerprints of all that was seen; to be called once, at the end. */
  finish(): Fingerprints {
    const { count, bytes, hash } = this.#largeObjects;
    const headBytes = this.#headBytes;
    return {
      ...(headBytes === undefined ? {} : { structure: { headBytes, tailOffset: this.#contentEnd } }),
      tables: sortByName(this.#tables, ({ rows, hash: rowsHash, places }) => ({
        rows,
        sha256: rowsHash.digest('hex'),
        places,
      })),
      sequences: sortByName(this.#sequences, (sequence) => sequence),
      largeObjects: { count, bytes, sha256: hash.digest('hex') },
    };
  }
}

/** Reads a dump, in pieces of any size: its fingerprints, and whether it is whole (its trailer at the top level). */
export async function fingerprintDump(
  chunks: AsyncIterable<Buffer> | Iterable<Buffer>,
): Promise<{ fingerprints: Fingerprints; trailer: boolean }> {
  const taker = new FingerprintTaker();
  const lexer = new DumpLexer(joinEvents(taker));
  for await (const chunk of chunks) lexer.push(chunk);
  return { fingerprints: taker.finish(), trailer: lexer.complete };
}

/** What differs between two fingerprints, one line each, for people; empty where all is equal. Places are no matter. */
export function compareFingerprints(expected: Fingerprints, found: Fingerprints): string[] {
  const tables = compareByName(
    'table',
    expected.tables,
    found.tables,
    (table) => `${table.rows} rows`,
    (a, b) => {
      if (a.rows !== b.rows) return `${a.rows} rows expected, ${b.rows} found`;
      return a.sha256 === b.sha256 ? undefined : `${a.rows} rows as expected, but their content differs`;
    },
  );
  const describe = ({ value, called }: { value: string; called: boolean }) =>
    `${value}${called ? '' : ' (not used yet)'}`;
  const sequences = compareByName('sequence', expected.sequences, found.sequences, describe, (a, b) =>
    a.value === b.value && a.called === b.called ? undefined : `${describe(a)} expected, ${describe(b)} found`,
  );
  const [a, b] = [expected.largeObjects, found.largeObjects];
  const differences = [...tables, ...sequences];
  if (a.count !== b.count) differences.push(`large objects: ${a.count} expected, ${b.count} found`);
  else if (a.bytes !== b.bytes) differences.push(`large objects: ${a.bytes} bytes expected, ${b.bytes} found`);
  else if (a.sha256 !== b.sha256) differences.push(`large objects: ${a.count} as expected, but their content differs`);
  return differences;
}

/**
 * Fingerprints as found, without what may only be another way to write the same: tables with as many rows as expected
 * have the expected digest, and are named.
 */
export function overlookContent(
  expected: Fingerprints,
  found: Fingerprints,
): { fingerprints: Fingerprints; overlooked: string[] } {
  const wanted = new Map(Object.entries(expected.tables).map(([name, table]) => [tableKey(name), table]));
  const overlooked: string[] = [];
  const tables = Object.entries(found.tables).map(([name, table]) => {
    const other = wanted.get(tableKey(name));
    if (!other || other.rows !== table.rows || other.sha256 === table.sha256) return [name, table] as const;
    overlooked.push(name);
    return [name, other] as const;
  });
  return { fingerprints: { ...found, tables: Object.fromEntries(tables) }, overlooked };
}

function compareByName<T>(
  kind: string,
  expected: Record<string, T>,
  found: Record<string, T>,
  describe: (value: T) => string,
  compare: (a: T, b: T) => string | undefined,
): string[] {
  const index = (all: Record<string, T>) =>
    new Map(Object.entries(all).map(([name, value]) => [tableKey(name), { name, value }]));
  const [left, right] = [index(expected), index(found)];
  const differences: string[] = [];
  for (const [key, { name, value }] of left) {
    const other = right.get(key);
    const difference = other ? compare(value, other.value) : `missing (${describe(value)} expected)`;
    if (difference) differences.push(`${kind} ${name}: ${difference}`);
  }
  for (const [key, { name, value }] of right) {
    if (!left.has(key)) differences.push(`${kind} ${name}: not expected (${describe(value)} found)`);
  }
  return differences;
}

function sortByName<T, U>(all: Map<string, T>, map: (value: T) => U): Record<string, U> {
  const names = [...all.keys()].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  return Object.fromEntries(names.map((name) => [name, map(all.get(name) as T)]));
}
