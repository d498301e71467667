import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { VaultClient } from '../../src/vault/vault-client.ts';
import type { Night } from '../fixtures/assemble.ts';
import { makeNightVault, nightName, type NightVault } from '../fixtures/vault-nights.ts';

const yesterday = nightName(-1);
const today = nightName();

/** A few files of every size that matters; large ones stand alone. */
const files: Record<string, Buffer> = {};
for (let number = 10; number < 60; number++) files[`uploads/${number}.bin`] = randomBytes(number * 700);
files['uploads/large.bin'] = randomBytes(20 * 1024 * 1024);

describe('a vault that is a directory', () => {
  let vault: NightVault;
  let client: VaultClient;
  let first: Night;
  let second: Night;

  beforeAll(async () => {
    vault = makeNightVault();
    client = await vault.open();
    first = await vault.build(yesterday, files);
    await vault.send(client, yesterday, first);
    const changed: Record<string, Buffer> = {
      ...files,
      'uploads/20.bin': randomBytes(33),
      'uploads/70.bin': randomBytes(5000),
    };
    delete changed['uploads/30.bin'];
    second = await vault.build(today, changed, { ...first, path: join(vault.directory, yesterday) });
    await vault.send(client, today, second);
  });
  afterAll(() => vault.remove());

  const stored = (name: string): string => join(vault.directory, name);

  it('holds the archive byte for byte as it was planned, read-only, and nothing else', () => {
    const sealed = readFileSync(stored(yesterday));
    const planned = readFileSync(first.path);
    expect(sealed.subarray(0, first.extentBytes).equals(planned.subarray(0, first.extentBytes))).toBe(true);
    expect(sealed.subarray(first.extentBytes, first.extentBytes + 10).toString('hex')).toBe('1f8b08000000000000ff');
    expect(statSync(stored(yesterday)).mode & 0o7777).toBe(0o440);
    expect(statSync(stored(yesterday)).nlink).toBe(1);
    expect(readdirSync(vault.directory).sort()).toEqual(
      ['.incoming', '.vault', 'CARTE-URGENCE.md', yesterday, today].sort(),
    );
    expect(readdirSync(join(vault.directory, '.vault', 'assembly'))).toEqual([]);
    expect(readdirSync(join(vault.directory, '.incoming'))).toEqual([]);
  });

  it('gives archives that gzip and tar read without a word', () => {
    for (const name of [yesterday, today]) {
      execFileSync('gzip', ['-t', stored(name)]);
      const listing = execFileSync('tar', ['tzf', stored(name)], { encoding: 'utf8' })
        .trim()
        .split('\n');
      expect(listing).toContain('manifest.json');
      expect(listing.at(-1)).toBe('stargz.index.json');
      expect(listing.includes('uploads/30.bin')).toBe(name === yesterday);
    }
    const restored = execFileSync('tar', ['xzOf', stored(today), 'uploads/large.bin'], { maxBuffer: 2 ** 26 });
    expect(restored.equals(files['uploads/large.bin'] ?? Buffer.alloc(0))).toBe(true);
  });

  it('takes over what did not change: the second night brings only what is new', async () => {
    expect(second.newExtentBytes).toBeLessThan(first.newExtentBytes / 10);
    const { archives, newBytesPerNight } = await client.status();
    expect(archives.map(({ name }) => name)).toEqual([yesterday, today]);
    expect(archives.map(({ trigger }) => trigger)).toEqual(['nightly', 'nightly']);
    expect(archives[1]?.newBytes).toBeLessThan(second.newExtentBytes + 100_000);
    expect(newBytesPerNight).toBeGreaterThan(0);
  });

  it('greets with the newest archive, the receipt that is asked for, and its warnings', async () => {
    const greeting = await client.hello(yesterday);
    expect(greeting).toMatchObject({ protocol: 1, role: 'owner', isProvisioned: false, incoming: {} });
    expect(greeting.newest).toMatchObject({
      name: today,
      index: second.index,
      sizeBytes: statSync(stored(today)).size,
    });
    expect(greeting.asked).toMatchObject({ name: yesterday, index: first.index, already: true });
  });

  it('gives the very index back, and any ranges in any order', async () => {
    expect((await buffer(await client.readIndex(yesterday))).equals(readFileSync(first.indexPath))).toBe(true);
    const sealed = readFileSync(stored(today));
    const ranges = [
      { offset: 5000, length: 3_000_000 },
      { offset: 0, length: 0 },
      { offset: 1, length: 7 },
    ];
    const got = await buffer(await client.readRanges(today, ranges));
    expect(got.equals(Buffer.concat([sealed.subarray(5000, 3_005_000), sealed.subarray(1, 8)]))).toBe(true);
    expect((await buffer(await client.readRanges(today, [{ offset: 0, length: sealed.length }]))).equals(sealed)).toBe(
      true,
    );
    await expect(client.readRanges(today, [{ offset: sealed.length, length: 1 }])).rejects.toThrow('has no bytes');
  });

  it('87: answers a repeated seal of the same content with the first receipt', async () => {
    const again = await vault.send(client, yesterday, first);
    expect(again).toMatchObject({ already: true, index: first.index });
    expect((await client.status()).ledger).toEqual({ lines: 2, isIntact: true });
    expect(readdirSync(join(vault.directory, '.incoming'))).toEqual([]);
  });

  it('96: refuses other content under a name that is taken; the first stays', async () => {
    const before = readFileSync(stored(today));
    const other = await vault.build(today, { 'uploads/x': 'other' });
    await expect(vault.send(client, today, other)).rejects.toMatchObject({
      kind: 'refused',
      message: expect.stringContaining('the first one stays'),
    });
    expect(readFileSync(stored(today)).equals(before)).toBe(true);
  });

  it('verifies both levels and remembers the verdict', async () => {
    expect(await client.verify(today, 'seal')).toMatchObject({ isSound: true, level: 'seal', damage: [] });
    const full = await client.verify(today, 'full');
    expect(full).toMatchObject({ isSound: true, name: today, index: second.index });
    expect(full.checked.entries).toBe(53);
    expect((await client.status()).archives[1]?.verdict).toMatchObject({ isSound: true, level: 'full' });
  });
});
