import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { appendDurably, writeDurably } from '../../../src/system/durable-file.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'durable-'));
});
afterEach(() => rm(folder, { recursive: true }));

describe('a file written durably', () => {
  it('replaces the former one, with the mode asked for, and leaves no other name', async () => {
    const path = join(folder, 'receipt');
    await writeFile(path, 'a former text that is longer');
    await writeDurably(path, 'new', 0o646);
    expect(await readFile(path, 'utf8')).toBe('new');
    expect((await stat(path)).mode & 0o777).toBe(0o646);
    expect(await readdir(folder)).toEqual(['receipt']);
  });

  it('leaves everything as it was where it cannot be put in its place', async () => {
    await mkdir(join(folder, 'taken'));
    await expect(writeDurably(join(folder, 'taken'), 'x', 0o600)).rejects.toThrow(/EISDIR|ENOTDIR|EEXIST/);
    expect(await readdir(folder)).toEqual(['taken']);
  });
});

describe('a line appended durably', () => {
  it('comes after the others', async () => {
    const path = join(folder, 'ledger');
    await appendDurably(path, 'one\n', 0o640);
    await appendDurably(path, Buffer.from('two\n'), 0o640);
    expect(await readFile(path, 'utf8')).toBe('one\ntwo\n');
    expect((await stat(path)).mode & 0o777).toBe(0o640);
  });
});
