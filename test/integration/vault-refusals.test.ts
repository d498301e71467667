import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  linkSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { VaultClient } from '../../src/vault/vault-client.ts';
import type { Night } from '../fixtures/assemble.ts';
import { makeNightVault, nightName, type NightVault } from '../fixtures/vault-nights.ts';

const today = nightName();

describe('a seal refuses', () => {
  let vault: NightVault;
  let client: VaultClient;
  let night: Night;
  let segment: string;

  beforeEach(async () => {
    vault = makeNightVault();
    // As over a connection: no segment may have a second link.
    client = await vault.open();
    night = await vault.build(today, { 'uploads/a': randomBytes(300_000), 'uploads/b': 'small' });
    await client.upload(night.segments);
    for (const file of night.segments) rmSync(file);
    segment = join(vault.directory, '.incoming', basename(night.segments[0] ?? ''));
  });
  afterEach(() => vault.remove());

  const sealStrictly = async (): Promise<unknown> =>
    (await vault.open({ segmentLinks: 1 })).seal(today, night.recipePath);
  const expectNothing = async (): Promise<void> => {
    expect(readdirSync(vault.directory).sort()).toEqual(['.incoming', '.vault']);
    expect(readdirSync(join(vault.directory, '.vault', 'assembly'))).toEqual([]);
    expect((await client.status()).ledger.lines).toBe(0);
  };

  it('75: a segment that was changed on its way, removes it, and takes it when it comes again', async () => {
    const whole = readFileSync(segment);
    const flipped = Buffer.from(whole);
    flipped[5000] = (flipped[5000] ?? 0) ^ 1;
    writeFileSync(segment, flipped);
    await expect(sealStrictly()).rejects.toMatchObject({
      kind: 'damaged',
      message: expect.stringContaining('changed on its way'),
    });
    await expectNothing();
    expect((await client.hello()).incoming[basename(segment)]).toBeUndefined();
    await expect(sealStrictly()).rejects.toMatchObject({
      kind: 'vault',
      message: expect.stringContaining('is not on the backup server'),
    });
    writeFileSync(segment, whole);
    expect(await sealStrictly()).toMatchObject({ already: false, index: night.index });
  });

  it('75: a segment that was cut', async () => {
    truncateSync(segment, 4096);
    await expect(sealStrictly()).rejects.toMatchObject({ kind: 'damaged' });
    await expectNothing();
  });

  it('92, 93: a link, another link of a file, a FIFO or a folder in place of a segment', async () => {
    const aside = join(vault.base, 'aside');
    renameSync(segment, aside);
    const plants: [() => void, string][] = [
      [() => symlinkSync(aside, segment), 'is a symbolic link'],
      [() => linkSync(aside, segment), 'has 2 links'],
      [() => execFileSync('mkfifo', [segment]), 'is not a regular file'],
      [() => mkdirSync(segment), 'is not a regular file'],
    ];
    for (const [plant, complaint] of plants) {
      plant();
      await expect(sealStrictly()).rejects.toMatchObject({
        kind: 'refused',
        message: expect.stringContaining(complaint),
      });
      rmSync(segment, { recursive: true });
    }
    await expectNothing();
  });

  it('92: a segment that belongs to somebody else', async () => {
    const strict = await vault.open({ expectedUid: 12_345 });
    await expect(strict.seal(today, night.recipePath)).rejects.toMatchObject({
      kind: 'refused',
      message: expect.stringContaining('not to 12345'),
    });
  });

  it('98: a sparse file of 5 TB in place of a segment', async () => {
    truncateSync(segment, 5e12);
    await expect(sealStrictly()).rejects.toMatchObject({
      kind: 'space',
      message: expect.stringContaining('not enough space'),
    });
    await expectNothing();
  });

  it('74: what does not fit beside the reserve, before anything is written', async () => {
    const full = await vault.open({ reserveBytes: 1e15 });
    await expect(full.seal(today, night.recipePath)).rejects.toMatchObject({
      kind: 'space',
      message: expect.stringMatching(/^vault full: .* free, .* need /),
    });
    await expectNothing();
    expect(Object.keys((await client.hello()).incoming)).toContain(basename(segment));
  });

  it('88, 95: a date that the clock of the vault is far from, and shows both', async () => {
    for (const [days, refused] of [
      [-3, true],
      [3, true],
      [2, false],
      [-2, false],
    ] as const) {
      const name = nightName(days);
      const other = await vault.build(name, { 'uploads/x': name });
      const sealed = vault.send(client, name, other);
      if (!refused) await expect(sealed).resolves.toMatchObject({ name });
      else {
        const year = new Date().toISOString().slice(0, 10);
        const dates = new RegExp(`${name.slice(12, 22)}.*${year}T`);
        await expect(sealed).rejects.toMatchObject({ kind: 'refused', message: expect.stringMatching(dates) });
      }
    }
  });

  it('names that no calendar has, or that the former script gave', async () => {
    for (const name of ['backup_full_2026-02-30.tar.gz', `${today.slice(0, -7)}_03-00.tar.gz`]) {
      await expect(client.seal(name, night.recipePath)).rejects.toMatchObject({ kind: 'refused' });
    }
    await expect(client.seal('../x', night.recipePath)).rejects.toMatchObject({ kind: 'refused' });
  });

  it('an archive whose manifest speaks of another one', async () => {
    const forged = await vault.build(today, { 'uploads/x': 'x' }, undefined, nightName(-1));
    await expect(vault.send(client, today, forged)).rejects.toMatchObject({
      message: expect.stringContaining('it is that of'),
    });
    await expectNothing();
  });

  it('83: waits for another seal, or says who holds the vault', async () => {
    const second = `${today.slice(0, -7)}_03-00-00.tar.gz`;
    const other = await vault.build(second, { 'uploads/y': randomBytes(1000) });
    await client.upload(other.segments);
    const both = await Promise.all([client.seal(today, night.recipePath), client.seal(second, other.recipePath)]);
    expect(both.map(({ already }) => already)).toEqual([false, false]);
    expect((await client.status()).ledger).toEqual({ lines: 2, isIntact: true });

    const { acquireLock } = await import('../../src/system/lock.ts');
    const lock = await acquireLock(join(vault.directory, '.vault', 'lock'), { holder: 'seal of another night' });
    const impatient = await vault.open({ lockWaitMs: 50 });
    await expect(impatient.seal(today, night.recipePath)).rejects.toMatchObject({
      kind: 'locked',
      message: expect.stringContaining('seal of another night'),
    });
    lock.release();
  });
});

