import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { backup } from '../../src/operations/backup.ts';
import { restore } from '../../src/operations/restore.ts';
import { createPlatform, type TestPlatform } from '../fixtures/platform.ts';

let one: TestPlatform;
beforeAll(async () => {
  one = await createPlatform({ files: { file: 'archived' } });
});
afterAll(() => one.stop());

const archives = () => readdirSync(one.vaultDirectory).filter((name) => name.startsWith('backup_full'));

describe('a restore and a backup at the same time (fault 121)', () => {
  it('exclude each other: the backup that comes second is told who restores, and may wait for it', async () => {
    const { archive } = await backup(one.platform, { trigger: 'nightly' });
    writeFileSync(join(one.uploads, 'file'), 'spoilt');
    let waiting: ReturnType<typeof backup> | undefined;
    const restoring = restore(
      { ...one.platform, holder: 'the restore of Anna' },
      {
        archive,
        skipsSafetyBackup: true,
        confirm: async () => {
          await expect(backup(one.platform, { trigger: 'push' })).rejects.toMatchObject({
            kind: 'locked',
            message: expect.stringContaining(`held by the restore of Anna (pid ${process.pid}`),
          });
          expect(archives()).toEqual([archive]);
          waiting = backup({ ...one.platform, lockWaitMs: 60_000 }, { trigger: 'push' });
          return true;
        },
      },
    );
    expect(await restoring).toMatchObject({ done: true });
    const made = await waiting;
    expect(made).toMatchObject({ alreadyThere: false, manifest: { files: { uploads: { files: 1 } } } });
    // What it saw is what the restore had put there: nothing differs from the archive that was restored.
    expect(made?.changes?.files).toEqual({ uploads: { added: 0, changed: 0, removed: 0, bytes: 0 } });
    expect(readFileSync(join(one.uploads, 'file'), 'utf8')).toBe('archived');
  }, 120_000);

  it('exclude each other also where the restore fails: nothing stays locked', async () => {
    const refused = restore(one.platform, {
      archive: 'latest',
      skipsSafetyBackup: true,
      confirm: () => Promise.reject(new Error('the terminal went away')),
    });
    await expect(refused).rejects.toThrow('the terminal went away');
    expect(await backup(one.platform, { trigger: 'manual' })).toMatchObject({ alreadyThere: false });
  });
});
