import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { makeNightVault, nightName } from '../fixtures/vault-nights.ts';
import { bundleVault } from '../fixtures/vault-bundle.ts';

const today = nightName();
const canTrace = spawnSync('strace', ['-o', '/dev/null', 'true']).status === 0;
if (!canTrace) console.warn('skipped: strace is missing (Debian package strace) or may not trace');

(canTrace ? describe : describe.skip)('105: a seal that is killed, or whose disk fails,', () => {
  let bundle: string;
  beforeAll(async () => {
    bundle = await bundleVault();
  });

  // At its first, second, … use of the call, until the seal no longer comes so far.
  it.each([
    ...['link', 'rename', 'unlink', 'fsync', 'fdatasync', 'chmod', 'pwrite64'].map((call) => [call, 'signal=KILL']),
    ['pwrite64', 'error=ENOSPC'],
    ['fsync', 'error=EIO'],
    ['link', 'error=EIO'],
    ['rename', 'error=ENOSPC'],
  ])('at any %s (%s) leaves one good archive or none, and the next run makes it one', async (call = '', fault = '') => {
    const files = { 'uploads/a': randomBytes(150_000), 'uploads/b': 'small' };
    for (let occurrence = 1, isHit = true; isHit; occurrence++) {
      const vault = makeNightVault();
      const client = await vault.open();
      const night = await vault.build(today, files);
      await client.upload(night.segments);
      const inject = `${call}:${fault}:when=${occurrence}`;
      const traced = join(vault.base, 'trace');
      const trace = ['-f', '-qq', '-o', traced, '-e', `trace=${call}`, '-e', `inject=${inject}`];
      // The owner of a plain account, but with the links that the local client has made.
      const serve = [
        process.execPath,
        bundle,
        'vault',
        'serve',
        '--role',
        'owner',
        '--path',
        vault.directory,
        'seal',
        today,
      ];
      for (const name of night.segments) spawnSync('rm', [name]);
      const child = spawnSync('strace', [...trace, ...serve], { input: readFileSync(night.recipePath) });
      isHit = fault === 'signal=KILL' ? child.status !== 0 : readFileSync(traced, 'utf8').includes('(INJECTED)');
      const answer = child.stdout.toString();
      if (!isHit) expect(answer).toContain('"result"');
      if (isHit && fault === 'error=ENOSPC' && call === 'pwrite64') {
        expect(answer).toContain('"kind":"space"');
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
      expect(readdirSync(vault.directory).sort()).toEqual(['.incoming', '.vault', today]);
      expect(readdirSync(join(vault.directory, '.vault', 'assembly'))).toEqual([]);
      expect(readdirSync(join(vault.directory, '.vault', 'extents'))).toEqual([today]);
      expect(existsSync(join(vault.directory, '.vault', 'pending.json'))).toBe(false);
      vault.remove();
      expect(occurrence).toBeLessThan(30);
    }
  });
});
