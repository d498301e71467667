import { randomBytes } from 'node:crypto';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createDice } from '../../scripts/demo/seeded.ts';
import { Failure } from '../../src/logging/failure.ts';
import { backup, type BackupResult } from '../../src/operations/backup.ts';
import type { Platform } from '../../src/operations/platform.ts';
import { verify } from '../../src/operations/verify.ts';
import { openCountedNetwork, type CountedNetwork } from '../fixtures/counted-network.ts';
import { createPlatform, writeFiles, type TestPlatform } from '../fixtures/platform.ts';
import { killDescendants, listDescendants } from '../fixtures/processes.ts';

const MIB = 1024 * 1024;
const DAY_MS = 86_400_000;
const NIGHTS = [-2, -1, 0, 1, 2];
const CUTS_A_NIGHT = 10;
const NIGHT_BYTES = 32 * MIB;

let one: TestPlatform;
let network: CountedNetwork;
let platform: Platform;
beforeAll(async () => {
  one = await createPlatform({ vault: 'ssh', files: { small: 'content' } });
  const { host, port, knownHostsPath, directory } = one.sshVault!.sshd;
  network = await openCountedNetwork(host, port);
  const pins = join(directory, 'known_hosts_counted');
  writeFileSync(pins, readFileSync(knownHostsPath, 'utf8').replace(`]:${port} `, `]:${network.port} `));
  const there = await one.reconfigure((yaml) =>
    yaml
      .replace(`"port":${port}`, `"bandwidth-limit":"30MB","port":${network.port}`)
      .replace(JSON.stringify(knownHostsPath), JSON.stringify(pins)),
  );
  platform = { ...there, network: { retryDelayMs: 20, silenceMs: 4_000 } };
}, 180_000);
afterAll(async () => {
  await network.stop();
  await one.stop();
});

const archives = () => readdirSync(one.vaultDirectory).filter((name) => name.startsWith('backup_full'));
/** The day of a run is the name of its nightly. */
const onDay = (days: number): Platform => ({ ...platform, now: () => new Date(Date.now() + days * DAY_MS) });

describe('a network that fails', () => {
  it('costs no archive and few bytes: fifty cuts in five nights (faults 71, 72)', async () => {
    const random = createDice(20_261_124);
    const sent: number[] = [];
    let cuts = 0;
    for (const day of NIGHTS) {
      writeFiles(one.uploads, { [`large ${day}`]: randomBytes(NIGHT_BYTES) });
      const before = network.sentBytes();
      const last = cuts + CUTS_A_NIGHT;
      const cutLater = (): void => {
        // Everywhere: in the greeting, in the login, in the middle of a segment.
        network.afterBytes(Math.round(random() ** 2 * 4 * MIB) + 1, () => {
          // The vault's end takes all with it that its machine had not read yet; ours only what was not sent.
          if (cuts % 2 === 0 || !killOwnSsh()) one.sshVault?.sshd.cutConnections();
          cuts += 1;
          if (cuts < last) cutLater();
        });
      };
      cutLater();
      const result = await insist(onDay(day));
      sent.push(network.sentBytes() - before);
      expect([day, cuts, result.alreadyThere]).toEqual([day, last, false]);
      expect(archives()).toHaveLength(sent.length);
    }
    // As the clock says now: verdicts are the vault's.
    for (const archive of archives()) {
      expect(await verify(platform, { archive, level: 'full' })).toMatchObject({ name: archive, isSound: true });
    }
    writeFiles(one.uploads, { uncut: randomBytes(NIGHT_BYTES) });
    const before = network.sentBytes();
    await backup(platform, { trigger: 'manual' });
    const uncut = network.sentBytes() - before;
    expect(sent.reduce((sum, bytes) => sum + bytes, 0) / NIGHTS.length / uncut).toBeLessThan(1.3);
  }, 240_000);

  it('73: a server that says nothing any more is given up, and the next run goes on', async () => {
    writeFiles(one.uploads, { frozen: randomBytes(8 * MIB) });
    const frozen: number[] = [];
    network.afterBytes(2 * MIB, () => {
      for (const { pid, name } of listDescendants(process.pid)) {
        // Those that serve a connection; the one that listens is our child itself.
        if (!name.startsWith('sshd')) continue;
        process.kill(pid, 'SIGSTOP');
        frozen.push(pid);
      }
    });
    const begun = Date.now();
    const error = await backup(platform, { trigger: 'manual' }).catch((failure: unknown) => failure);
    for (const pid of frozen) process.kill(pid, 'SIGCONT');
    expect(frozen.length).toBeGreaterThan(0);
    expect(error).toBeInstanceOf(Failure);
    expect(error).toMatchObject({ kind: 'vault' });
    expect(Date.now() - begun).toBeLessThan(60_000);
    const { archive } = await backup(platform, { trigger: 'manual' });
    expect(await verify(platform, { archive, level: 'full' })).toMatchObject({ isSound: true });
  }, 120_000);

  it('83: two runs at once make two archives or one, and no broken one', async () => {
    const before = archives().length;
    const patient = { ...platform, lockWaitMs: 60_000 };
    const both = await Promise.all([backup(patient, { trigger: 'manual' }), backup(patient, { trigger: 'manual' })]);
    expect(new Set(both.map(({ archive }) => archive)).size).toBe(2);
    expect(archives()).toHaveLength(before + 2);
    for (const { archive } of both) {
      expect(await verify(platform, { archive, level: 'full' })).toMatchObject({ isSound: true });
    }
  }, 60_000);
});

/** Kills the client's ssh, where rsync uses one just now. */
const killOwnSsh = (): boolean => killDescendants(process.pid, (name) => name === 'ssh') > 0;

/** Runs tonight's backup again and again, as an operator would, until it is there. */
async function insist(night: Platform): Promise<BackupResult> {
  for (let runs = 1; runs <= 40; runs++) {
    const result = await backup(night, { trigger: 'nightly' }).catch((error: unknown) => {
      if (error instanceof Failure && error.kind === 'vault') return undefined;
      throw error;
    });
    if (result) return result;
  }
  throw new Error('no archive after forty runs');
}
