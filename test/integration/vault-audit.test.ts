import {
  chmodSync,
  chownSync,
  linkSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { silent } from '../../src/logging/logger.ts';
import { audit } from '../../src/vault/upkeep/audit.ts';
import { readUpkeep } from '../../src/vault/upkeep/record.ts';
import { flipByte } from '../fixtures/flip-byte.ts';
import { daysBefore, makeUpkeepVault, type UpkeepVault } from '../fixtures/upkeep-vault.ts';

const now = '2026-11-23T08:30:00.000Z';
const asRoot = process.getuid?.() === 0 ? it : it.skip;

describe('109: audit', () => {
  let vault: UpkeepVault;
  let oldest: string;
  let middle: string;
  let newest: string;
  const at = (name: string): string => join(vault.directory, name);
  const run = async (): Promise<string[]> => {
    const { faults, isFine } = await audit({ store: vault.store, logger: silent, lockWaitMs: 0 });
    expect(isFine).toBe(faults.length === 0);
    expect(await readUpkeep(vault.store)).toMatchObject([{ verb: 'audit', time: now, isFine }]);
    return faults;
  };

  beforeEach(async () => {
    vault = await makeUpkeepVault();
    vault.setClock(now);
    oldest = await vault.seal(daysBefore(now, 12));
    middle = await vault.seal(daysBefore(now, 1.2));
    newest = await vault.seal(daysBefore(now, 0.2));
  });
  afterEach(() => vault.remove());

  it('finds nothing where all is as the ledger says', async () => {
    await expect(run()).resolves.toEqual([]);
  });

  it('finds an archive that the ledger does not know, and any other file', async () => {
    writeFileSync(at('backup_full_2026-11-20.tar.gz'), 'x');
    writeFileSync(at('backup_full_2026-11-20_03-00.tar.gz'), 'x');
    writeFileSync(at('notes.txt'), 'x');
    await expect(run()).resolves.toEqual([
      'backup_full_2026-11-20.tar.gz is on disk, but not in the ledger: no backup of ours put it there',
      'backup_full_2026-11-20_03-00.tar.gz of the former script is not in the ledger: vault adopt takes it over',
      '"notes.txt" does not belong into the vault',
    ]);
  });

  it('finds an archive that is gone before its time, or is no file any more', async () => {
    rmSync(at(oldest));
    renameSync(at(middle), join(vault.base, 'elsewhere'));
    symlinkSync(join(vault.base, 'elsewhere'), at(middle));
    await expect(run()).resolves.toEqual([
      `${oldest} is in the ledger, but not on disk: nobody pruned or retired it`,
      `${middle} is no file`,
    ]);
  });

  it('finds other sizes, modes and links', async () => {
    chmodSync(at(oldest), 0o640);
    linkSync(at(middle), join(vault.base, 'second name'));
    truncateSync(at(newest), 30);
    expect(await run()).toEqual([
      `${oldest} has mode 0640 instead of 0440`,
      `${middle} has 2 names: somebody linked it`,
      expect.stringMatching(`^${newest} has 30 bytes on disk, \\d+ in the ledger$`),
      expect.stringMatching(`^${newest}: the footer: `),
    ]);
  });

  asRoot('finds what belongs to somebody else', async () => {
    chownSync(at(oldest), 12345, 0);
    chownSync(vault.directory, 12345, 0);
    expect(await run()).toEqual([
      `${oldest} belongs to user 12345, not to the keeper (0)`,
      `${vault.directory} belongs to user 12345, not to the keeper (0)`,
    ]);
  });

  it('finds places that others may write to or read', async () => {
    chmodSync(vault.directory, 0o777);
    chmodSync(join(vault.directory, '.vault'), 0o755);
    expect(await run()).toEqual([
      expect.stringMatching(/vault has mode 0777/),
      expect.stringMatching(/\.vault has mode 0755/),
    ]);
  });

  it('finds an index that is not that of the ledger: of the newest each day, of every archive once in 30 days', async () => {
    const middleOfIndex = (name: string): number => readFileSync(at(name)).length - 60;
    for (const name of [oldest, newest]) {
      chmodSync(at(name), 0o640);
      flipByte(at(name), middleOfIndex(name));
      chmodSync(at(name), 0o440);
    }
    expect(await run()).toEqual([expect.stringMatching(`^${newest}: `)]);
    for (let day = 1; day <= 30; day++) {
      vault.setClock(daysBefore(now, -day));
      await vault.seal(daysBefore(now, -day));
      const { faults } = await audit({ store: vault.store, logger: silent, lockWaitMs: 0 });
      const isTurn = faults.some((fault) => fault.startsWith(oldest));
      expect({ day, isTurn }).toEqual({ day, isTurn: day === 18 });
    }
    // From then on nothing builds upon it.
    const verdict = readFileSync(join(vault.directory, '.vault/verdicts', `${oldest}.json`), 'utf8');
    expect(JSON.parse(verdict)).toMatchObject({ isSound: false, level: 'seal' });
  });

  it('108: finds a broken ledger, and receipts that are missing or others', async () => {
    const receipts = join(vault.directory, '.vault/receipts');
    rmSync(join(receipts, `${oldest}.json`));
    writeFileSync(
      join(receipts, `${middle}.json`),
      readFileSync(join(receipts, `${middle}.json`), 'utf8').replace(/"ledger":"..../, '"ledger":"0000'),
    );
    expect(await run()).toEqual([
      `the receipt of ${oldest} is missing`,
      `the receipt of ${middle} is not the one that the ledger stands for`,
    ]);
    writeFileSync(vault.ledgerPath, readFileSync(vault.ledgerPath, 'utf8').replace('"newBytes":5', '"newBytes":6'));
    expect((await run())[0]).toBe('the ledger was changed by another hand: chain broken at line 2');
  });

  it('110: finds a clock that cannot be right', async () => {
    vault.setClock('1990-01-01T00:00:00.000Z');
    const { faults } = await audit({ store: vault.store, logger: silent });
    expect(faults).toEqual([expect.stringMatching(/1990.*before the newest line/)]);
  });
});
