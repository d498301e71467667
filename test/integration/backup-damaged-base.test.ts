import { randomBytes } from 'node:crypto';
import { chmodSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { backup } from '../../src/operations/backup.ts';
import { verify } from '../../src/operations/verify.ts';
import { flipByte } from '../fixtures/flip-byte.ts';
import { createPlatform, writeFiles, type TestPlatform } from '../fixtures/platform.ts';

/** From the end of an archive: behind this the footer, before it the index. */
const INDEX_FROM_END = 100;

describe('a backup whose base has a damaged index', () => {
  let one: TestPlatform;
  let older: string;

  beforeEach(async () => {
    one = await createPlatform({ files: { 'large.bin': randomBytes(300_000) } });
    older = (await backup(one.platform, { trigger: 'manual' })).archive;
    await sleep(1000);
    writeFiles(one.uploads, { more: 'more' });
    const { archive } = await backup(one.platform, { trigger: 'manual' });
    const path = join(one.vaultDirectory, archive);
    flipByte(path, statSync(path).size - INDEX_FROM_END);
    chmodSync(path, 0o440);
    await sleep(1000);
  }, 30_000);
  afterEach(async () => {
    await one.stop();
  });

  const backUpAgain = async () => {
    const result = await backup(one.platform, { trigger: 'manual' });
    expect(result.changes?.since).toBe(older);
    // The large file is taken over from the older archive.
    expect(result.sentBytes).toBeLessThan(100_000);
    expect(await verify(one.platform, { archive: result.archive, level: 'full' })).toMatchObject({ isSound: true });
    return result;
  };

  it('builds upon the archive before, the same night', async () => {
    rmSync(join(one.platform.config.state, 'cache'), { recursive: true });
    one.log.length = 0;
    await backUpAgain();
    expect(one.log).toContainEqual(expect.stringMatching(/^warning: .*its index.*not built upon/));
  });

  it('where the client has a copy of that index, fails at the seal and does so the next time', async () => {
    await expect(backup(one.platform, { trigger: 'manual' })).rejects.toMatchObject({
      kind: 'damaged',
      message: expect.stringContaining('index'),
      next: expect.stringContaining('older archive'),
    });
    await backUpAgain();
  });
});
