import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { silent } from '../../src/logging/logger.ts';
import { readLedger } from '../../src/vault/store/ledger.ts';
import { audit } from '../../src/vault/upkeep/audit.ts';
import { retire, type RetireOptions } from '../../src/vault/upkeep/retire.ts';
import { makeUpkeepVault, type UpkeepVault } from '../fixtures/upkeep-vault.ts';

const yes = (): Promise<boolean> => Promise.resolve(true);

describe('retire', () => {
  let vault: UpkeepVault;
  let older: string;
  let newest: string;
  const run = (name: string, changes: Partial<RetireOptions> = {}) =>
    retire({ store: vault.store, logger: silent, name, reason: 'test data', confirm: yes, lockWaitMs: 0, ...changes });

  beforeEach(async () => {
    vault = await makeUpkeepVault();
    vault.setClock('2026-11-23T08:00:00.000Z');
    older = await vault.seal('2026-11-22T02:00:00.000Z');
    newest = await vault.seal('2026-11-23T02:00:00.000Z');
  });
  afterEach(() => vault.remove());

  it('removes an archive, and the ledger says why', async () => {
    expect(await run(older, { reason: '  erasure asked for by A. Martin ' })).toMatchObject({ isRetired: true });
    expect(vault.archives()).toEqual([newest]);
    expect(vault.lines().at(-1)).toMatchObject({
      action: 'retire',
      name: older,
      reason: 'erasure asked for by A. Martin',
    });
    expect((await readLedger(vault.store)).fault).toBeUndefined();
    expect(await audit({ store: vault.store, logger: silent })).toMatchObject({ faults: [] });
    await expect(run(older)).rejects.toMatchObject({ kind: 'vault' });
  });

  it('takes foreign archives, and lost ones off the ledger', async () => {
    const foreign = 'backup_full_2020-01-01_03-00.tar.gz';
    await vault.seal('2020-01-01T02:00:00.000Z', { name: foreign, action: 'foreign', sha256: 'a'.repeat(64) });
    await run(foreign);
    expect(vault.archives()).toEqual([older, newest]);
    expect(vault.lines().at(-1)).toMatchObject({ action: 'retire', name: foreign, sha256: 'a'.repeat(64) });
  });

  it('refuses the newest whole archive, unless told that it is meant', async () => {
    await expect(run(newest)).rejects.toMatchObject({ kind: 'refused' });
    expect(vault.archives()).toContain(newest);
    // Damaged, it is no longer the one that all would begin with.
    await vault.judge(newest, { isSound: false });
    await expect(run(older)).rejects.toMatchObject({ kind: 'refused' });
    expect(await run(newest)).toMatchObject({ isRetired: true });
    expect(await run(older, { evenNewest: true })).toMatchObject({ isRetired: true });
  });

  it('leaves a file alone that was put back under the name of one that was being removed', async () => {
    const path = join(vault.directory, '.vault/removal.json');
    const line = vault.lines().find(({ name }) => name === older);
    const entry = { time: '2026-11-23T07:00:00.000Z', action: 'retire', name: older, size: line?.size, newBytes: 0 };
    writeFileSync(path, JSON.stringify({ entry, file: { device: '1', inode: '1' } }));
    expect(await audit({ store: vault.store, logger: silent })).toMatchObject({ faults: [] });
    await run(newest, { evenNewest: true });
    expect(vault.archives()).toEqual([older]);
    expect(vault.lines().map(({ action }) => action)).toEqual(['seal', 'seal', 'retire', 'retire']);
    expect(vault.leftovers()).toEqual([]);
    const { faults } = await audit({ store: vault.store, logger: silent });
    expect(faults).toEqual([expect.stringMatching(`^${older} is on disk, but not in the ledger`)]);
  });

  it('does nothing where the question is declined, nor without a reason that fits into a line', async () => {
    expect(await run(older, { confirm: () => Promise.resolve(false) })).toMatchObject({ isRetired: false });
    for (const reason of ['', '   ', 'one\ntwo', 'x'.repeat(301)]) {
      await expect(run(older, { reason })).rejects.toMatchObject({ kind: 'usage' });
    }
    await expect(run('../../etc/passwd')).rejects.toMatchObject({ kind: 'vault' });
    expect(vault.archives()).toHaveLength(2);
  });
});