describe('an archive that rots on the disk of the vault', () => {
  it('is named; what is damaged is barred, and the next backup brings it anew', async () => {
    const vault = makeNightVault();
    const client = await vault.open();
    const [yesterday, before] = [nightName(-1), nightName(-2)];
    const files = { 'uploads/a.bin': randomBytes(200_000), 'uploads/b.bin': randomBytes(200_000) };
    const first = await vault.build(before, files);
    await vault.send(client, before, first);
    const second = await vault.build(
      yesterday,
      { ...files, 'uploads/c': 'new' },
      { ...first, path: join(vault.directory, before) },
    );
    await vault.send(client, yesterday, second);

    const path = join(vault.directory, yesterday);
    const bytes = readFileSync(path);
    bytes[10_000] = (bytes[10_000] ?? 0) ^ 1;
    rmSync(path);
    writeFileSync(path, bytes, { mode: 0o440 });

    expect((await client.verify(yesterday, 'seal')).isSound).toBe(true);
    const third = await vault.build(today, files, { ...second, path });
    if ((await client.hello()).sharesExtents) return vault.remove();
    await client.upload(third.segments);
    await expect(client.seal(today, third.recipePath)).rejects.toMatchObject({
      kind: 'damaged',
      message: expect.stringContaining('1 extent, the first at byte 0'),
    });
    // Not the whole archive is given up: the rest of it can be built upon.
    const { newest } = await client.hello();
    expect(newest?.name).toBe(yesterday);
    expect(newest?.barred).toHaveLength(1);
    await expect(client.seal(today, third.recipePath)).rejects.toMatchObject({
      kind: 'refused',
      message: expect.stringContaining('takes over the extent at byte 0'),
    });

    // A quick look does not see the rot, and must not wash it away.
    expect((await client.verify(yesterday, 'seal')).isSound).toBe(true);
    expect((await client.hello()).newest?.barred).toEqual(newest?.barred);
    const verdicts = (await client.status()).archives.map(({ verdict }) => verdict?.isSound);
    expect(verdicts).toEqual([undefined, false]);

    const verdict = await client.verify(yesterday, 'full');
    expect(verdict.damage).toEqual([{ where: 'uploads/a.bin', what: 'its bytes are not those of the index' }]);
    expect(verdict.isExtentsOnly).toBe(true);
    expect((await client.hello()).newest?.barred).toEqual(newest?.barred);
    const fourth = await vault.build(today, files, { ...second, path, barred: new Set(newest?.barred) });
    expect(fourth.newExtentBytes).toBeLessThan(210_000);
    expect(await vault.send(client, today, fourth)).toMatchObject({ already: false });
    expect(await client.verify(today, 'full')).toMatchObject({ isSound: true });
    const after = (await client.hello()).newest;
    expect(after?.name).toBe(today);
    expect(after?.barred).toBeUndefined();
    vault.remove();
  });
});
