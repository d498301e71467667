import { chmodSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { silent } from '../../src/logging/logger.ts';
import { acquireLock } from '../../src/system/lock.ts';
import { lockPath } from '../../src/vault/store/layout.ts';
import { readLedger } from '../../src/vault/store/ledger.ts';
import { prune, type PruneOptions } from '../../src/vault/upkeep/prune.ts';
import { readUpkeep } from '../../src/vault/upkeep/record.ts';
import { daysBefore, makeUpkeepVault, type UpkeepVault } from '../fixtures/upkeep-vault.ts';

const now = '2033-06-01T04:10:00.000Z';
const nightly = '2033-06-01T02:00:40.000Z';

describe('prune', () => {
  let vault: UpkeepVault;
  const run = (changes: Partial<PruneOptions> = {}) =>
    prune({ store: vault.store, settings: vault.settings, logger: silent, lockWaitMs: 0, ...changes });
  const nightsFrom = async (oldest: number, newest: number): Promise<void> => {
    for (let age = oldest; age >= newest; age--) await vault.seal(daysBefore(nightly, age));
  };

  beforeEach(async () => {
    vault = await makeUpkeepVault('retention: { keep-newest: 3 }\n');
    vault.setClock(now);
  });
  afterEach(() => vault.remove());

  it('114: keeps the night of 1825 days ago, and removes the one before with all that belongs to it', async () => {
    await nightsFrom(1826, 1825);
    await nightsFrom(2, 0);
    const [gone = '', kept = ''] = vault.archives();
    const result = await run();
    expect(result).toMatchObject({ isFine: true, pruned: [{ name: gone }], later: 0, kept: 4 });
    expect(vault.archives()).toContain(kept);
    expect(vault.archives()).not.toContain(gone);
    expect(existsSync(join(vault.directory, '.vault/receipts', `${gone}.json`))).toBe(false);
    expect(vault.lines().at(-1)).toMatchObject({ action: 'prune', name: gone, time: now, newBytes: 0 });
    expect((await readLedger(vault.store)).fault).toBeUndefined();
    expect(vault.leftovers()).toEqual([]);
    expect(await readUpkeep(vault.store)).toEqual([
      { verb: 'prune', time: now, isFine: true, summary: result.summary, faults: [] },
    ]);
    expect(await run()).toMatchObject({ pruned: [], isFine: true });
  });

  it("112: removes the oldest 7 days' worth, reports the rest, and comes through in the end", async () => {
    await nightsFrom(1844, 1826);
    for (let hour = 0; hour < 12; hour++) {
      const time = daysBefore(nightly, 1825.5) + hour * 3_600_000;
      await vault.seal(time, { name: `backup_full_2028-06-02_${String(hour).padStart(2, '0')}-00-00.tar.gz` });
    }
    await nightsFrom(2, 0);
    const first = await run();
    expect(first).toMatchObject({ pruned: { length: 7 }, later: 12, isFine: true });
    expect(first.summary).toContain('12 more at the next runs');
    for (let day = 1; day < 4; day++) {
      vault.setClock(daysBefore(now, -day));
      await vault.seal(daysBefore(nightly, -day));
      await run();
    }
    expect(vault.archives().filter((name) => name < 'backup_full_2033')).toEqual([]);
  });

  it('shows what would go with isDryRun, and changes nothing', async () => {
    await nightsFrom(1828, 1826);
    await nightsFrom(2, 0);
    const before = [vault.archives(), readFileSync(vault.ledgerPath, 'utf8')];
    expect(await run({ isDryRun: true })).toMatchObject({ isDryRun: true, pruned: { length: 3 }, kept: 6 });
    expect([vault.archives(), readFileSync(vault.ledgerPath, 'utf8')]).toEqual(before);
    expect(existsSync(join(vault.directory, '.vault/prune-clock.json'))).toBe(false);
    expect(await readUpkeep(vault.store)).toEqual([]);
  });

  it('waits for a seal, and does not prune beside it', async () => {
    await nightsFrom(1826, 1826);
    await nightsFrom(2, 0);
    const lock = await acquireLock(lockPath(vault.store), { holder: 'a seal' });
    await expect(run()).rejects.toMatchObject({ kind: 'locked' });
    lock.release();
    expect(await run()).toMatchObject({ pruned: { length: 1 } });
  });

  describe('refuses, and says why,', () => {
    const refuse = async (why: RegExp, changes: Partial<PruneOptions> = {}): Promise<void> => {
      const before = vault.archives();
      const result = await run(changes);
      expect(result).toMatchObject({ isFine: false, pruned: [] });
      expect(result.faults.join('\n')).toMatch(why);
      expect(vault.archives()).toEqual(before);
      expect(await readUpkeep(vault.store)).toMatchObject([{ verb: 'prune', isFine: false }]);
    };
    beforeEach(async () => {
      await nightsFrom(1829, 1826);
      await nightsFrom(3, 0);
    });

    it('108: where a line of the ledger was edited or deleted, with its number', async () => {
      const text = readFileSync(vault.ledgerPath, 'utf8');
      writeFileSync(vault.ledgerPath, text.replace('"newBytes":5', '"newBytes":6'));
      await refuse(/chain broken at line 2/);
      writeFileSync(vault.ledgerPath, text.split('\n').toSpliced(3, 1).join('\n'));
      await refuse(/chain broken at line 4/);
      writeFileSync(vault.ledgerPath, text);
      expect(await run()).toMatchObject({ isFine: true });
    });

    it('107: but not for a last line that a crash has cut', async () => {
      writeFileSync(vault.ledgerPath, `${readFileSync(vault.ledgerPath, 'utf8')}{"time":"2033-06-01T04:0`);
      expect(await run()).toMatchObject({ isFine: true, pruned: { length: 4 } });
      expect((await readLedger(vault.store)).fault).toBeUndefined();
    });

    it('110: while the clock says 1990 or 2040, at the first run as at any other, and goes on when it is right', async () => {
      vault.setClock('1990-01-01T00:00:00Z');
      await refuse(/1990.*before the newest line/);
      vault.setClock('2040-01-01T00:00:00Z');
      await refuse(/2040.*more than 2 days/);
      vault.setClock(now);
      expect(await run()).toMatchObject({ isFine: true, pruned: { length: 4 } });
      vault.setClock('1990-01-01T00:00:00Z');
      await refuse(/1990/);
      vault.setClock('2040-01-01T00:00:00Z');
      // Accepting a clock is no way around the other reasons.
      await refuse(/newest whole archive is .* old/, { acceptsClock: true });
      vault.setClock(now);
      await refuse(/before the last run .2040/);
      expect(await run({ acceptsClock: true })).toMatchObject({ isFine: true });
      expect(await run()).toMatchObject({ isFine: true });
    });

    it('110: after a long power-off until an administrator has accepted the clock, once', async () => {
      await run();
      vault.setClock(daysBefore(now, -20));
      await vault.seal(daysBefore(nightly, -20));
      await refuse(/after the last run/);
      await refuse(/after the last run/);
      expect(await run({ acceptsClock: true })).toMatchObject({ isFine: true });
      expect(await run()).toMatchObject({ isFine: true });
    });

    it('110: a line of the ledger from the future stops it until it is accepted, and no longer', async () => {
      const stray = await vault.seal('2040-01-01T02:00:00Z');
      await refuse(/before the newest line of the ledger .2040/);
      expect(await run({ acceptsClock: true })).toMatchObject({ isFine: true, pruned: { length: 4 } });
      vault.setClock(daysBefore(now, -1));
      await vault.seal(daysBefore(nightly, -1));
      expect(await run()).toMatchObject({ isFine: true });
      expect(vault.archives()).toContain(stray);
    });

    it('111: where the newest archive is older than 48 h, damaged, missing, foreign, or a safety copy', async () => {
      vault.setClock(Date.parse(nightly) + 48 * 3_600_000);
      expect(await run({ isDryRun: true })).toMatchObject({ isFine: true });
      vault.setClock(Date.parse(nightly) + 48 * 3_600_000 + 1);
      await refuse(/the newest whole archive is .* old/, { acceptsClock: true });
      vault.setClock(now);
      const newest = vault.archives().slice(-2);
      await vault.judge(newest[1] ?? '', { isSound: false });
      chmodSync(join(vault.directory, newest[0] ?? ''), 0o600);
      writeFileSync(join(vault.directory, newest[0] ?? ''), 'short');
      await vault.seal(nightly, { name: 'backup_full_2033-06-01_03-00-00.tar.gz', trigger: 'safety' });
      await vault.seal(nightly, { name: 'backup_full_2033-06-01_04-00.tar.gz', action: 'foreign' });
      vault.setClock(daysBefore(now, -0.5));
      await refuse(/the newest whole archive is 2 d/);
    });

    it('where fewer than the newest 3 whole ones would be left', async () => {
      for (const name of vault.archives().slice(-3, -1)) rmSync(join(vault.directory, name));
      const result = await run();
      // Two young ones are whole: one of the four old ones stays.
      expect(result).toMatchObject({ isFine: false, pruned: { length: 3 }, heldBack: 1 });
      expect(result.faults).toEqual([
        expect.stringMatching(/^1 archive past 1825 days must stay: of 6 whole archives/),
      ]);
    });
  });
});
