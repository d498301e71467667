import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { linkSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SourceEntry } from '../../../src/archive/source-entry.ts';
import { openFileSource } from '../../../src/sources/files/file-source.ts';
import { joinBytes, withReachablePath } from '../../../src/system/long-path.ts';
import { readEntry, walkUploads } from '../../fixtures/walk-uploads.ts';

let root: string;
let count = 0;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'file-source-'));
});
afterAll(() => {
  execFileSync('rm', ['-rf', root]);
});

function folder(): string {
  const path = join(root, String(++count));
  mkdirSync(path);
  return path;
}

const namesOf = (entries: SourceEntry[]) => entries.map(({ name }) => name.toString('latin1').slice('uploads/'.length));

describe('a walk', () => {
  it('gives every name as its bytes, in bytewise order of what the archive writes (faults 28-31)', async () => {
    const path = folder();
    const names = [
      '-rf',
      ' ',
      'a b',
      'back\\slash',
      '$(id)',
      '"q"',
      "'",
      'line\nbreak',
      'A',
      'a',
      'a.b',
      'caf\xe8',
      'caf\xe9',
      'caf\xc3\xa9',
      'cafe\xcc\x81',
      'n'.repeat(255),
      '\x01',
      '\xff',
    ];
    for (const name of names) writeFileSync(Buffer.from(`${path}/${name}`, 'latin1'), name, 'latin1');
    mkdirSync(join(path, 'a-folder'));
    writeFileSync(join(path, 'a-folder/file'), '');
    mkdirSync(join(path, 'x'));
    writeFileSync(join(path, 'x/file'), '');
    writeFileSync(join(path, 'x-file'), '');
    const { entries } = await walkUploads(path);
    const found = entries.map(({ name }) => name);
    expect([...found].sort((a, b) => Buffer.compare(a, b))).toEqual(found);
    expect(namesOf(entries).sort()).toEqual(
      ['', ...names, 'a-folder/', 'a-folder/file', 'x/', 'x/file', 'x-file'].sort(),
    );
  });

  it('stores symbolic links and never follows them (fault 32)', async () => {
    const path = folder();
    const targets = {
      absolute: '/etc',
      dangling: 'nowhere',
      loop: 'loop',
      parent: '..',
      folder: 'real',
      raw: Buffer.from('caf\xe8', 'latin1'),
    };
    mkdirSync(join(path, 'real'));
    for (const [name, target] of Object.entries(targets)) symlinkSync(target, join(path, name));
    const { entries, report } = await walkUploads(path);
    expect(
      entries.filter(({ type }) => type === 'symlink').map(({ name, linkName }) => [name.toString(), linkName]),
    ).toEqual(
      Object.entries(targets)
        .map(([name, target]) => [`uploads/${name}`, Buffer.from(target as string)])
        .sort(),
    );
    expect(report).toMatchObject({ links: 6, directories: 2, files: 0 });
  });

  it('skips FIFOs, sockets and devices, lists them, and waits for none (fault 35)', async () => {
    const path = folder();
    execFileSync('mkfifo', [join(path, 'fifo')]);
    const server: Server = createServer();
    await new Promise<void>((resolve) => server.listen(join(path, 'socket'), resolve));
    const kinds = [
      { path: 'fifo', reason: 'is a FIFO: not stored' },
      { path: 'socket', reason: 'is a socket: not stored' },
    ];
    if (process.getuid?.() === 0) {
      execFileSync('mknod', [join(path, 'device'), 'c', '1', '3']);
      kinds.push({ path: 'device', reason: 'is a character device: not stored' });
    }
    const { entries, report } = await walkUploads(path).finally(() => server.close());
    expect(namesOf(entries)).toEqual(['']);
    expect(report.skipped).toEqual(kinds.sort((a, b) => (a.path < b.path ? -1 : 1)));
  });

  it('reads nothing from a FIFO that has taken a file’s place, and does not hang on it', async () => {
    const path = folder();
    writeFileSync(join(path, 'file'), 'content');
    const { entries } = await walkUploads(path);
    rmSync(join(path, 'file'));
    execFileSync('mkfifo', [join(path, 'file')]);
    expect(await readEntry(entries[1])).toBeUndefined();
    rmSync(join(path, 'file'));
    symlinkSync('/etc/passwd', join(path, 'file'));
    expect(await readEntry(entries[1])).toBeUndefined();
  });

  it('keeps hard links: the first is the file, the others refer to it', async () => {
    const path = folder();
    writeFileSync(join(path, 'b'), 'content');
    linkSync(join(path, 'b'), join(path, 'c'));
    mkdirSync(join(path, 'a'));
    linkSync(join(path, 'b'), join(path, 'a/z'));
    const { entries, report } = await walkUploads(path);
    expect(entries.slice(2).map(({ name, type, linkName }) => [name.toString(), type, linkName?.toString()])).toEqual([
      ['uploads/a/z', 'reg', undefined],
      ['uploads/b', 'hardlink', 'uploads/a/z'],
      ['uploads/c', 'hardlink', 'uploads/a/z'],
    ]);
    expect(report).toMatchObject({ files: 1, links: 2, bytes: 7 });
    // Whatever becomes of the first name, the others still lead to an entry.
    rmSync(join(path, 'a/z'));
    expect(await readEntry(entries[2])).toMatchObject({
      bytes: Buffer.alloc(0),
      oddity: expect.stringContaining('stored empty'),
    });
  });

  it('knows holes, times to the nanosecond, modes and owners (faults 34, 36)', async () => {
    const path = folder();
    writeFileSync(join(path, 'sparse'), '');
    truncateSync(join(path, 'sparse'), 200_000_000);
    writeFileSync(join(path, 'plain'), 'x', { mode: 0o600 });
    execFileSync('touch', ['-d', '2020-02-02 02:02:02.123456789Z', join(path, 'plain')]);
    execFileSync('chmod', ['6711', join(path, 'sparse')]);
    const { entries } = await walkUploads(path);
    const [, plain, sparse] = entries;
    expect(plain).toMatchObject({
      mtimeNs: 1_580_608_922_123_456_789n,
      mode: 0o600,
      uid: process.getuid?.(),
      gid: process.getgid?.(),
    });
    expect(plain?.sparse).toBeUndefined();
    expect(sparse).toMatchObject({ sparse: true, size: 200_000_000, mode: 0o6711 });
  });

  it('leaves out what is excluded, and a restore’s own folders at the root', async () => {
    const path = folder();
    for (const name of ['.continuity-kept', 'a', 'a/.cache', 'b']) mkdirSync(join(path, name));
    for (const name of ['.continuity-kept/x', 'a/.cache/x', 'a/.continuity-mine', 'b/x.tmp', 'b/x'])
      writeFileSync(join(path, name), '');
    const { entries } = await walkUploads(path, { exclude: ['**/.cache', '**/*.tmp'] });
    expect(namesOf(entries)).toEqual(['', 'a/', 'a/.continuity-mine', 'b/', 'b/x']);
  });

  it('reaches a path that is longer than the kernel takes at once (fault 28)', async () => {
    const path = folder();
    let deepest: Buffer = Buffer.from(path);
    for (let depth = 0; depth < 20; depth++) {
      deepest = joinBytes(deepest, Buffer.alloc(250, 'd'));
      await withReachablePath(deepest, mkdir);
    }
    await withReachablePath(joinBytes(deepest, Buffer.from('file')), (reachable) => writeFile(reachable, 'deep\n'));
    await withReachablePath(joinBytes(deepest, Buffer.from('link')), (reachable) => symlink('target', reachable));
    const { entries, report } = await walkUploads(path);
    const deep = entries.find(({ name }) => name.toString().endsWith('/file'));
    expect(deep?.name.length).toBeGreaterThan(5000);
    expect((await readEntry(deep))?.bytes.toString()).toBe('deep\n');
    expect(report).toMatchObject({ files: 1, directories: 21, links: 1 });
  });

  it('leaves out what vanished between the listing and the look (fault 26)', async () => {
    const path = folder();
    for (let n = 0; n < 600; n++) writeFileSync(join(path, `file-${String(n).padStart(4, '0')}`), 'x');
    mkdirSync(join(path, 'zz'));
    const { entries } = openFileSource({ name: 'uploads', path, exclude: [], allowUnreadable: [] });
    let seen = 0;
    for await (const entry of entries) {
      if (++seen === 2) {
        // The folder has been listed by now, and its first names looked at.
        for (let n = 500; n < 600; n++) rmSync(join(path, `file-0${n}`));
        rmSync(join(path, 'zz'), { recursive: true });
      }
      expect(entry.name.toString()).not.toMatch(/file-05|zz/);
    }
    expect(seen).toBe(501);
  });

  it('says that a folder is missing', async () => {
    const error: unknown = await walkUploads(join(root, 'missing')).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      kind: 'source',
      message: expect.stringContaining('"uploads"'),
      next: expect.stringContaining('mounted'),
    });
  });
});
