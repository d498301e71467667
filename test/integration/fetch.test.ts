import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, renameSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { backup } from '../../src/operations/backup.ts';
import { fetch } from '../../src/operations/fetch.ts';
import { createPlatform, type TestPlatform } from '../fixtures/platform.ts';

let made: TestPlatform;
let archive: string;
beforeAll(async () => {
  made = await createPlatform({ files: { 'a/large': randomBytes(400_000), 'b/plain': 'plain' } });
  archive = (await backup(made.platform, { trigger: 'nightly' })).archive;
});
afterAll(() => made.stop());

describe('fetching a whole archive', () => {
  it('goes on where it stopped, recovers from a damaged part, and replaces nothing', async () => {
    const directory = join(made.directory, 'fetched');
    const { path, sizeBytes } = await fetch(made.platform, { archive, directory });
    execFileSync('tar', ['tzf', path]);
    await expect(fetch(made.platform, { archive, directory })).rejects.toMatchObject({ kind: 'refused' });
    renameSync(path, `${path}.part`);
    truncateSync(`${path}.part`, 10_000);
    expect(await fetch(made.platform, { archive, directory })).toMatchObject({ resumedBytes: 10_000, sizeBytes });
    renameSync(path, `${path}.part`);
    truncateSync(`${path}.part`, 10_000);
    writeFileSync(`${path}.part`, randomBytes(5000), { flag: 'r+' });
    await expect(fetch(made.platform, { archive, directory })).rejects.toMatchObject({ kind: 'damaged' });
    expect(existsSync(path)).toBe(false);
    expect((await fetch(made.platform, { archive, directory })).resumedBytes).toBe(0);
    writeFileSync(path, '');
    await expect(fetch(made.platform, { archive, directory })).rejects.toMatchObject({ kind: 'refused' });
  });
});
