import { expect, it } from '@jest/globals';
import type { Platform } from '../../../src/operations/platform.ts';
import { findLater, findThrough } from '../../../src/operations/restore/find-later.ts';
import type { KeptRecord, Undone } from '../../../src/operations/restore/kept.ts';

// Of files and tables alone: no server is asked for anything.
const platform = {} as Platform;
const folder = { source: 'uploads', root: '/srv/uploads', kept: '/srv/uploads/.continuity-kept-x' };
const base = { archive: 'a.tar.gz', databases: [], files: [] };

function record(second: number, parts: Partial<KeptRecord> = { files: [folder] }): KeptRecord {
  const since = `2026-01-31T04:00:0${second}.000Z`;
  return { ...base, id: `2026013104000${second}-000000`, since, ...parts };
}

function undoOf({ id, since, undoes }: KeptRecord, second: number): KeptRecord {
  const undone: Undone = { id, since, ...(undoes ? { undoes } : {}) };
  return record(second, { files: [folder], undoes: undone });
}

it("an undo of a later restore is in nobody's way, the undo of that undo is, and so on", async () => {
  const first = record(1);
  let newest = record(2);
  const found = [];
  for (let second = 3; second < 7; second++) {
    found.push((await findLater(platform, first, [first, newest]))?.id === newest.id);
    newest = undoOf(newest, second);
  }
  expect(found).toEqual([true, false, true, false]);
});

it("one that was reverted is in nobody's way, and nobody in its way to be forgotten", async () => {
  const older = record(1);
  const reverted = record(2, { files: [folder], isReverted: true });
  expect(await findLater(platform, older, [older, reverted])).toBeUndefined();
  expect(await findThrough(platform, reverted, [older])).toBeUndefined();
  // What it keeps is older than what a restore after it has put in place.
  const newer = record(3);
  expect(await findLater(platform, reverted, [older, reverted, newer])).toBe(newer);
});

it('an older restore of the same folder, or a newer one of the database around a table, cannot do without a record', async () => {
  const [older, newer] = [record(1), record(2)];
  expect(await findThrough(platform, newer, [older])).toBe(older);
  expect(await findThrough(platform, older, [newer])).toBeUndefined();
  expect(await findThrough(platform, undoOf(newer, 3), [older])).toBeUndefined();
  const table = { source: 'app', database: 'd', schema: 'public', table: 't', kept: 'continuity_kept_t' };
  const ofTable = record(3, { tables: [table] });
  const ofDatabase = record(4, { databases: [{ source: 'app', live: 'd' }] });
  expect(await findThrough(platform, ofTable, [ofDatabase])).toBe(ofDatabase);
  expect(await findThrough(platform, ofDatabase, [ofTable])).toBeUndefined();
});
