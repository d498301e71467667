import { randomBytes } from 'node:crypto';
import {
  createWriteStream,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { acquireLock } from '../../src/system/lock.ts';
import { findExcess } from '../../src/vault/server/incoming-budget.ts';
import { guardPlanning } from '../../src/vault/store/guard-planning.ts';
import { lockPath, openStore } from '../../src/vault/store/layout.ts';
import { planArchive } from '../../src/vault/store/plan.ts';
import { receiveRecipe } from '../../src/vault/store/receive-recipe.ts';
import { makeNightVault, nightName, type NightVault } from '../fixtures/vault-nights.ts';

const today = nightName();
const HOUR_MS = 3_600_000;
const timezone = 'Europe/Paris';

describe('what a vault gives to its clients', () => {
  let vault: NightVault;
  beforeEach(() => {
    vault = makeNightVault();
  });
  afterEach(() => vault.remove());

  const nameAt = (hour: string): string => today.replace('.tar', `_${hour}-00-00.tar`);

  it('counts the seals of 24 hours by its own clock, and says when the next may be', async () => {
    let clockMs = Date.parse(`${today.slice(12, 22)}T12:00:00Z`);
    const client = await vault.open({
      dailyLimits: { seals: 2, newBytes: 1e12, timezone },
      now: () => new Date(clockMs),
    });
    for (const hour of ['01', '02']) {
      const night = await vault.build(nameAt(hour), { 'uploads/a': hour });
      await vault.send(client, nameAt(hour), night);
      clockMs += HOUR_MS;
    }
    const third = await vault.build(nameAt('03'), { 'uploads/a': 'third' });
    const seal = () => vault.send(client, nameAt('03'), third);
    const again = new Intl.DateTimeFormat('en-CA', {
      timeZone: timezone,
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    });
    await expect(seal()).rejects.toMatchObject({
      kind: 'refused',
      message: expect.stringContaining(`${again.format(clockMs - 2 * HOUR_MS)} ${timezone} on (budgets.seals-per-day)`),
    });
    // Set back by hours, the clock finds its seals in the future: they count as well.
    clockMs -= 10 * HOUR_MS;
    await expect(seal()).rejects.toMatchObject({ kind: 'refused' });
    clockMs += 10 * HOUR_MS + 22 * HOUR_MS;
    expect(await seal()).toMatchObject({ already: false });
  });

  it('counts what seals take of its disk in 24 hours', async () => {
    const client = await vault.open({ dailyLimits: { seals: 10, newBytes: 1_000_000, timezone } });
    const first = await vault.build(nameAt('01'), { 'uploads/a': randomBytes(700_000) });
    await vault.send(client, nameAt('01'), first);
    const second = await vault.build(nameAt('02'), { 'uploads/b': randomBytes(400_000) });
    await expect(vault.send(client, nameAt('02'), second)).rejects.toMatchObject({
      kind: 'refused',
      message: expect.stringMatching(
        /4\d\d kB of disk after 7\d\d kB .* no more than 1\.0 MB; possible again from .* \(budgets\.new-bytes-per-day\)/,
      ),
    });
    const huge = await vault.build(nameAt('03'), { 'uploads/c': randomBytes(1_100_000) });
    await expect(vault.send(client, nameAt('03'), huge)).rejects.toMatchObject({
      message: expect.stringContaining('no day has room for it'),
    });
    expect(await vault.send(client, nameAt('01'), first)).toMatchObject({ already: true });
  });

  it('looks at size, number and disk of what lies in the incoming area', () => {
    const folder = mkdtempSync(join(tmpdir(), 'continuity-budget-'));
    const budget = { incomingBytes: 10_000, incomingFiles: 2, reserveBytes: 0 };
    const look = (changes = {}) => findExcess(folder, { ...budget, ...changes });
    writeFileSync(join(folder, 'a'), 'x');
    expect(look()).toBeUndefined();
    expect(look({ incomingBytes: 4000 })).toContain('4.1 kB lie in the incoming area');
    expect(look({ reserveBytes: 1e18 })).toContain('budgets.reserve');
    truncateSync(join(folder, 'a'), 5e12);
    expect(look()).toContain('5.0 TB lie in the incoming area, and no more than 10 kB may (budgets.incoming)');
    truncateSync(join(folder, 'a'), 0);
    for (const name of ['b', 'c']) writeFileSync(join(folder, name), '');
    expect(look()).toContain('3 files lie in the incoming area, and no more than 2 may (budgets.incoming-files)');
    rmSync(folder, { recursive: true });
  });
});

describe('a recipe that was made to keep the vault busy', () => {
  let vault: NightVault;
  beforeEach(() => {
    vault = makeNightVault();
  });
  afterEach(() => vault.remove());

  /** A few kilobytes for each million of steps that do nothing. */
  const makeBomb = (millions: number): Buffer => {
    const steps = Buffer.from('{"skip":0}\n'.repeat(1_000_000));
    const head = gzipSync(`${JSON.stringify({ recipe: 1, segments: [] })}\n`);
    return Buffer.concat([head, ...Array<Buffer>(millions).fill(gzipSync(steps))]);
  };

  it('leaves the lock to upkeep while it is followed', async () => {
    const client = await vault.open();
    const path = join(vault.base, 'bomb');
    const file = createWriteStream(path);
    file.end(makeBomb(1));
    await once(file, 'close');
    expect(readFileSync(path).length).toBeLessThan(200_000);
    let isOver = false;
    const sealing = client.seal(today, path).catch((error: unknown) => error);
    void sealing.then(() => (isOver = true));
    await new Promise((resolve) => setTimeout(resolve, 500));
    const store = await openStore({ directory: vault.directory });
    const lock = await acquireLock(lockPath(store), { holder: 'prune', waitMs: 1000 });
    expect(isOver).toBe(false);
    lock.release();
    expect(await sealing).toMatchObject({ kind: expect.stringMatching(/refused|damaged/) });
    expect(readdirSync(join(vault.directory, '.vault', 'planning'))).toEqual([]);
  });

  it('is given up when its time is over, and when the disk runs out of its reserve', async () => {
    for (const [maximumMs, reserveBytes, kind] of [
      [300, 0, 'refused'],
      [60_000, 1e18, 'space'],
    ] as const) {
      const store = await openStore({ directory: vault.directory, reserveBytes });
      const steps = Readable.from([makeBomb(100)], { objectMode: false });
      const guard = guardPlanning(store, maximumMs);
      const planned = planArchive(
        steps,
        join(store.planning, 'x.index'),
        () => Promise.reject(new Error('no base')),
        guard.signal,
      );
      await expect(planned).rejects.toMatchObject({ kind });
      guard.stop();
      expect(readdirSync(store.planning)).toEqual([]);
    }
  });

  it('is not even received where the disk has no room beside its reserve', async () => {
    const store = await openStore({ directory: vault.directory, reserveBytes: 1e18 });
    const endless = async function* (): AsyncGenerator<Buffer> {
      for (let sent = 0; sent < 64; sent++) yield Buffer.alloc(1024 * 1024);
    };
    await expect(receiveRecipe(store, endless())).rejects.toMatchObject({ kind: 'space' });
    expect(readdirSync(store.assembly)).toEqual([]);
  });
});
