import { join } from 'node:path';
import { beforeAll, expect, it } from '@jest/globals';
import { silent } from '../../src/logging/logger.ts';
import { readLedger } from '../../src/vault/store/ledger.ts';
import { audit } from '../../src/vault/upkeep/audit.ts';
import { prune } from '../../src/vault/upkeep/prune.ts';
import { describeUnderFaults, sweepFault, type Fault } from '../fixtures/fault-injection.ts';
import { bundleVault } from '../fixtures/vault-bundle.ts';
import { daysBefore, makeUpkeepVault, type UpkeepVault } from '../fixtures/upkeep-vault.ts';

describeUnderFaults('105: a prune that is killed, or whose disk fails,', () => {
  let bundle: string;
  beforeAll(async () => {
    bundle = await bundleVault('vault-upkeep');
  });

  // At its first, second, … use of the call, until it no longer comes so far; `atLeast` so many there are. `within`: on
  // these paths of .vault only.
  it.each<[string, Fault, number, string[]]>([
    ['rename', 'signal=KILL', 3, []],
    ['unlink', 'signal=KILL', 3, []],
    ['fsync', 'signal=KILL', 6, []],
    ['fdatasync', 'signal=KILL', 1, []],
    ['write', 'signal=KILL', 1, ['ledger.jsonl']],
    ['openat', 'signal=KILL', 5, ['ledger.jsonl', 'removal.json']],
    ['unlink', 'error=EIO', 3, []],
    ['fsync', 'error=EIO', 6, []],
    ['fdatasync', 'error=EIO', 1, []],
    ['rename', 'error=ENOSPC', 3, []],
    ['write', 'error=ENOSPC', 1, ['ledger.jsonl']],
  ])('at any %s (%s) is finished by the next run', async (call, fault, atLeast, within) => {
    const uses = await sweepFault([call, fault, 20], async (run) => {
      const vault = await makeUpkeepVault('retention: { keep-newest: 2 }\n');
      const gone = await vault.seal(daysBefore(Date.now(), 1830));
      for (const age of [2, 1]) await vault.seal(daysBefore(Date.now(), age));
      const { isHit, stdout } = run([process.execPath, bundle, 'vault', 'prune', '--settings', vault.settingsPath], {
        within: within.map((name) => join(vault.directory, '.vault', name)),
      });
      if (!isHit) expect(stdout).toContain(`PRUNE: FINE`);
      vault.setClock(Date.now());
      await expectSettled(vault, gone);
      vault.remove();
    });
    expect(uses).toBeGreaterThanOrEqual(atLeast);
  });
});

async function expectSettled(vault: UpkeepVault, gone: string): Promise<void> {
  const { store, settings } = vault;
  // Half-done or not: nothing that the audit would wake anybody for.
  expect(await audit({ store, logger: silent })).toMatchObject({ faults: [] });
  expect(await prune({ store, settings, logger: silent })).toMatchObject({ isFine: true });
  const ledger = await readLedger(store);
  expect(ledger).toMatchObject({ tornBytes: 0 });
  expect(ledger.fault).toBeUndefined();
  expect(ledger.lines.map(({ action }) => action)).toEqual(['seal', 'seal', 'seal', 'prune']);
  expect(vault.archives()).toHaveLength(2);
  expect(vault.archives()).not.toContain(gone);
  expect(vault.leftovers()).toEqual([]);
}
