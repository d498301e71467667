import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { lstat, readFile, readdir, readlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ArchiveDamage } from '../../src/archive/archive-damage.ts';
import type { SafeEntry } from '../../src/archive/entry-guard.ts';
import { extractEntries } from '../../src/archive/gnu-tar.ts';
import type { TarHeader } from '../../src/archive/tar-header.ts';
import { withReachablePath } from '../../src/system/long-path.ts';
import { makeExtractionPlace, owner, type ExtractionPlace } from '../fixtures/extraction-place.ts';

const MTIME_NS = 1_700_000_000_123_456_789n;
const isRoot = process.getuid?.() === 0;
const { uid, gid } = owner;

let place: ExtractionPlace;
beforeAll(async () => {
  place = await makeExtractionPlace();
});
afterAll(() => place.remove());

async function* once(...bytes: Buffer[]): AsyncGenerator<Buffer> {
  yield* bytes;
}

interface Sketch extends Partial<TarHeader> {
  content?: Buffer;
  sparse?: boolean;
}

function entry(name: string | Buffer, { content = Buffer.alloc(0), sparse, ...fields }: Sketch = {}): SafeEntry {
  const bytes = Buffer.from(name as string);
  const type = bytes.at(-1) === 0x2f ? 'dir' : 'reg';
  const mode = type === 'dir' ? 0o750 : 0o640;
  const header: TarHeader = { name: bytes, type, mode, uid, gid, mtimeNs: MTIME_NS, size: content.length, ...fields };
  return { header, body: once(content), ...(sparse ? { sparse } : {}) };
}

async function extract(...entries: SafeEntry[]): Promise<string> {
  const directory = await place.makeStaging();
  await extractEntries({
    entries: (async function* () {
      yield* entries;
    })(),
    directory,
  });
  return directory;
}

async function stat(directory: string, name: string | Buffer) {
  const path = Buffer.concat([Buffer.from(`${directory}/`), Buffer.from(name as string)]);
  return await withReachablePath(path, (reachable) => lstat(reachable, { bigint: true }));
}

