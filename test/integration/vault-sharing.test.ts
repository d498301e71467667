import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, openSync, readFileSync, statfsSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { timedName } from '../../src/config/archive-name.ts';
import { openStore } from '../../src/vault/store/layout.ts';
import { shareRanges } from '../../src/vault/store/share-extents.ts';
import { makeNightVault, nightName, type NightVault } from '../fixtures/vault-nights.ts';
import { mountVolume, requireVolume, whyNoVolume, type Volume } from '../fixtures/volume.ts';

const MIB = 1024 * 1024;
const reason = whyNoVolume('xfs');
if (reason) console.warn(`skipped: no XFS volume to test on (${reason})`);

(reason ? describe.skip : describe)('a vault on XFS', () => {
  let volume: Volume;
  let vault: NightVault;
  beforeAll(() => {
    volume = requireVolume('xfs');
    vault = makeNightVault(volume.mountPoint);
  });
  afterAll(() => {
    vault.remove();
    volume.remove();
  });

  const usedBytes = (): number => {
    execFileSync('sync', ['-f', volume.mountPoint]);
    const { blocks, bfree, bsize } = statfsSync(volume.mountPoint);
    return (blocks - bfree) * bsize;
  };

  it('shares what is known, byte for byte, without taking space for it', async () => {
    const client = await vault.open();
    expect(await client.hello()).toMatchObject({ sharesExtents: true, warnings: [] });
    const [yesterday, today] = [nightName(-1), nightName()];
    const files: Record<string, Buffer> = {};
    for (let number = 10; number < 50; number++) files[`uploads/${number}`] = randomBytes(MIB);
    const first = await vault.build(yesterday, files);
    await vault.send(client, yesterday, first);
    const changed = { ...files, 'uploads/30': randomBytes(MIB / 2), 'uploads/05': Buffer.from('earlier than all') };
    const second = await vault.build(today, changed, { ...first, path: join(vault.directory, yesterday) });

    await client.upload(second.segments);
    const before = usedBytes();
    await client.seal(today, second.recipePath);
    expect(usedBytes() - before).toBeLessThan(2 * MIB);
    const sealed = readFileSync(join(vault.directory, today));
    const planned = readFileSync(second.path);
    expect(sealed.subarray(0, second.extentBytes).equals(planned.subarray(0, second.extentBytes))).toBe(true);
    expect(await client.verify(today, 'full')).toMatchObject({ isSound: true });
    execFileSync('gzip', ['-t', join(vault.directory, today)]);
  });

  it('shares with older archives alone, never with what an upload account owns and may still be writing', async () => {
    const client = await vault.open();
    const hasShared = (name: string): boolean => {
      execFileSync('sync', ['-f', volume.mountPoint]);
      const path = join(vault.directory, name);
      return execFileSync('/usr/sbin/filefrag', ['-v', path], { encoding: 'utf8' }).includes('shared');
    };
    const [one, other] = [timedName(new Date(), 'UTC'), timedName(new Date(Date.now() + 1000), 'UTC')];
    const files = { 'uploads/new': randomBytes(MIB) };
    const first = await vault.build(one, files);
    await client.upload(first.segments);
    // Held open, a segment would go on sharing though the seal removes its name.
    const held = first.segments.map((path) => openSync(join(vault.directory, '.incoming', basename(path)), 'r'));
    await client.seal(one, first.recipePath);
    expect(hasShared(one)).toBe(false);
    held.forEach(closeSync);
    const second = await vault.build(
      other,
      { ...files, 'uploads/x': 'x' },
      { ...first, path: join(vault.directory, one) },
    );
    await vault.send(client, other, second);
    expect(hasShared(other)).toBe(true);
  });

  it('138: notices a range that was not shared in the middle of others', async () => {
    const store = await openStore({ directory: join(volume.mountPoint, 'other') });
    writeFileSync(join(store.directory, 'source'), randomBytes(MIB));
    writeFileSync(join(store.directory, 'target'), '');
    const range = (sourceOffset: number, targetOffset: number) => ({
      source: 'source',
      sourceOffset,
      targetOffset,
      length: 8192,
    });
    await shareRanges(store, 'target', [range(0, 8192), range(8192, 0)]);
    const source = readFileSync(join(store.directory, 'source'));
    const target = readFileSync(join(store.directory, 'target'));
    expect(target.equals(Buffer.concat([source.subarray(8192, 16_384), source.subarray(0, 8192)]))).toBe(true);
    const broken = shareRanges(store, 'target', [range(0, 0), range(2 * MIB, 8192), range(0, 16_384)]);
    await expect(broken).rejects.toThrow('sharing extents failed after 2 of 3 ranges');
  });
});

describe('a vault on XFS with blocks of 16 KiB', () => {
  it('is told to share nothing, and seals by copying', async () => {
    const volume = mountVolume('xfs', 400, { maker: ['-b', 'size=16384'] });
    if (typeof volume === 'string') {
      // Kernels before 6.12 mount no block larger than a page.
      expect(volume).toContain('mount');
      return;
    }
    const vault = makeNightVault(volume.mountPoint);
    try {
      const client = await vault.open();
      expect(await client.hello()).toMatchObject({ sharesExtents: false });
      const [yesterday, today] = [nightName(-1), nightName()];
      const files = { 'uploads/a': randomBytes(MIB), 'uploads/b': randomBytes(10_000) };
      const first = await vault.build(yesterday, files);
      await vault.send(client, yesterday, first);
      const changed = { ...files, 'uploads/b': randomBytes(9_000) };
      const second = await vault.build(today, changed, { ...first, path: join(vault.directory, yesterday) });
      await vault.send(client, today, second);
      expect(await client.verify(today, 'full')).toMatchObject({ isSound: true });
    } finally {
      vault.remove();
      volume.remove();
    }
  });
});
