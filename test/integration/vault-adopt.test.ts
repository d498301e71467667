import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  linkSync,
  mkdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { silent } from '../../src/logging/logger.ts';
import { readLedger } from '../../src/vault/store/ledger.ts';
import { adopt, giveToKeeper, type AdoptOptions } from '../../src/vault/upkeep/adopt.ts';
import { audit } from '../../src/vault/upkeep/audit.ts';
import { bundleVault } from '../fixtures/vault-bundle.ts';
import { makeUpkeepVault, type UpkeepVault } from '../fixtures/upkeep-vault.ts';

const asRoot = process.getuid?.() === 0 ? it : it.skip;
const names = [
  'backup_full_2024-02-29_03-00.tar.gz',
  'backup_full_2025-07-31_03-00.tar.gz',
  'backup_full_2026-01-31_03-00.tar.gz',
] as const;

describe('adopt', () => {
  let vault: UpkeepVault;
  const at = (name: string): string => join(vault.directory, name);
  const run = (changes: Partial<AdoptOptions> = {}) =>
    adopt({ store: vault.store, settings: vault.settings, logger: silent, lockWaitMs: 0, ...changes });

  beforeEach(async () => {
    vault = await makeUpkeepVault();
    vault.setClock('2026-11-23T08:00:00.000Z');
    // As tar itself makes them, younger by their date than by their place.
    mkdirSync(join(vault.base, 'source'));
    for (const name of names.toReversed()) {
      writeFileSync(join(vault.base, 'source', 'file'), name);
      expect(spawnSync('tar', ['czf', at(name), '-C', vault.base, 'source']).status).toBe(0);
      chmodSync(at(name), 0o644);
    }
  });
  afterEach(() => vault.remove());

  it('hashes them, oldest first, their age counting from the date in their name, and makes them read-only', async () => {
    const result = await run();
    expect(result).toMatchObject({ known: 0, left: [] });
    expect(vault.lines()).toEqual([
      expect.objectContaining({ action: 'foreign', name: names[0], time: '2024-02-29T02:00:00.000Z' }),
      expect.objectContaining({ action: 'foreign', name: names[1], time: '2025-07-31T01:00:00.000Z' }),
      expect.objectContaining({ action: 'foreign', name: names[2], time: '2026-01-31T02:00:00.000Z' }),
    ]);
    for (const line of vault.lines()) {
      const bytes = readFileSync(at(line.name));
      expect(line).toMatchObject({
        size: bytes.length,
        newBytes: bytes.length,
        sha256: createHash('sha256').update(bytes).digest('hex'),
        reason: 'adopted 2026-11-23T08:00:00.000Z',
      });
      expect(statSync(at(line.name)).mode & 0o7777).toBe(0o440);
    }
    expect((await readLedger(vault.store)).fault).toBeUndefined();
    expect(await audit({ store: vault.store, logger: silent })).toMatchObject({ faults: [] });
  });

  it('changes nothing the second time, nor with isDryRun', async () => {
    expect(await run({ isDryRun: true })).toMatchObject({ adopted: { length: 3 } });
    expect(vault.lines()).toEqual([]);
    expect(statSync(at(names[0])).mode & 0o777).toBe(0o644);
    await run();
    const before = readFileSync(vault.ledgerPath, 'utf8');
    expect(await run()).toEqual({ isDryRun: false, adopted: [], known: 3, left: [] });
    expect(readFileSync(vault.ledgerPath, 'utf8')).toBe(before);
  });

  it('lists what is no archive, or none that can be trusted, and never touches it', async () => {
    const gzip = gzipSync('x');
    writeFileSync(at('notes.txt'), 'x', { mode: 0o644 });
    writeFileSync(at('backup_full_2025-02-30_03-00.tar.gz'), gzip, { mode: 0o644 });
    writeFileSync(at('backup_full_2025-03-01.tar.gz'), gzip, { mode: 0o644 });
    writeFileSync(at('backup_full_2099-01-01_03-00.tar.gz'), gzip, { mode: 0o644 });
    writeFileSync(at('backup_full_2025-03-02_03-00.tar.gz'), 'no gzip', { mode: 0o644 });
    writeFileSync(at('backup_full_2025-03-03_03-00.tar.gz'), '', { mode: 0o644 });
    linkSync(at(names[0]), at('backup_full_2025-03-04_03-00.tar.gz'));
    symlinkSync('/etc/passwd', at('backup_full_2025-03-05_03-00.tar.gz'));
    mkdirSync(at('backup_full_2025-03-06_03-00.tar.gz'));
    const { left, adopted } = await run();
    expect(left).toEqual([
      { name: names[0], why: 'has 2 names: it may be changed under another one' },
      { name: 'backup_full_2025-02-30_03-00.tar.gz', why: 'has a name with a date or time that does not exist' },
      { name: 'backup_full_2025-03-01.tar.gz', why: 'has the name of an archive of ours, and is not in the ledger' },
      { name: 'backup_full_2025-03-02_03-00.tar.gz', why: 'is no gzip' },
      { name: 'backup_full_2025-03-03_03-00.tar.gz', why: 'is no gzip' },
      { name: 'backup_full_2025-03-04_03-00.tar.gz', why: 'has 2 names: it may be changed under another one' },
      { name: 'backup_full_2025-03-05_03-00.tar.gz', why: 'is a symbolic link' },
      { name: 'backup_full_2025-03-06_03-00.tar.gz', why: 'is no file' },
      { name: 'backup_full_2099-01-01_03-00.tar.gz', why: expect.stringMatching('dated in the future') },
      { name: 'notes.txt', why: 'is no archive' },
    ]);
    expect(adopted.map(({ name }) => name)).toEqual([names[1], names[2]]);
    for (const name of ['notes.txt', 'backup_full_2025-03-02_03-00.tar.gz', names[0]]) {
      expect(statSync(at(name)).mode & 0o777).toBe(0o644);
    }
  });

  asRoot('as root gives them to the keeper, and nothing else', async () => {
    const owner = { uid: 12345, gid: 23456 };
    writeFileSync(at('notes.txt'), 'x');
    writeFileSync(at('backup_full_2025-03-02_03-00.tar.gz'), 'no gzip');
    symlinkSync('/etc/hostname', at('backup_full_2025-03-05_03-00.tar.gz'));
    for (const name of names) chownSync(at(name), 54321, 54321);
    expect((await run()).left).toContainEqual({
      name: names[0],
      why: 'belongs to somebody else: root has to give it to the owner of the vault',
    });
    await giveToKeeper(vault.directory, { timezone: 'Europe/Paris', owner, now: vault.store.now() });
    for (const name of names) expect(statSync(at(name))).toMatchObject({ uid: 12345, gid: 23456, mode: 0o100440 });
    for (const name of ['notes.txt', 'backup_full_2025-03-02_03-00.tar.gz']) expect(statSync(at(name)).uid).toBe(0);
    expect(statSync('/etc/hostname').uid).toBe(0);
  });

  it('adopts one of more than 2 GB, and goes on where it was killed', async () => {
    const bundle = await bundleVault('vault-upkeep');
    const large = 'backup_full_2025-12-31_03-00.tar.gz';
    const sizeBytes = 2_200_000_000;
    writeFileSync(at(large), gzipSync(''));
    truncateSync(at(large), sizeBytes);
    const args = [bundle, 'vault', 'adopt', '--no-survey', '--settings', vault.settingsPath];
    const child = spawn(process.execPath, args, { stdio: 'ignore' });
    while (vault.lines().length < 2) await sleep(20);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(vault.lines()).toHaveLength(2);
    const { stdout, status } = spawnSync(process.execPath, [...args, '--json'], { encoding: 'utf8' });
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      adopted: [{ name: large, sizeBytes, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) }, { name: names[2] }],
      known: 2,
    });
    expect((await readLedger(vault.store)).fault).toBeUndefined();
    expect(vault.lines().map(({ name }) => name)).toEqual([names[0], names[1], large, names[2]]);
  });
});
