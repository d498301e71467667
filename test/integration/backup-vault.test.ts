import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { backup } from '../../src/operations/backup.ts';
import { verify } from '../../src/operations/verify.ts';
import { acquireLock } from '../../src/system/lock.ts';
import { createPlatform, writeFiles, type TestPlatform } from '../fixtures/platform.ts';

const MIB = 1024 * 1024;
let one: TestPlatform;
let incoming: string;
beforeAll(async () => {
  one = await createPlatform({ vault: 'ssh', files: { small: 'content' } });
  incoming = join(one.vaultDirectory, '.incoming');
});
afterAll(async () => {
  await one.stop();
});
afterEach(() => {
  expect(readdirSync(join(one.state, 'staging'))).toEqual([]);
});

const archives = () => readdirSync(one.vaultDirectory).filter((name) => name.startsWith('backup_full'));
const failure = (work: Promise<unknown>) =>
  work.then(
    () => 'no failure',
    (error: unknown) => error,
  );
const arrivedBytes = () =>
  existsSync(incoming)
    ? readdirSync(incoming).reduce(
        (sum, name) => sum + (statSync(join(incoming, name), { throwIfNoEntry: false })?.size ?? 0),
        0,
      )
    : 0;

describe('a backup over SSH', () => {
  it('that is cut goes on in the next run, and never seals a short file (faults 71, 72)', async () => {
    writeFiles(one.uploads, { large: randomBytes(20 * MIB) });
    await sleep(2100);
    const slow = await one.reconfigure((yaml) => yaml.replace('"port"', '"bandwidth-limit":"6MB","port"'));
    const cut = failure(backup(slow, { trigger: 'manual' }));
    while (arrivedBytes() < 9 * MIB) await sleep(20);
    // A transport tries again by itself: the account is closed until the run has given up.
    const authorized = join(one.sshVault?.sshd.directory ?? '', 'authorized_keys');
    const lines = readFileSync(authorized);
    writeFileSync(authorized, '');
    one.sshVault?.sshd.cutConnections();
    expect(await cut).toMatchObject({ kind: 'vault' });
    writeFileSync(authorized, lines);
    expect(archives()).toEqual([]);
    const { sentBytes, archive } = await backup(one.platform, { trigger: 'manual' });
    expect(sentBytes).toBeLessThan(14 * MIB);
    expect(await verify(one.platform, { archive, level: 'full' })).toMatchObject({ isSound: true });
  });

  it('finds its archive sealed where only the receipt was lost (fault 87)', async () => {
    const first = await backup(one.platform, { trigger: 'nightly' });
    const again = await backup(one.platform, { trigger: 'nightly' });
    expect([first.alreadyThere, again.alreadyThere]).toEqual([false, true]);
    expect([again.archive, again.index, again.sentBytes, again.readBytes]).toEqual([first.archive, first.index, 0, 0]);
  });

  it('refuses a bad key before anything else is touched (fault 85)', async () => {
    const key = one.sshVault?.sshd.clientKeyPath('writer') ?? '';
    const text = readFileSync(key, 'utf8');
    chmodSync(key, 0o644);
    try {
      const error = await failure(backup(one.platform, { trigger: 'manual' }));
      expect(error).toMatchObject({ kind: 'config', message: expect.stringContaining(key) });
      expect(String(error)).not.toContain(text.split('\n')[1]);
    } finally {
      chmodSync(key, 0o600);
    }
  });

  it('names whoever else is backing up or restoring, and leaves it alone (fault 83)', async () => {
    const lock = await acquireLock(join(one.state, 'lock'), { holder: 'nightly from cron' });
    try {
      const error = await failure(backup(one.platform, { trigger: 'manual' }));
      expect(error).toMatchObject({
        kind: 'locked',
        message: expect.stringContaining(`nightly from cron (pid ${process.pid}`),
      });
    } finally {
      lock.release();
    }
  });

  it('sends the same large file once, though it lies there twice', async () => {
    const twin = randomBytes(40 * MIB);
    writeFiles(one.uploads, { 'twin a': twin, 'twin b': twin, 'twin c': twin });
    const before = archives().length;
    const { archive } = await backup(one.platform, { trigger: 'manual' });
    expect(archives()).toHaveLength(before + 1);
    expect(await verify(one.platform, { archive, level: 'full' })).toMatchObject({ isSound: true });
    for (const name of ['twin a', 'twin b', 'twin c']) rmSync(join(one.uploads, name));
  });

  it('shows the key in no log line and no result, and leaves no copy of it (faults 86, 127)', async () => {
    const text = readFileSync(one.sshVault?.sshd.clientKeyPath('writer') ?? '', 'utf8');
    const named = await one.reconfigure((yaml) => yaml.replace(/"key-file":"[^"]*writer"/, '"key-env":"WRITER_KEY"'));
    const leftovers = () => readdirSync('/tmp').filter((name) => /^continuity-[A-Za-z0-9]{6}$/.test(name)).length;
    const before = leftovers();
    const result = await backup({ ...named, environment: { WRITER_KEY: text } }, { trigger: 'manual' });
    const everything = [...one.log, JSON.stringify(result)].join('\n');
    for (const line of text.split('\n').slice(1, 6)) expect(everything).not.toContain(line);
    expect(leftovers()).toBe(before);
  });
});
