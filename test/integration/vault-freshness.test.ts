import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { checkFreshness } from '../../src/vault/upkeep/freshness.ts';
import { readUpkeep } from '../../src/vault/upkeep/record.ts';
import { makeUpkeepVault, type UpkeepVault } from '../fixtures/upkeep-vault.ts';

const hourMs = 3_600_000;
const firstNight = Date.parse('2026-11-20T02:00:00.000Z');
const night = (number: number): number => firstNight + number * 24 * hourMs;

describe('104: freshness', () => {
  let vault: UpkeepVault;
  const run = async (instant: number): Promise<string[]> => {
    vault.setClock(instant);
    const { faults, isFine, summary } = await checkFreshness(vault);
    expect(isFine).toBe(faults.length === 0);
    expect(await readUpkeep(vault.store)).toEqual([
      { verb: 'freshness', time: new Date(instant).toISOString(), isFine, summary, faults },
    ]);
    return faults;
  };

  beforeEach(async () => {
    vault = await makeUpkeepVault();
  });
  afterEach(() => vault.remove());

  it('complains of a vault without any backup, whatever else lies there', async () => {
    await vault.seal(night(0), { trigger: 'safety' });
    await vault.seal(night(0), { name: 'backup_full_2026-11-20_03-00.tar.gz', action: 'foreign' });
    expect(await run(night(0) + hourMs)).toEqual(['the vault holds no backup of ours at all']);
  });

  it('complains 26 h after the last backup, and not before', async () => {
    await vault.judge(await vault.seal(night(0)));
    await vault.seal(night(0) + hourMs, { name: 'backup_full_2026-11-20_04-00-00.tar.gz', trigger: 'safety' });
    expect(await run(night(0) + 26 * hourMs)).toEqual([]);
    expect(await run(night(0) + 26 * hourMs + 1)).toEqual([
      'no backup for 26 h 00 min: the newest is backup_full_2026-11-20.tar.gz; at most 26 h 00 min are allowed',
    ]);
  });

  it('gives a backup time to be verified, but not for ever, and is content with a newer one', async () => {
    await vault.judge(await vault.seal(night(0)));
    await vault.seal(night(1));
    expect(await run(night(1) + 25 * hourMs)).toEqual([]);
    const third = await vault.seal(night(2));
    expect(await run(night(2) + 3 * hourMs)).toEqual([
      expect.stringMatching(/^no backup since backup_full_2026-11-21.*found sound; the last one .*2026-11-20/),
    ]);
    await vault.judge(third);
    expect(await run(night(2) + 3 * hourMs)).toEqual([]);
  });

  it('complains where no backup was ever verified', async () => {
    await vault.seal(night(0));
    expect(await run(night(0) + 5 * hourMs)).toEqual([]);
    await vault.seal(night(1));
    expect(await run(night(1) + 5 * hourMs)).toEqual([expect.stringMatching(/; none ever was$/)]);
  });

  it('complains of a newest backup that is damaged or gone', async () => {
    const name = await vault.seal(night(0));
    await vault.judge(name, { isSound: false });
    expect(await run(night(0) + hourMs)).toEqual([expect.stringMatching(/was found damaged \(full/)]);
    rmSync(join(vault.directory, name));
    expect(await run(night(0) + hourMs)).toEqual([expect.stringMatching(/in the ledger, but not on disk/)]);
  });

  it('complains of a backup from the future', async () => {
    await vault.judge(await vault.seal(night(9)));
    expect(await run(night(1))).toEqual([expect.stringMatching(/was sealed in the future/)]);
  });
});
