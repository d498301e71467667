import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { timedName } from '../../src/config/archive-name.ts';
import { Failure } from '../../src/logging/failure.ts';
import type { VaultClient } from '../../src/vault/vault-client.ts';
import type { Night } from '../fixtures/assemble.ts';
import { fillDisk } from '../fixtures/full-disk.ts';
import { makeNightVault, nightName, type NightVault } from '../fixtures/vault-nights.ts';
import { requireVolume, whyNoVolume, type Volume, type VolumeKind } from '../fixtures/volume.ts';

const KIB = 1024;
const KNOWN_KIB = 600;
const NEW_KIB = 200;

interface Sweep {
  kind: VolumeKind;
  maker: string[];
  megabytes: number;
  /** What is left on the disk, in KiB: these first, then from the last on in steps, until the seal fits. */
  left: number[];
  stepKib: number;
}

// Copying takes the whole archive on ext4; in a mixed Btrfs what is shared needs the same blocks as what is new.
const sweeps: Sweep[] = [
  { kind: 'ext4', maker: ['-m', '0'], megabytes: 64, left: [0, 8, 400, KNOWN_KIB + NEW_KIB + 8], stepKib: 4 },
  { kind: 'xfs', maker: [], megabytes: 320, left: [0, 64, 200, 224, 288], stepKib: 48 },
  { kind: 'btrfs', maker: ['--mixed'], megabytes: 128, left: [0, 64, 300, 700], stepKib: 160 },
];

describe.each(sweeps)(
  '74: a disk that fills up during a seal, on $kind,',
  ({ kind, maker, megabytes, left, stepKib }) => {
    const reason = whyNoVolume(kind);
    if (reason !== undefined) {
      it.skip(`there is no volume to test on (${reason})`, () => {});
      return;
    }
    let volume: Volume;
    const yesterday = nightName(-1);
    const known = { 'uploads/known': randomBytes(KNOWN_KIB * KIB) };
    let vault: NightVault;
    let client: VaultClient;
    let first: Night;
    let sealed: Buffer;
    let seconds = 0;
    let lines = 1;

    beforeAll(async () => {
      volume = requireVolume(kind, megabytes, { maker });
      vault = makeNightVault(volume.mountPoint);
      // Somebody else fills the disk once it has been looked at: whoever looks always finds room.
      client = await vault.open({ reserveBytes: -(1024 ** 4) });
      first = await vault.build(yesterday, known);
      await vault.send(client, yesterday, first);
      sealed = readFileSync(inVault(yesterday));
      first = { ...first, path: inVault(yesterday) };
    });
    afterAll(() => {
      vault.remove();
      volume.remove();
    });

    const inVault = (...names: string[]) => join(vault.directory, ...names);
    const leftovers = () => [
      ...readdirSync(inVault('.vault', 'assembly')),
      ...readdirSync(inVault('.vault', 'planning')),
      ...readdirSync(inVault('.vault'), { recursive: true, encoding: 'utf8' }).filter((name) =>
        /tmp$|pending/.test(name),
      ),
    ];

    /** Has a night sealed on a full disk, and once more when there is room. Returns whether it went in at once. */
    const sealWith = async (leftKib: number): Promise<boolean> => {
      const name = timedName(new Date(Date.now() + ++seconds * 1000), 'UTC');
      const night = await vault.build(name, { ...known, 'uploads/new': randomBytes(NEW_KIB * KIB) }, first);
      await client.upload(night.segments);
      const { makeRoom } = fillDisk(volume.mountPoint, leftKib * KIB);
      const outcome = await client.seal(name, night.recipePath).catch((error: unknown) => error);
      const isComplete = existsSync(inVault(name));
      if (outcome instanceof Failure) {
        expect(outcome).toMatchObject({ kind: 'space', message: expect.stringMatching(/^vault full: .* free, /) });
        expect(outcome.next).toContain(isComplete ? `${name} is complete there` : 'Nothing was sealed');
        expect(outcome.next).toContain('ake room');
        if (!isComplete) expect([leftKib, leftovers()]).toEqual([leftKib, []]);
      } else {
        expect([isComplete, leftovers()]).toEqual([true, []]);
      }
      // Whoever wants to restore gets in all the same.
      const { incoming } = await client.hello();
      expect((await client.status()).archives.length).toBeGreaterThanOrEqual(lines);
      if (!isComplete)
        expect(Object.keys(incoming)).toEqual(expect.arrayContaining(night.segments.map((each) => basename(each))));

      makeRoom();
      expect((await client.hello(name)).asked !== undefined).toBe(isComplete);
      expect(await client.seal(name, night.recipePath)).toMatchObject({ index: night.index, already: isComplete });
      expect(leftovers()).toEqual([]);
      expect(Object.keys((await client.hello()).incoming)).toEqual([]);
      expect(await client.verify(name, 'full')).toMatchObject({ isSound: true });
      expect((await client.status()).ledger).toEqual({ lines: ++lines, isIntact: true });
      expect(readFileSync(inVault(yesterday)).equals(sealed)).toBe(true);
      return !(outcome instanceof Failure);
    };

    it('leaves one good archive or none at whatever step, and the next run needs nothing to be sent again', async () => {
      for (const leftKib of left) expect([leftKib, await sealWith(leftKib)]).toEqual([leftKib, false]);
      let leftKib = left.at(-1) ?? 0;
      for (let steps = 0; steps < 12 && !(await sealWith((leftKib += stepKib))); steps++);
      expect(leftKib).toBeLessThan((left.at(-1) ?? 0) + 12 * stepKib);
    }, 240_000);

    it('does not swallow what a verification found, though there is no room to record it', async () => {
      await client.verify(yesterday, 'seal');
      const { makeRoom } = fillDisk(volume.mountPoint, 0);
      const outcome = await client.verify(yesterday, 'full').catch((error: unknown) => error);
      makeRoom();
      const unrecorded = {
        kind: 'space',
        next: expect.stringMatching(/is sound, but that is recorded nowhere: make room/),
      };
      expect(outcome).toMatchObject(outcome instanceof Failure ? unrecorded : { isSound: true });
      if (kind === 'ext4') expect(outcome).toBeInstanceOf(Failure);
    });

    it('refuses before anything is written, where the look at the disk finds no room', async () => {
      const careful = await vault.open({ reserveBytes: 8192 * KIB });
      const name = timedName(new Date(Date.now() + ++seconds * 1000), 'UTC');
      const night = await vault.build(name, { ...known, 'uploads/new': randomBytes(NEW_KIB * KIB) }, first);
      await careful.upload(night.segments);
      const { makeRoom } = fillDisk(volume.mountPoint, 1024 * KIB);
      await expect(careful.seal(name, night.recipePath)).rejects.toMatchObject({
        kind: 'space',
        message: expect.stringMatching(/^vault full: .* free, of which 8.4 MB are kept in reserve, need /),
      });
      makeRoom();
      expect(await careful.seal(name, night.recipePath)).toMatchObject({ already: false });
    });
  },
);
