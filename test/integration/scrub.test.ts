import { randomBytes } from 'node:crypto';
import { readFileSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { silent } from '../../src/logging/logger.ts';
import { openStore, type Store } from '../../src/vault/store/layout.ts';
import { appendDamage, readDamage } from '../../src/vault/store/damage.ts';
import { loadOwnHead } from '../../src/vault/store/own-records.ts';
import { readUpkeep } from '../../src/vault/upkeep/record.ts';
import { scrub, type ScrubResult } from '../../src/vault/upkeep/scrub.ts';
import type { VaultClient } from '../../src/vault/vault-client.ts';
import type { Night } from '../fixtures/assemble.ts';
import { flipByte } from '../fixtures/flip-byte.ts';
import { makeNightVault, nightName, type NightVault } from '../fixtures/vault-nights.ts';

const DAY_MS = 86_400_000;
const names = [nightName(-2), nightName(-1), nightName()] as const;

let vault: NightVault;
let client: VaultClient;
let store: Store;
let clockMs: number;
let nights: Night[];

beforeEach(async () => {
  vault = makeNightVault();
  client = await vault.open();
  nights = [];
  const files: Record<string, Buffer> = {};
  for (const [day, name] of names.entries()) {
    for (let number = 0; number < 6; number++) files[`uploads/${day}-${number}`] = randomBytes(70_000);
    const before = nights.at(-1);
    const night = await vault.build(
      name,
      files,
      before && { ...before, path: join(vault.directory, names[day - 1] ?? '') },
    );
    await vault.send(client, name, night);
    nights.push(night);
  }
  clockMs = Date.now() + 1000;
  store = await openStore({ directory: vault.directory, now: () => new Date(clockMs) });
});
afterEach(() => vault.remove());

const run = (withinDays = 30, readsAll = false): Promise<ScrubResult> => {
  clockMs += 1000;
  return scrub({ store, settings: { scrub: { withinDays } }, logger: silent, readsAll });
};
const oldestAgeDays = async (): Promise<number> => {
  const heads = await Promise.all(names.map((name) => loadOwnHead(store, name)));
  return (clockMs / 1000 - Math.min(...heads.map((head) => head?.oldest ?? 0))) / 86_400;
};

describe('113: scrub', () => {
  it('reads n/t each night and everything within t days, also where nights are missed and the hour differs', async () => {
    const withinDays = 6;
    const shares: number[] = [];
    const sleeps = [1, 1, 0.9, 1.1, 1, 1, 1, 3, 1, 0.5, 0.5, 1, 1, 7, 1, 1, 1];
    for (const days of sleeps) {
      clockMs += days * DAY_MS;
      const { bytes, totalBytes, isFine, isPastCache } = await run(withinDays);
      expect({ isFine, isPastCache }).toEqual({ isFine: true, isPastCache: true });
      shares.push(bytes / totalBytes);
      expect(await oldestAgeDays()).toBeLessThan(withinDays);
    }
    // An extent more or less: they are not cut.
    const usual = shares.slice(1, 7);
    expect(Math.max(...usual)).toBeLessThan(1 / withinDays + 0.15);
    expect(shares[13]).toBe(1);
  });

  it('notes down how it ended, and leaves nothing else behind', async () => {
    const before = readdirSync(store.private, { recursive: true, encoding: 'utf8' });
    const result = await run(30, true);
    expect(result).toMatchObject({ archives: 3, bytes: result.totalBytes, damagedArchives: [] });
    expect(result.extents).toBeGreaterThan(20);
    expect(Date.parse(result.allReadSince ?? '')).toBeGreaterThan(clockMs - 1001);
    expect(await readUpkeep(store)).toEqual([expect.objectContaining({ verb: 'scrub', isFine: true, faults: [] })]);
    const after = readdirSync(store.private, { recursive: true, encoding: 'utf8' });
    const added = after.filter((name) => !before.includes(name)).sort();
    expect(added).toEqual(['extents.lock', 'scrub.lock', 'upkeep', 'upkeep/scrub.json']);
  });

  it('makes the records that are missing or have rotted, and removes those of no archive', async () => {
    const records = join(store.private, 'extents');
    rmSync(join(records, names[0]));
    flipByte(join(records, names[1]), 3);
    flipByte(join(records, names[2]), 700);
    writeFileSync(join(records, nightName(-9)), 'what a killed removal left');
    expect(await run(30, true)).toMatchObject({ isFine: true, archives: 2 });
    // The head of the third looked well; what is behind it is believed no more.
    expect(readdirSync(records).sort()).toEqual(names.slice(0, 2));
    clockMs += 2000;
    const second = await run(30, true);
    expect(second).toMatchObject({ isFine: true, archives: 3, bytes: second.totalBytes });
    expect(readdirSync(records).sort()).toEqual([...names].sort());
  });

  it('names a damaged index, a missing file and one that was cut, and does not call extents damaged for it', async () => {
    const index = nights[0]?.extentBytes ?? 0;
    flipByte(join(vault.directory, names[0]), index + 300);
    truncateSync(join(vault.directory, names[1]), 4096);
    rmSync(join(vault.directory, names[2]));
    const { isFine, faults, damage, damagedArchives } = await run(30, true);
    expect({ isFine, damage, damagedArchives }).toEqual({ isFine: false, damage: [], damagedArchives: [] });
    expect(faults).toHaveLength(3);
    expect(faults.join('\n')).toMatch(new RegExp(`${names[0]}: the index is damaged`));
    expect(faults.join('\n')).toMatch(new RegExp(`${names[1]}: has 4096 bytes on disk`));
    expect(faults.join('\n')).toMatch(new RegExp(`${names[2]}: in the ledger, but not on disk`));
    expect((await client.hello()).newest).toBeUndefined();
  });

  it('names what is in a damaged extent and the nearest good archive, and stops its alarm when a good archive is there', async () => {
    flipByte(join(vault.directory, names[2]), 5000);
    const found = await run(30, true);
    expect(found).toMatchObject({
      isFine: false,
      damagedArchives: [{ name: names[2], extents: 1, isNew: true, nearestGood: names[1] }],
    });
    expect(found.faults).toEqual([expect.stringMatching(/1 extent \(uploads\/0-\d.*the nearest good archive is/)]);
    // The newest archive is still a damaged one: that is no day to be quiet.
    expect(await run(30, true)).toMatchObject({ isFine: false, damage: [], damagedArchives: [{ isNew: false }] });
    expect((await client.hello()).newest).toMatchObject({ name: names[2], barred: [found.damage[0]?.sha256] });
    // The disk was mended, and an administrator had the whole read again.
    flipByte(join(vault.directory, names[2]), 5000);
    expect(await client.verify(names[2], 'full')).toMatchObject({ isSound: true });
    expect((await client.hello()).newest).toEqual(
      expect.not.objectContaining({ barred: expect.anything() as unknown }),
    );
    expect(await run(30, true)).toMatchObject({ isFine: true, damagedArchives: [] });
  });

  it('goes on where a killed run found damage and came to nothing else', async () => {
    const head = await loadOwnHead(store, names[1]);
    flipByte(join(vault.directory, names[1]), 5000);
    const { damage } = await run(30, true);
    const [extent] = damage;
    if (!extent || !head) throw new Error('nothing was found');
    rmSync(join(store.private, 'damage.jsonl'));
    rmSync(join(store.private, 'verdicts', `${names[1]}.json`));
    await appendDamage(store, [extent]);
    await run(30, false);
    expect((await readDamage(store)).unsearched.size).toBe(0);
    const { archives } = await client.status();
    expect(archives.map(({ verdict }) => verdict?.isSound)).toEqual([undefined, false, undefined]);
    expect(readFileSync(join(store.private, 'damage.jsonl'), 'utf8')).toContain('searched');
  });

  it('lets nobody scrub beside it', async () => {
    const [one, other] = await Promise.allSettled([run(), run()]);
    const failed = [one, other].filter(({ status }) => status === 'rejected');
    expect(failed).toEqual([
      expect.objectContaining({ reason: expect.objectContaining({ kind: 'locked' }) as unknown }),
    ]);
  });
});
