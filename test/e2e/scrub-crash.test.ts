import { randomBytes } from 'node:crypto';
import { cpSync, mkdtempSync, readdirSync, rmSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { silent } from '../../src/logging/logger.ts';
import { openStore } from '../../src/vault/store/layout.ts';
import { loadOwnHead } from '../../src/vault/store/own-records.ts';
import { scrub } from '../../src/vault/upkeep/scrub.ts';
import { describeUnderFaults, sweepFault, type Fault } from '../fixtures/fault-injection.ts';
import { flipByte } from '../fixtures/flip-byte.ts';
import { writeOwnSettings } from '../fixtures/upkeep-vault.ts';
import { bundleVault } from '../fixtures/vault-bundle.ts';
import { makeNightVault, nightName, type NightVault } from '../fixtures/vault-nights.ts';

describeUnderFaults('a scrub that is killed, or whose disk fails,', () => {
  const names = [nightName(-1), nightName()] as const;
  const settings = { scrub: { withinDays: 30 } };
  let vault: NightVault;
  let bundle: string;
  beforeAll(async () => {
    bundle = await bundleVault('vault-upkeep');
    vault = makeNightVault();
    const client = await vault.open();
    const files: Record<string, Buffer> = { 'uploads/a': randomBytes(100_000) };
    const first = await vault.build(names[0], files);
    await vault.send(client, names[0], first);
    files['uploads/b'] = randomBytes(100_000);
    await vault.send(
      client,
      names[1],
      await vault.build(names[1], files, { ...first, path: join(vault.directory, names[0]) }),
    );
    // One is damaged, one has no record: all that a scrub ever writes is written.
    flipByte(join(vault.directory, names[1]), 5000);
    rmSync(join(vault.directory, '.vault/extents', names[0]));
    // Records count in seconds: what was sealed in this one is as good as read.
    await setTimeout(1000);
  });
  afterAll(() => vault.remove());

  // At its first, second, … use of the call on these paths, until the run no longer comes so far; `atLeast` so
  // many there are.
  it.each<[string, Fault, number, string[]]>([
    ['rename', 'signal=KILL', 4, []],
    ['fsync', 'signal=KILL', 8, []],
    ['fdatasync', 'signal=KILL', 1, []],
    ['write', 'signal=KILL', 1, ['damage.jsonl']],
    ['openat', 'signal=KILL', 10, ['damage.jsonl', 'extents', 'verdicts', 'upkeep']],
    ['rename', 'error=ENOSPC', 4, []],
    ['fsync', 'error=EIO', 8, []],
    ['fdatasync', 'error=EIO', 1, []],
    ['write', 'error=ENOSPC', 1, ['damage.jsonl']],
    ['openat', 'error=EIO', 10, ['damage.jsonl', 'extents', '../ARCHIVE']],
    ['read', 'error=EIO', 3, ['damage.jsonl', 'ledger.jsonl']],
  ])('at any %s (%s) leaves nothing that the next run does not put right', async (call, fault, atLeast, within) => {
    const uses = await sweepFault([call, fault, 40], async (run) => {
      const base = mkdtempSync(join(tmpdir(), 'continuity-scrub-'));
      const directory = join(base, 'vault');
      cpSync(vault.directory, directory, { recursive: true });
      const settingsPath = join(base, 'settings.yml');
      writeOwnSettings(settingsPath, directory);
      const { isHit, stdout } = run([process.execPath, bundle, 'vault', 'scrub', '--all', '--settings', settingsPath], {
        within: within.map((name) => join(directory, '.vault', name.replace('ARCHIVE', names[0]))),
      });
      if (!isHit) expect(stdout).toContain('SCRUB: FAULT');
      await expectSettled(directory);
      rmSync(base, { recursive: true });
    });
    expect(uses).toBeGreaterThanOrEqual(atLeast);
  });

  async function expectSettled(directory: string): Promise<void> {
    const later = new Date(Date.now() + 60_000);
    const store = await openStore({ directory, now: () => later });
    for (const name of leftovers(directory)) utimesSync(join(directory, '.vault', name), 0, 0);
    const result = await scrub({ store, settings, logger: silent, readsAll: true });
    // The one that is damaged is blamed, whoever found it, and no other.
    expect(result.damagedArchives).toEqual([expect.objectContaining({ name: names[1], extents: 1 })]);
    expect(result.faults).toEqual([expect.stringContaining(`${names[1]} is damaged: 1 extent`)]);
    expect(result.bytes).toBe(result.totalBytes);
    for (const name of names) expect((await loadOwnHead(store, name))?.oldest).toBe(Math.floor(later.getTime() / 1000));
    expect(readdirSync(join(directory, '.vault/verdicts'))).toEqual([`${names[1]}.json`]);
    expect(leftovers(directory)).toEqual([]);
  }
});

function leftovers(directory: string): string[] {
  const names = readdirSync(join(directory, '.vault'), { recursive: true, encoding: 'utf8' });
  return names.filter((name) => name.endsWith('.tmp')).sort();
}
