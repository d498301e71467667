import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { SourceEntry } from '../../../src/archive/source-entry.ts';
import { placeFilesSwap } from '../../../src/operations/restore/stage-files.ts';
import { resolveRoot } from '../../../src/operations/restore/resolve-root.ts';
import { openFileSource } from '../../../src/sources/files/file-source.ts';
import { withReachablePath } from '../../../src/system/long-path.ts';
import { makeFolder } from '../../../src/system/make-folder.ts';
import { resolveFolder } from '../../../src/system/resolve-folder.ts';
import { readEntry } from '../../fixtures/walk-uploads.ts';
import { startRootedProcess, type RootedProcess } from '../../fixtures/rooted-process.ts';

const describeAsRoot = process.getuid?.() === 0 ? describe : describe.skip;

describeAsRoot('a folder below the root of another process', () => {
  let outside: string;
  let root: string;
  let rooted: RootedProcess;
  beforeEach(async () => {
    outside = realpathSync(mkdtempSync(join(tmpdir(), 'continuity-rooted-')));
    root = join(outside, 'root');
    mkdirSync(join(root, 'srv/uploads'), { recursive: true });
    mkdirSync(join(root, '.data'));
    writeFileSync(join(root, 'srv/uploads/file'), 'of the container');
    mkdirSync(join(outside, 'host/uploads'), { recursive: true });
    writeFileSync(join(outside, 'host/uploads/secret'), 'of the host');
    symlinkSync(join(outside, 'host'), join(root, 'link'));
    rooted = await startRootedProcess(root);
  });
  afterEach(async () => {
    await rooted.end();
    rmSync(outside, { recursive: true });
  });

  it('is found there, also where its name begins with a dot, and the root itself', async () => {
    for (const name of ['/srv/uploads', '/.data', '/', '']) {
      expect(await resolveFolder(rooted.top + name)).toBe(rooted.top + name);
    }
    await expect(resolveFolder(`${rooted.top}${outside}`)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('stays there where it is missing, with all that is missing above it', async () => {
    // The last is there on the host.
    for (const name of ['/missing', '/srv/a/b', '/.hidden', `${outside}/host/uploads`]) {
      const path = rooted.top + name;
      const found = await resolveRoot(path);
      expect(found).toMatchObject({ root: path, isNew: true });
      expect(found.existing.startsWith(rooted.top)).toBe(true);
      const swap = await placeFilesSwap({ source: 'uploads', path }, '20260101000000-abcdef', '/nowhere');
      expect(swap).toMatchObject({ root: path, isRootNew: true });
    }
  });

  it('is made there, for others to enter, and nowhere else', async () => {
    const folder = await makeFolder(`${rooted.top}/new/er/folder`);
    await folder?.close();
    expect(lstatSync(join(root, 'new/er/folder')).mode & 0o777).toBe(0o755);
    expect(existsSync('/new')).toBe(false);
  });

  it('is neither looked for nor made behind a symbolic link', async () => {
    for (const name of ['/link', '/link/uploads', '/link/new', '/srv/uploads/file', '/srv/uploads/file/new']) {
      await expect(resolveRoot(rooted.top + name)).rejects.toMatchObject({ kind: 'refused' });
      expect(await makeFolder(rooted.top + name)).toBeUndefined();
    }
    expect(readdirSync(join(outside, 'host'))).toEqual(['uploads']);
  });

  it('is not looked into, listed or read through a link that was put in its way', async () => {
    const through = Buffer.from(`${rooted.top}/link/uploads`);
    const look = (path: Buffer) => lstat(Buffer.concat([path, Buffer.from('/secret')]));
    await expect(look(through)).resolves.toBeDefined();
    for (const path of [through, Buffer.from(`${through.toString()}/secret`), Buffer.from(`${rooted.top}/link/.`)]) {
      await expect(withReachablePath(path, (reachable) => readdir(reachable))).rejects.toMatchObject({
        code: 'ENOENT',
      });
    }
  });

  it.each(['legacy/deep/', 'legacy/deep/secret'])(
    'gives a walk nothing of this host, when a link takes the place of a folder after %s',
    async (swapAfter) => {
      mkdirSync(join(root, 'srv/deep'));
      writeFileSync(join(root, 'srv/deep/secret'), 'of the container');
      const options = { name: 'legacy', path: `${rooted.top}/srv`, exclude: [], allowUnreadable: [] };
      const seen: string[] = [];
      let content: unknown = 'not asked for';
      for await (const entry of openFileSource(options).entries) {
        const name = entry.name.toString();
        seen.push(name);
        if (name === swapAfter) {
          renameSync(join(root, 'srv/deep'), join(root, 'moved'));
          symlinkSync(join(outside, 'host/uploads'), join(root, 'srv/deep'));
        }
        if (name === 'legacy/deep/secret') content = (await readEntry(entry))?.bytes.toString();
      }
      expect(seen).toContain('legacy/uploads/file');
      expect(seen.includes('legacy/deep/secret')).toBe(swapAfter === 'legacy/deep/secret');
      expect(content).toBe(swapAfter === 'legacy/deep/' ? 'not asked for' : 'of the container');
    },
  );

  it('that ends while a walk holds folders in it open gives no file any more', async () => {
    for (let number = 0; number < 300; number++) writeFileSync(join(root, `srv/uploads/${number}`), 'content');
    const options = { name: 'uploads', path: `${rooted.top}/srv/uploads`, exclude: [], allowUnreadable: ['**'] };
    let read: SourceEntry | undefined;
    const walk = async () => {
      for await (const entry of openFileSource(options).entries) {
        if (read || entry.type !== 'reg') continue;
        read = entry;
        await rooted.end();
      }
    };
    const ended = { kind: 'source', message: expect.stringContaining('does not run any more') as unknown };
    await expect(walk()).rejects.toMatchObject(ended);
    await expect(readEntry(read)).rejects.toMatchObject(ended);
  });

  it('that has ended is no empty one: looking, resolving, making and walking fail', async () => {
    for (let number = 0; number < 300; number++) writeFileSync(join(root, `srv/uploads/${number}`), 'content');
    const { entries } = openFileSource({
      name: 'uploads',
      path: `${rooted.top}/srv/uploads`,
      exclude: [],
      allowUnreadable: ['**'],
    });
    const walk = entries[Symbol.asyncIterator]();
    expect((await walk.next()).done).toBe(false);
    await rooted.end();
    const finish = async () => {
      while (!(await walk.next()).done);
    };
    const ended = { kind: 'source', message: expect.stringContaining('does not run any more') as unknown };
    await expect(finish()).rejects.toMatchObject(ended);
    const path = `${rooted.top}/srv/uploads`;
    await expect(resolveFolder(path)).rejects.toMatchObject(ended);
    await expect(resolveRoot(path)).rejects.toMatchObject(ended);
    await expect(makeFolder(path)).rejects.toMatchObject(ended);
    await expect(placeFilesSwap({ source: 'uploads', path }, 'id', '/nowhere')).rejects.toMatchObject(ended);
  });
});
