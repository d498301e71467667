import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  realpathSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { lstat, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { FolderTree } from '../../../src/system/folder-tree.ts';
import { walkTree } from '../../../src/sources/files/walk.ts';

/** More than are held open at a time. */
const MANY = 300;

let root: string;
let tree: FolderTree;
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'continuity-tree-')));
  tree = new FolderTree(Buffer.from(root));
});
afterEach(() => {
  tree.close();
  // Node itself does not reach paths that long.
  execFileSync('rm', ['-rf', root]);
});

const read = (name: string) => tree.reach(Buffer.from(name), (path) => readFile(path, 'utf8'));
/** How many folders below the root are open. */
const countOpen = () =>
  readdirSync('/proc/self/fd').filter((number) => {
    try {
      return readlinkSync(`/proc/self/fd/${number}`).startsWith(root);
    } catch {
      // Closed meanwhile.
      return false;
    }
  }).length;

describe('a tree of folders', () => {
  it('is read below the folder that was there first, and never through a link', async () => {
    mkdirSync(join(root, 'a/b'), { recursive: true });
    writeFileSync(join(root, 'a/b/file'), 'its own');
    mkdirSync(join(root, 'other'));
    writeFileSync(join(root, 'other/file'), 'another');
    symlinkSync('../other', join(root, 'a/link'));
    expect(await read('a/b/file')).toBe('its own');
    await expect(read('a/link/file')).rejects.toMatchObject({ code: 'ENOTDIR' });
    renameSync(join(root, 'a/b'), join(root, 'moved'));
    symlinkSync('../other', join(root, 'a/b'));
    expect(await read('a/b/file')).toBe('its own');
    tree.close();
    await expect(read('a/b/file')).rejects.toMatchObject({ code: 'ENOTDIR' });
  });

  it('has errors name paths in it, not our descriptors', async () => {
    mkdirSync(join(root, '$&'));
    for (const name of ['$&/file', '$&/folder/file', 'gone/file']) {
      const error: unknown = await read(name).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({
        code: 'ENOENT',
        message: expect.stringContaining(join(root, name.split('/')[0]!)),
      });
      expect((error as Error).message).not.toContain('/proc/');
    }
  });

  it('holds few folders open, however deep or wide it is, and none when it is closed', async () => {
    const deep = 'd/'.repeat(MANY);
    mkdirSync(join(root, deep), { recursive: true });
    for (let number = 0; number < MANY; number++) mkdirSync(join(root, deep, `w${number}/inner`), { recursive: true });
    const isExcluded = () => false;
    const onUnreadable = (_name: Buffer, error: unknown) => {
      throw error;
    };
    let folders = 0;
    let most = 0;
    for await (const { stat } of walkTree({ tree, isExcluded, onUnreadable })) {
      if (stat.isDirectory() && ++folders % 50 === 0) most = Math.max(most, countOpen());
    }
    expect(folders).toBe(1 + 3 * MANY);
    expect(most).toBeGreaterThan(10);
    expect(most).toBeLessThan(100);
    tree.close();
    expect(countOpen()).toBe(0);
    const looks = ['w1/inner', 'w2/inner'].map((name) => tree.reach(Buffer.from(deep + name), (path) => lstat(path)));
    expect((await Promise.all(looks)).map((stat) => stat.isDirectory())).toEqual([true, true]);
    expect(countOpen()).toBe(0);
  });
});
