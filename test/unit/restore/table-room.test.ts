import { expect, it } from '@jest/globals';
import type { DatabaseRecord } from '../../../src/archive/manifest.ts';
import { demandOfPart, demandOfTables, demandOfUndo } from '../../../src/operations/restore/table-room.ts';

const MEGABYTE = 1_000_000;
const record = {
  source: 'app',
  sizeBytes: 200 * MEGABYTE,
  fingerprints: {
    structure: { headBytes: 0, tailOffset: 200 * MEGABYTE },
    tables: { 'public.t': { rows: 1, sha256: '', places: [{ offset: 0, length: 100 * MEGABYTE }] } },
  },
} as unknown as DatabaseRecord;
const table = { schema: 'public', table: 't' };
const expected = (does: 'beside' | 'replace' | 'recreate', liveMegabytes: number, of = record): number =>
  demandOfTables('app', of, [{ ...table, does, liveBytes: liveMegabytes * MEGABYTE }]).expectedBytes / MEGABYTE;

it('rows that replace others need room for these, for both once more, and for what is staged', () => {
  expect(expected('beside', 1000)).toBe(300);
  // Staged, and in between, 150 each; the live table's copy; and its new rows, no smaller than it is.
  expect(expected('replace', 1000)).toBe(2300);
  expect(expected('replace', 0)).toBe(550);
  expect(expected('recreate', 0)).toBe(500);
});

it('of an archive that does not say where rows lie, the live table counts alone', () => {
  const { structure: _, ...fingerprints } = record.fingerprints;
  const older = { ...record, fingerprints };
  expect([expected('beside', 1000, older), expected('replace', 1000, older)]).toEqual([0, 2000]);
  expect(demandOfPart('app', older, [table]).expectedBytes).toBe(0);
});

it('an undo needs room for a copy of the live rows, and for the kept ones beside them', () => {
  expect(demandOfUndo('app', 30, 10)).toMatchObject({ expectedBytes: 40, leastBytes: 5 });
});

it('what may go into holes of the live table is not said to lack room', () => {
  const leastOf = (liveBytes: number): number =>
    demandOfTables('app', record, [{ ...table, does: 'replace', liveBytes }]).leastBytes;
  expect([leastOf(0), leastOf(1000 * MEGABYTE)]).toEqual([37.5 * MEGABYTE, 25 * MEGABYTE]);
  expect(demandOfUndo('app', 30, 60).leastBytes).toBe(0);
});
