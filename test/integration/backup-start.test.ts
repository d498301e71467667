import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { backup } from '../../src/operations/backup.ts';
import { acquireLock } from '../../src/system/lock.ts';
import { createPlatform, type TestPlatform } from '../fixtures/platform.ts';

let test: TestPlatform;

beforeAll(async () => {
  test = await createPlatform({
    databases: 3,
    databaseLines: { app: '{url-file: app-url, database: skills_hub}' },
    files: { 'student_0001/cv.pdf': 'a curriculum' },
  });
  const { cluster, directory } = test;
  if (cluster) writeFileSync(join(directory, 'app-url'), `${cluster.url()}\n`, { mode: 0o600 });
}, 120_000);
afterAll(() => test.stop());

describe('a backup that finds another run at work', () => {
  const holdLock = () => acquireLock(join(test.state, 'lock'), { holder: 'the run of cron' });

  it('is refused at once unless it may wait (fault 83)', async () => {
    const lock = await holdLock();
    await expect(backup(test.platform, { trigger: 'push' })).rejects.toMatchObject({
      kind: 'locked',
      message: expect.stringContaining('the run of cron'),
    });
    lock.release();
  });

  it('waits where it may, says for whom, and then makes its archive (fault 83)', async () => {
    const lock = await holdLock();
    const running = backup({ ...test.platform, lockWaitMs: 30_000 }, { trigger: 'push' });
    setTimeout(() => lock.release(), 300);
    await expect(running).resolves.toMatchObject({ alreadyThere: false });
    expect(test.log).toContainEqual(
      expect.stringMatching(/^info: .*held by the run of cron \(pid \d+, since .*\): waiting for up to 30 s\.$/),
    );
  });

  it('stops waiting when it is cancelled', async () => {
    const lock = await holdLock();
    const abort = new AbortController();
    const platform = { ...test.platform, lockWaitMs: 30_000, signal: abort.signal };
    const running = backup(platform, { trigger: 'push' });
    setTimeout(() => abort.abort(new Error('ended by SIGINT')), 300);
    await expect(running).rejects.toThrow(/was interrupted: ended by SIGINT/);
    lock.release();
  });
});

describe('a connection string in a file', () => {
  it('that others may read is refused before any server is asked; its content is in no message', async () => {
    const file = join(test.directory, 'app-url');
    chmodSync(file, 0o644);
    await expect(backup(test.platform, { trigger: 'push' })).rejects.toMatchObject({
      kind: 'config',
      message: `databases.app: the secret file ${file} has mode 0644: others may read it`,
      next: expect.stringContaining(`chmod 600 ${file}`),
    });
    chmodSync(file, 0o600);
    await expect(backup(test.platform, { trigger: 'push' })).resolves.toMatchObject({ alreadyThere: false });
  });
});
