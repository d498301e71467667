import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { pbkdf2 } from 'node:crypto';
import {
  appendFileSync,
  closeSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { keyOfGroup } from '../../../src/archive/group-entries.ts';
import type { SourceEntry } from '../../../src/archive/source-entry.ts';
import { readEntry, walkUploads } from '../../fixtures/walk-uploads.ts';

const deriveKey = promisify(pbkdf2);

let root: string;
let count = 0;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'read-file-'));
});
afterAll(() => {
  rmSync(root, { recursive: true });
});

function folder(): string {
  const path = join(root, String(++count));
  mkdirSync(path);
  return path;
}

it('a read that is under way ends before the file is closed, whose number may then be another file’s', async () => {
  const path = folder();
  writeFileSync(join(path, 'file'), 'AAAA');
  writeFileSync(join(root, 'other'), 'BBBB');
  const content = await (await walkUploads(path)).entries[1]?.open?.();
  if (!content) throw new Error('nothing to read');
  // All threads of the pool are at work: the read has to wait.
  const busy = Array.from({ length: 16 }, () => deriveKey('word', 'salt', 100_000, 32, 'sha512'));
  const target = Buffer.alloc(4);
  const reading = content.read(target, 0);
  const closing = content.close();
  const descriptor = openSync(join(root, 'other'), 'r');
  expect([await reading, target.toString(), await closing]).toEqual([4, 'AAAA', undefined]);
  await expect(content.read(target, 0)).rejects.toThrow('closed');
  closeSync(descriptor);
  await Promise.all(busy);
});

describe('reading a file that changes', () => {
  const fileOf = async (content: string): Promise<{ path: string; entry: SourceEntry | undefined }> => {
    const path = folder();
    writeFileSync(join(path, 'file'), content);
    return { path: join(path, 'file'), entry: (await walkUploads(path)).entries[1] };
  };

  it('gives the size that was promised and says what happened (fault 25)', async () => {
    const grown = await fileOf('content');
    expect(await readEntry(grown.entry, () => appendFileSync(grown.path, ' more'))).toEqual({
      bytes: Buffer.from('content'),
      oddity: expect.stringContaining('grew'),
    });
    const shrunk = await fileOf('content');
    expect(await readEntry(shrunk.entry, () => truncateSync(shrunk.path, 4))).toEqual({
      bytes: Buffer.from('cont\0\0\0'),
      oddity: expect.stringContaining('3 bytes are zeros'),
    });
    const rewritten = await fileOf('content');
    expect(await readEntry(rewritten.entry, () => writeFileSync(rewritten.path, 'CONTENT'))).toMatchObject({
      oddity: 'changed while it was read',
    });
  });

  it('never reads more than the walk saw, however far a file has grown since', async () => {
    const { path, entry } = await fileOf('content');
    truncateSync(path, 100_000_000);
    expect(await readEntry(entry)).toEqual({ bytes: Buffer.from('content'), oddity: expect.stringContaining('grew') });
  });

  it('notices a file that was replaced by another of the same size and time', async () => {
    const { path, entry } = await fileOf('content');
    const { mtime } = lstatSync(path);
    writeFileSync(`${path}.new`, 'CONTENT');
    renameSync(`${path}.new`, path);
    utimesSync(path, mtime, mtime);
    expect((await readEntry(entry))?.oddity).toBe('changed while it was read');
  });
});

describe('whether a file is unchanged', () => {
  it('is not decided by a look within the kernel’s clock tick (fault 140)', async () => {
    const path = folder();
    writeFileSync(join(path, 'file'), 'one');
    expect(keyOfGroup((await walkUploads(path)).entries)).toBeUndefined();
  });

  it('depends on name, size, times, mode, inode and link target', async () => {
    const path = folder();
    const file = join(path, 'file');
    const later = (entries: SourceEntry[]) => keyOfGroup(entries.map((entry) => ({ ...entry, settled: true })));
    const seen = new Set<string | undefined>();
    const look = async () => {
      const { entries } = await walkUploads(path);
      const key = later(entries.filter(({ type }) => type !== 'dir'));
      expect(later((await walkUploads(path)).entries.filter(({ type }) => type !== 'dir'))).toBe(key);
      expect(seen.has(key)).toBe(false);
      seen.add(key);
    };
    writeFileSync(file, 'one');
    utimesSync(file, 1_600_000_000, 1_600_000_000);
    symlinkSync('a', join(path, 'link'));
    await look();
    const steps = [
      () => writeFileSync(file, 'two'),
      () => utimesSync(file, 1_600_000_000, 1_600_000_000),
      () => execFileSync('chmod', ['600', file]),
      () => renameSync(file, join(path, 'other')),
      () => renameSync(join(path, 'other'), file),
      () => {
        rmSync(join(path, 'link'));
        symlinkSync('b', join(path, 'link'));
      },
    ];
    for (const step of steps) {
      // Longer than a tick of the kernel's clock.
      await new Promise((resolve) => setTimeout(resolve, 20));
      step();
      await look();
    }
  });
});
