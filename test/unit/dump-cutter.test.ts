import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { computeCrc32, crc32 } from '../../src/system/crc32.ts';
import { DumpCutter, cutting } from '../../src/sources/postgres/dump-cutter.ts';
import { joinEvents } from '../../src/sources/postgres/dump-events.ts';
import { DumpLexer } from '../../src/sources/postgres/dump-lexer.ts';

function cutDump(pieces: Iterable<Buffer>): Buffer[] {
  const cutter = new DumpCutter();
  const lexer = new DumpLexer(joinEvents(undefined, cutter));
  const chunks: Buffer[] = [];
  for (const piece of pieces) {
    cutter.add(piece);
    lexer.push(piece);
    chunks.push(...cutter.takeChunks());
  }
  return [...chunks, ...cutter.finish()];
}

function* split(bytes: Buffer, sizes: number[]): Generator<Buffer> {
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const size = sizes[turn % sizes.length] as number;
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

function writeRows(first: number, count: number): string[] {
  const write = (_: unknown, index: number) =>
    `${first + index}\t${createHash('sha256')
      .update(`${first + index}`)
      .digest('hex')
      .repeat(2)}`;
  return Array.from({ length: count }, write);
}

function writeDump(tables: Record<string, string[]>, key = 'KEY'): Buffer {
  const blocks = Object.entries(tables).map(
    ([name, rows]) => `COPY public.${name} (id, content) FROM stdin;\n${rows.map((row) => `${row}\n`).join('')}\\.\n\n`,
  );
  const text = `--\n-- PostgreSQL database dump\n--\n\n\\restrict ${key}\n\nSET x = 1;\n\n${blocks.join('\n')}--\n-- PostgreSQL database dump complete\n--\n\n\\unrestrict ${key}\n\n`;
  return Buffer.from(text);
}

/** Bytes of chunks that the other list does not hold. */
function countNewBytes(before: Buffer[], after: Buffer[]): number {
  const digest = (chunk: Buffer) => createHash('sha256').update(chunk).digest('hex');
  const known = new Set(before.map(digest));
  return after.filter((chunk) => !known.has(digest(chunk))).reduce((sum, chunk) => sum + chunk.length, 0);
}

const small = Object.fromEntries(
  Array.from({ length: 60 }, (_, index) => [`small_${index}`, writeRows(index * 1000, 40)]),
);
const rows = writeRows(0, 100_000);
const tables = { ...small, big: rows, last: writeRows(7, 5000) };
const plain = writeDump(tables);
const chunks = cutDump(split(plain, [65_536]));

describe('DumpCutter', () => {
  it('loses no byte and keeps the bounds', () => {
    expect(Buffer.concat(chunks).equals(plain)).toBe(true);
    const sizes = chunks.map((chunk) => chunk.length);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(cutting.maximum);
    expect(plain.length / chunks.length).toBeGreaterThan(100 * 1024);
  });

  it('cuts at the same places however the stream was split', () => {
    const expected = chunks.map((chunk) => chunk.length);
    const sizes = fc.array(fc.integer({ min: 1000, max: 300_000 }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(sizes, (all) => {
        expect(cutDump(split(plain, all)).map((chunk) => chunk.length)).toEqual(expected);
      }),
      { numRuns: 25 },
    );
  });

  it('brings one new chunk, or two, for one changed row', () => {
    const changed = writeDump({ ...tables, big: rows.with(50_000, 'changed') });
    expect(countNewBytes(chunks, cutDump([changed]))).toBeLessThan(3 * 1024 * 1024);
    expect(countNewBytes(chunks, cutDump([changed]))).toBeGreaterThan(0);
  });

  it('finds the old cuts again soon after rows or tables are put in near the start', () => {
    const moreRows = writeDump({ ...tables, big: [...writeRows(1e6, 100), ...rows] });
    expect(countNewBytes(chunks, cutDump([moreRows]))).toBeLessThan(3 * 1024 * 1024);
    const moreTables = writeDump({ small_new: writeRows(5e6, 300), ...tables });
    expect(countNewBytes(chunks, cutDump([moreTables]))).toBeLessThan(1024 * 1024);
  });

  it('keeps the random key in two small chunks', () => {
    const other = cutDump([writeDump(tables, 'OTHER')]);
    expect(other[0]?.toString()).toMatch(/\\restrict OTHER\n$/);
    expect(other.at(-1)?.toString()).toBe('\\unrestrict OTHER\n\n');
    expect(countNewBytes(chunks, other)).toBeLessThan(200);
  });

  it('cuts a row or a statement longer than a chunk at the maximum', () => {
    const long = writeDump({ wide: ['x'.repeat(9_000_000), 'y'] });
    const parts = cutDump(split(long, [65_536]));
    expect(Buffer.concat(parts).equals(long)).toBe(true);
    expect(parts.map((part) => part.length)).toContain(cutting.maximum);
    expect(cutDump([long]).map((part) => part.length)).toEqual(parts.map((part) => part.length));
  });
});

it('computes the same CRC with and without zlib, in one go or in parts', () => {
  expect(computeCrc32(Buffer.from('123456789'))).toBe(0xcbf43926);
  const both = fc.tuple(fc.uint8Array({ maxLength: 500 }), fc.nat(500));
  fc.assert(
    fc.property(both, ([bytes, at]) => {
      const expected = crc32(bytes);
      expect(computeCrc32(bytes)).toBe(expected);
      expect(computeCrc32(bytes.subarray(at), computeCrc32(bytes.subarray(0, at)))).toBe(expected);
    }),
  );
});
