import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { listBarred } from '../../../src/vault/store/barred.ts';
import { MAX_BARRED_EXTENTS, appendDamage, clearDamage, readDamage } from '../../../src/vault/store/damage.ts';
import { damagePath, openStore, type Store } from '../../../src/vault/store/layout.ts';
import { readVerdict, recordVerdict } from '../../../src/vault/store/verdicts.ts';
import type { Verdict } from '../../../src/vault/vault-client.ts';

const name = 'backup_full_2026-01-31.tar.gz';
const index = 'a'.repeat(64);
let store: Store;
beforeEach(async () => {
  store = await openStore({ directory: mkdtempSync(join(tmpdir(), 'continuity-damage-')) });
});
afterEach(() => rmSync(store.directory, { recursive: true }));

const extent = (offset: number, changes: object = {}) => {
  const sha256 = String(offset).padStart(64, '0');
  return { archive: name, index, offset, length: 4096, sha256, found: '', by: 'scrub', what: 'x', ...changes } as const;
};

describe('the record of damaged extents', () => {
  it('has each extent once, and knows which digests nobody has looked for yet', async () => {
    await appendDamage(store, [extent(0), extent(4096)]);
    await appendDamage(store, [extent(0), { searched: extent(0).sha256 }]);
    await appendDamage(store, [extent(8192, { by: 'search' })]);
    const { extents, unsearched } = await readDamage(store);
    expect(extents.map(({ offset }) => offset)).toEqual([0, 4096, 8192]);
    expect([...unsearched]).toEqual([extent(4096).sha256]);
    expect(listBarred({ extents, unsearched }, name, index)).toHaveLength(3);
    expect(listBarred({ extents, unsearched }, name, 'b'.repeat(64))).toEqual([]);
  });

  it('is not harmed by a line that a crash cut, wherever that was', async () => {
    await appendDamage(store, [extent(0)]);
    const whole = readFileSync(damagePath(store));
    for (let length = 0; length < whole.length; length += 7) {
      writeFileSync(damagePath(store), whole);
      appendFileSync(damagePath(store), whole.subarray(0, length));
      await appendDamage(store, [extent(4096)]);
      expect((await readDamage(store)).extents.map(({ offset }) => offset)).toEqual([0, 4096]);
    }
  });

  it('forgets an archive that was found sound', async () => {
    await appendDamage(store, [extent(0), extent(0, { archive: 'backup_full_2026-01-30.tar.gz' })]);
    await clearDamage(store, name, index);
    expect((await readDamage(store)).extents.map(({ archive }) => archive)).toEqual(['backup_full_2026-01-30.tar.gz']);
    await clearDamage(store, name, index);
    expect(readFileSync(damagePath(store), 'utf8').match(/cleared/g)).toHaveLength(1);
  });

  it('says of an archive with too many that nothing is to be built upon it', async () => {
    await appendDamage(
      store,
      Array.from({ length: MAX_BARRED_EXTENTS + 1 }, (_, at) => extent(at * 4096)),
    );
    expect(listBarred(await readDamage(store), name, index)).toBeUndefined();
  });
});

describe('a verdict of a scrub', () => {
  const verdict = (changes: Partial<Verdict>): Verdict => ({
    name,
    index,
    level: 'scrub',
    isSound: false,
    isExtentsOnly: true,
    damage: [{ where: 'uploads/a', what: 'x' }],
    checked: { extents: 1, entries: 0, bytes: 4096, databases: [], tables: 0 },
    time: '2026-01-31T03:00:00.000Z',
    ...changes,
  });
  const sound = { isSound: true, isExtentsOnly: false, damage: [] };

  it('is added to what was known, and takes nothing back of it', async () => {
    await recordVerdict(store, verdict({}));
    await recordVerdict(store, verdict({ damage: [{ where: 'uploads/b', what: 'y' }] }));
    expect(await readVerdict(store, name, index)).toMatchObject({
      level: 'scrub',
      isExtentsOnly: true,
      damage: [{ where: 'uploads/a' }, { where: 'uploads/b' }],
    });
    await recordVerdict(
      store,
      verdict({ level: 'full', isExtentsOnly: false, damage: [{ where: 'db/a', what: 'z' }] }),
    );
    await recordVerdict(store, verdict({}));
    const said = await readVerdict(store, name, index);
    expect(said).toMatchObject({ level: 'full', damage: [{ where: 'db/a' }, { where: 'uploads/a' }] });
    expect(said?.isExtentsOnly).toBeUndefined();
  });

  it('is taken back by a full verification, not by a quick look', async () => {
    await recordVerdict(store, verdict({}));
    await recordVerdict(store, verdict({ ...sound, level: 'seal' }));
    expect(await readVerdict(store, name, index)).toMatchObject({ isSound: false });
    await recordVerdict(store, verdict({ ...sound, level: 'full' }));
    expect(await readVerdict(store, name, index)).toMatchObject({ isSound: true });
    await recordVerdict(store, verdict({}));
    expect(await readVerdict(store, name, index)).toMatchObject({ isSound: false, isExtentsOnly: true });
  });
});
