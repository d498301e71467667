import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, mkdirSync, openSync, readFileSync, readdirSync, rmSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Failure } from '../../src/logging/failure.ts';
import { backup } from '../../src/operations/backup.ts';
import { verify } from '../../src/operations/verify.ts';
import { fillDisk } from '../fixtures/full-disk.ts';
import { createPlatform, writeFiles, type TestPlatform } from '../fixtures/platform.ts';
import { requireVolume, whyNoVolume, type Volume, type VolumeKind } from '../fixtures/volume.ts';

const KIB = 1024;
const MIB = 1024 * KIB;
const NEW_BYTES = 3 * MIB;
/** README, manifest and what belongs to the transfer itself. */
const SMALL_BYTES = 64 * KIB;
const volumes: [VolumeKind, number, string[]][] = [
  ['ext4', 64, ['-m', '0']],
  ['xfs', 320, []],
  ['btrfs', 128, ['--mixed']],
];

const reason = whyNoVolume('ext4');
if (reason) console.warn(`skipped: there is no volume to test on (${reason})`);
const describeMounted = reason ? describe.skip : describe;

let one: TestPlatform;
let volume: Volume | undefined;
let files = 0;
beforeAll(async () => void (one = await createPlatform({ vault: 'ssh', files: { known: randomBytes(MIB) } })));
afterEach(() => {
  volume?.remove();
  volume = undefined;
  one.platform.logger.progress = () => undefined;
  // Another volume, another vault; and no index of the one before.
  rmSync(one.state, { recursive: true, force: true });
  for (; files > 0; files--) rmSync(join(one.uploads, `new-${files}`), { force: true });
});
afterAll(() => one.stop());

const run = () => backup(one.platform, { trigger: 'manual' });
const fail = () =>
  run().then(
    () => 'no failure',
    (error: unknown) => error,
  );
const addFile = () => writeFiles(one.uploads, { [`new-${++files}`]: randomBytes(NEW_BYTES) });
const staged = () => readdirSync(join(one.state, 'staging'));
const archives = () =>
  readdirSync(one.vaultDirectory)
    .filter((name) => name.startsWith('backup_full'))
    .sort();
const inVault = (...names: string[]) => join(one.vaultDirectory, ...names);

function mountAt(at: string, [kind, megabytes, maker]: [VolumeKind, number, string[]]): Volume {
  return (volume = requireVolume(kind, megabytes, { at, maker }));
}

/** Runs the backup that has to succeed after one that failed, and looks at everything that is left. */
async function recover(before: string[]) {
  const result = await run();
  expect(archives()).toEqual([...before, result.archive].sort());
  expect(await verify(one.platform, { archive: result.archive, level: 'full' })).toMatchObject({ isSound: true });
  expect([staged(), readdirSync(inVault('.vault', 'assembly'))]).toEqual([[], []]);
  const chain = readFileSync(inVault('.vault', 'ledger.jsonl'), 'utf8').trim().split('\n');
  expect(chain).toHaveLength(before.length + 1);
  return result;
}

describeMounted.each(volumes)('74: a vault on %s that is full', (...kind) => {
  it('while rsync uploads, or before the seal, is told with figures; the next run sends what is missing', async () => {
    const mounted = mountAt(one.vaultDirectory, kind);
    const { archive } = await run();
    const content = readFileSync(inVault(archive));
    // Nothing fits; a part of the segment; the segment, but not the archive beside it and its reserve.
    const stages = [0, 2 * MIB, NEW_BYTES + (kind[0] === 'btrfs' ? 1200 : 300) * KIB];
    for (const leftBytes of kind[0] === 'ext4' ? stages : stages.slice(1)) {
      addFile();
      const before = archives();
      const { makeRoom } = fillDisk(mounted.mountPoint, leftBytes);
      const error = await fail();
      makeRoom();
      expect([leftBytes, error]).toEqual([leftBytes, expect.any(Failure)]);
      expect(error).toMatchObject({ kind: 'space', next: expect.stringMatching(/make room/i) });
      expect((error as Failure).message).toMatch(/full: .*\d.* free.* need \d/);
      expect([staged(), archives()]).toEqual([[], before]);
      const whole = readdirSync(inVault('.incoming')).length;
      const { sentBytes } = await recover(before);
      if (leftBytes > NEW_BYTES) expect([whole > 0, sentBytes < SMALL_BYTES]).toEqual([true, true]);
      expect(sentBytes).toBeLessThan(NEW_BYTES + SMALL_BYTES);
    }
    expect(readFileSync(inVault(archive)).equals(content)).toBe(true);
  }, 240_000);
});

