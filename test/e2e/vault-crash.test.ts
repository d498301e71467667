import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from '@jest/globals';
import { describeUnderFaults, sweepFault, type Fault } from '../fixtures/fault-injection.ts';
import { bundleVault } from '../fixtures/vault-bundle.ts';
import { makeNightVault, nightName } from '../fixtures/vault-nights.ts';

const today = nightName();

describeUnderFaults('105: a seal that is killed, or whose disk fails,', () => {
  const files = { 'uploads/a': randomBytes(150_000), 'uploads/b': 'small' };
  let bundle: string;
  beforeAll(async () => {
    bundle = await bundleVault();
  });

  // At its first, second, … use of the call, until the seal no longer comes so far; `atLeast` so many there are.
  // `within`: on these paths of .vault only.
  it.each<[string, Fault, number, string[]]>([
    ['link', 'signal=KILL', 1, []],
    ['rename', 'signal=KILL', 4, []],
    ['unlink', 'signal=KILL', 8, []],
    ['fsync', 'signal=KILL', 8, []],
    ['fdatasync', 'signal=KILL', 1, []],
    ['fchmod', 'signal=KILL', 3, []],
    ['pwrite64', 'signal=KILL', 4, []],
    ['write', 'signal=KILL', 1, ['ledger.jsonl', 'pending.json']],
    ['openat', 'signal=KILL', 5, ['ledger.jsonl', 'pending.json', 'assembly', 'extents', 'planning', '../.incoming']],
    ['pwrite64', 'error=ENOSPC', 4, []],
    ['fsync', 'error=EIO', 8, []],
    ['link', 'error=EIO', 1, []],
    ['rename', 'error=ENOSPC', 4, []],
  ])(
    'at any %s (%s) leaves one good archive or none, and the next run makes it one',
    async (call, fault, atLeast, within) => {
      const uses = await sweepFault([call, fault, 30], async (run) => {
        const vault = makeNightVault();
        const client = await vault.open();
        const night = await vault.build(today, files);
        await client.upload(night.segments);
        // The local client has linked them: what is sealed has one name.
        for (const path of night.segments) rmSync(path);
        // The owner of a plain account.
        const serve = ['vault', 'serve', '--role', 'owner', '--path', vault.directory, 'seal', today];
        const { isHit, stdout } = run([process.execPath, bundle, ...serve], {
          input: readFileSync(night.recipePath),
          within: within.map((name) => join(vault.directory, '.vault', name)),
        });
        if (!isHit) expect(stdout).toContain('"result"');
        if (isHit && fault === 'error=ENOSPC' && call === 'pwrite64') {
          expect(stdout).toContain('"kind":"space"');
          expect(readdirSync(join(vault.directory, '.vault', 'assembly'))).toEqual([]);
        }

        const visible = existsSync(join(vault.directory, today));
        if (visible) expect(readFileSync(join(vault.directory, today)).length).toBeGreaterThan(night.extentBytes);
        // What the client does when no receipt came: it builds the same night again, and sends what is missing.
        const again = await vault.build(today, files);
        const receipt = await vault.send(client, today, again);
        expect(receipt.index).toBe(night.index);
        if (visible) expect(receipt.already).toBe(true);
        expect(await client.verify(today, 'full')).toMatchObject({ isSound: true });
        expect(await client.status()).toMatchObject({
          ledger: { lines: 1, isIntact: true },
          archives: [{ name: today }],
        });
        expect(readdirSync(vault.directory).sort()).toEqual(['.incoming', '.vault', 'CARTE-URGENCE.md', today]);
        expect(readdirSync(join(vault.directory, '.vault', 'assembly'))).toEqual([]);
        expect(readdirSync(join(vault.directory, '.vault', 'extents'))).toEqual([today]);
        expect(existsSync(join(vault.directory, '.vault', 'pending.json'))).toBe(false);
        vault.remove();
      });
      expect(uses).toBeGreaterThanOrEqual(atLeast);
    },
  );
});