describe('extractEntries', () => {
  it('brings odd names back byte for byte (28, 29, 30, 31, 130)', async () => {
    const names = [
      Buffer.from('new\nline'),
      Buffer.from('-rf'),
      Buffer.from(' spaces '),
      Buffer.from('back\\slash'),
      Buffer.from('$(touch x)`id`'),
      Buffer.from(`"quotes'`),
      Buffer.from('n'.repeat(255)),
      Buffer.from('caf\xe8', 'latin1'),
      Buffer.from('caf\xe9', 'latin1'),
      Buffer.from('\xff'.repeat(200), 'latin1'),
      Buffer.from('\u00e9'),
      Buffer.from('e\u0301'),
      Buffer.from('Case'),
      Buffer.from('case'),
      Buffer.from('C:\\x'),
      Buffer.from('[a-z]*?'),
    ];
    const directory = await extract(
      ...names.map((name, position) => entry(name, { content: Buffer.from(String(position)) })),
    );
    const found = await readdir(directory, { encoding: 'buffer' });
    expect(found.map((name) => name.toString('hex')).sort()).toEqual(names.map((name) => name.toString('hex')).sort());
    for (const [position, name] of names.entries()) {
      const path = Buffer.concat([Buffer.from(`${directory}/`), name]);
      expect(await readFile(path, 'utf8')).toBe(String(position));
      expect((await stat(directory, name)).mtimeNs).toBe(MTIME_NS);
    }
  });

  it('restores modes, owners and times to the nanosecond, of directories too (36)', async () => {
    const directory = await extract(
      entry('d/', { mode: 0o2555, mtimeNs: 1_600_000_000_000_000_001n }),
      entry('d/secret', { mode: 0o600, content: Buffer.from('x') }),
      entry('d/early', { mtimeNs: -1n }),
      entry('d/future', { mtimeNs: 5_000_000_000_000_000_009n }),
      entry('d/sub/', { mode: 0o700, mtimeNs: 5n }),
      entry('d/sub/file'),
    );
    const about = async (name: string) => {
      const { mode, uid, gid, mtimeNs } = await stat(directory, name);
      return [Number(mode) & 0o7777, Number(uid), Number(gid), mtimeNs];
    };
    expect(await about('d')).toEqual([0o2555, uid, gid, 1_600_000_000_000_000_001n]);
    expect(await about('d/secret')).toEqual([0o600, uid, gid, MTIME_NS]);
    expect(await about('d/early')).toEqual([0o640, uid, gid, -1n]);
    expect((await about('d/future'))[3]).toBe(5_000_000_000_000_000_009n);
    expect(await about('d/sub')).toEqual([0o700, uid, gid, 5n]);
  });

  it('makes links as they are stored and never follows them (32)', async () => {
    const directory = await extract(
      entry('absolute', { type: 'symlink', linkName: Buffer.from('/etc/passwd') }),
      entry('dangling', { type: 'symlink', linkName: Buffer.from('nowhere/\xff', 'latin1') }),
      entry('file', { content: Buffer.from('same') }),
      entry('hard', { type: 'hardlink', linkName: Buffer.from('file') }),
      entry('loop', { type: 'symlink', linkName: Buffer.from('loop') }),
      entry('parent', { type: 'symlink', linkName: Buffer.from('../..') }),
    );
    expect(await readlink(join(directory, 'absolute'))).toBe('/etc/passwd');
    expect((await readlink(join(directory, 'dangling'), { encoding: 'buffer' })).toString('latin1')).toBe(
      'nowhere/\xff',
    );
    expect(await readlink(join(directory, 'loop'))).toBe('loop');
    expect(await readlink(join(directory, 'parent'))).toBe('../..');
    expect((await stat(directory, 'hard')).ino).toBe((await stat(directory, 'file')).ino);
    expect((await stat(directory, 'parent')).mtimeNs).toBe(MTIME_NS);
  });

  it('digs holes again and keeps content and time (34)', async () => {
    const content = Buffer.alloc(20 * 1024 * 1024);
    content[1_000_000] = 1;
    content[15_000_000] = 2;
    const directory = await extract(
      entry('d/', { mtimeNs: 7n }),
      entry('d/sparse', { content, sparse: true, mode: 0o400 }),
    );
    const { size, blocks, mtimeNs, mode } = await stat(directory, 'd/sparse');
    expect([size, mtimeNs, Number(mode) & 0o777]).toEqual([BigInt(content.length), MTIME_NS, 0o400]);
    expect((await stat(directory, 'd')).mtimeNs).toBe(7n);
    const digest = createHash('sha256')
      .update(await readFile(join(directory, 'd/sparse')))
      .digest('hex');
    expect(digest).toBe(createHash('sha256').update(content).digest('hex'));
    if (isRoot) expect(Number(blocks) * 512).toBeLessThan(1024 * 1024);
  });

  it('reaches paths beyond what the kernel takes at once, to 12,000 bytes (28)', async () => {
    const levels = Array.from({ length: 48 }, (_, level) => `${level}-${'p'.repeat(247)}/`);
    const deep = (depth: number): string => levels.slice(0, depth).join('');
    const entries = levels.flatMap((_, level) => [
      entry(deep(level + 1), { mtimeNs: BigInt(level) * 1_000_000_007n }),
      entry(`${deep(level + 1)}-file`, { content: Buffer.from(`at ${level}`) }),
    ]);
    const link = { type: 'symlink' as const, linkName: Buffer.from('../x') };
    const far = entry(`${deep(40)}far`, { type: 'hardlink', linkName: Buffer.from(`${deep(1)}-file`) });
    const near = entry(`${deep(40)}near`, { type: 'hardlink', linkName: Buffer.from(`${deep(40)}-file`) });
    const directory = await extract(...entries, entry(`${deep(40)}link`, link), far, near, entry('~last'));
    for (const level of levels.keys()) {
      expect((await stat(directory, deep(level + 1).slice(0, -1))).mtimeNs).toBe(BigInt(level) * 1_000_000_007n);
      const path = Buffer.from(`${directory}/${deep(level + 1)}-file`);
      expect(await withReachablePath(path, (reachable) => readFile(reachable, 'utf8'))).toBe(`at ${level}`);
    }
    expect((await stat(directory, `${deep(40)}far`)).ino).toBe((await stat(directory, `${deep(1)}-file`)).ino);
    expect((await stat(directory, `${deep(40)}near`)).ino).toBe((await stat(directory, `${deep(40)}-file`)).ino);
    expect((await stat(directory, '~last')).isFile()).toBe(true);
  });

  it('makes the parents that a choice of entries leaves out', async () => {
    const directory = await extract(entry('a/b/c', { content: Buffer.from('x') }));
    expect(await readFile(join(directory, 'a/b/c'), 'utf8')).toBe('x');
  });

  it('refuses a directory that is not empty', async () => {
    const directory = await place.makeStaging();
    await writeFile(join(directory, 'left over'), '');
    await expect(extractEntries({ entries: (async function* () {})(), directory })).rejects.toMatchObject({
      kind: 'refused',
    });
  });

  it('fails with the reason where tar cannot write, and does not hang', async () => {
    const directory = await place.makeStaging();
    const entries = async function* (): AsyncGenerator<SafeEntry> {
      yield entry('f', { content: Buffer.alloc(1024) });
      // A second file of a name that only a directory could have: tar says so and fails.
      for (let count = 0; count < 40; count++) yield entry('f/below', { content: Buffer.alloc(1024 * 1024) });
    };
    await expect(extractEntries({ entries: entries(), directory })).rejects.toMatchObject({
      kind: 'failed',
      message: /f\/below/,
    });
  });

  it('passes on what its source throws, and ends tar', async () => {
    const directory = await place.makeStaging();
    const entries = async function* (): AsyncGenerator<SafeEntry> {
      yield entry('f', { content: Buffer.from('x') });
      throw new ArchiveDamage('g', 'is damaged');
    };
    await expect(extractEntries({ entries: entries(), directory })).rejects.toThrow('g: is damaged');
  });
});