describeMounted('a vault on ext4', () => {
  it('74: that has no inode left says so, though there is room', async () => {
    const mounted = mountAt(one.vaultDirectory, ['ext4', 64, ['-m', '0', '-N', '128']]);
    await run();
    addFile();
    const spare = join(mounted.mountPoint, 'spare');
    mkdirSync(spare);
    for (let left = statfsSync(spare).ffree; left > 0; left--) closeSync(openSync(join(spare, String(left)), 'w'));
    const before = archives();
    const error = await fail();
    expect(error).toMatchObject({ kind: 'space', message: expect.stringContaining(', 0 inodes free (df -i)') });
    rmSync(spare, { recursive: true });
    await recover(before);
  });

  it('that is mounted read-only is told as such, and nothing is lost', async () => {
    const mounted = mountAt(one.vaultDirectory, ['ext4', 64, []]);
    await run();
    addFile();
    const before = archives();
    execFileSync('mount', ['-o', 'remount,ro', mounted.mountPoint]);
    expect(await fail()).toMatchObject({ kind: 'vault', message: expect.stringMatching(/read-only/i) });
    execFileSync('mount', ['-o', 'remount,rw', mounted.mountPoint]);
    await recover(before);
  });

  it('74: that is full before its first archive is told as such', async () => {
    const mounted = mountAt(one.vaultDirectory, ['ext4', 16, ['-m', '0']]);
    const { makeRoom } = fillDisk(mounted.mountPoint, 0);
    expect(await fail()).toMatchObject({ kind: 'space', message: expect.stringContaining('vault full: ') });
    makeRoom();
    rmSync(join(mounted.mountPoint, 'lost+found'), { recursive: true });
    await recover([]);
  });
});

describeMounted.each(volumes)('staging on %s', (...kind) => {
  it('40: that is full is told with what is free, and left clean; earlier archives are untouched', async () => {
    const mounted = mountAt(one.state, kind);
    const { archive } = await run();
    const content = readFileSync(inVault(archive));
    // At the start; in the middle of the segments.
    for (const leftBytes of kind[0] === 'ext4' ? [0, MIB] : [MIB]) {
      addFile();
      const before = archives();
      const { makeRoom } = fillDisk(mounted.mountPoint, leftBytes);
      const error = await fail();
      makeRoom();
      expect(error).toMatchObject({ kind: 'space', next: expect.stringContaining('Make room there') });
      expect((error as Failure).message).toMatch(new RegExp(`staging directory below ${one.state} is full.* free`));
      expect([staged(), archives()]).toEqual([[], before]);
      await recover(before);
    }
    expect(readFileSync(inVault(archive)).equals(content)).toBe(true);
  }, 240_000);
});

describeMounted('42: staging', () => {
  const vanishAt = (when: string) => {
    mkdirSync(one.state, { recursive: true });
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64m', 'tmpfs', one.state]);
    let isGone = false;
    one.platform.logger.progress = ({ phase }) => {
      if (phase !== when || isGone) return;
      isGone = true;
      execFileSync('umount', ['--lazy', one.state]);
    };
  };

  it('that vanishes while files are read is told as such, and nothing is sealed', async () => {
    vanishAt('files');
    addFile();
    const before = archives();
    expect(await fail()).toMatchObject({ kind: 'config', message: expect.stringContaining(one.state) });
    expect(archives()).toEqual(before);
    await recover(before);
  });

  it('that vanishes once the archive is being sealed costs the index that was to be kept, and no archive', async () => {
    vanishAt('seal');
    addFile();
    const { archive } = await run();
    expect(one.log.join('\n')).toMatch(/warning: the index of .* could not be kept for the next run/);
    expect(await verify(one.platform, { archive, level: 'full' })).toMatchObject({ isSound: true });
  });

  it('that is mounted read-only is told as such', async () => {
    const mounted = mountAt(one.state, ['ext4', 64, []]);
    execFileSync('mount', ['-o', 'remount,ro', mounted.mountPoint]);
    expect(await fail()).toMatchObject({ kind: 'config', message: expect.stringContaining('read-only') });
  });
});
