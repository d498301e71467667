import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFileSync, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createReadStream, lstatSync, writeFileSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { list } from 'tar';
import { decodeFooter } from '../../../src/archive/footer.ts';
import { IndexReader } from '../../../src/archive/index-reader.ts';
import type { SourceEntry } from '../../../src/archive/source-entry.ts';
import { encodeTarHeader } from '../../../src/archive/tar-header.ts';
import { verifyArchive } from '../../../src/archive/verify-archive.ts';
import type { Night } from '../../fixtures/assemble.ts';
import { inMemory, makeArchive, memoryEntry, readArchive } from '../../fixtures/small-archive.ts';

const FOOTER_BYTES = 51;
const MIB = 1024 * 1024;
const hasPython = spawnSync('python3', ['-c', 'import tarfile']).status === 0;
const long = (letter: string, length: number) => Buffer.from(letter.repeat(length), 'latin1');
const inUploads = (...names: Buffer[]) =>
  Buffer.concat([Buffer.from('uploads'), ...names.flatMap((name) => [Buffer.from('/'), name])]);

/** One of everything that is hard for a reader. */
const entries: SourceEntry[] = [
  memoryEntry('uploads/'),
  memoryEntry('uploads/ leading space', { content: 'x', mtimeNs: 500_000_000n }),
  memoryEntry('uploads/$(id) `x` "q" \'q\' \\ back', { content: randomBytes(70_000) }),
  memoryEntry('uploads/-rf', { content: 'dash', mtimeNs: 1_700_000_000_000_000_001n, mode: 0o600 }),
  memoryEntry('uploads/empty'),
  memoryEntry('uploads/high ids', { content: 'x', uid: 4_294_967_294, gid: 3_000_000 }),
  memoryEntry('uploads/large', { content: Buffer.concat([randomBytes(9 * MIB), Buffer.alloc(9 * MIB + 7)]) }),
  memoryEntry('uploads/link', { type: 'symlink', linkName: long('t', 300) }),
  memoryEntry('uploads/link raw', { type: 'symlink', linkName: long('\xe9', 300) }),
  memoryEntry('uploads/line\nbreak', { content: 'x' }),
  memoryEntry('uploads/second name', { type: 'hardlink', linkName: Buffer.from('uploads/large') }),
  memoryEntry(inUploads(long('u', 255), long('v', 255)), { content: 'long' }),
  memoryEntry(inUploads(long('\xe8', 255), long('\xe9', 255)), {
    content: 'long and raw',
    mtimeNs: 1_700_000_000_500_000_000n,
  }),
].sort((a, b) => Buffer.compare(a.name, b.name));
const dumps = { 'db/app.sql': [Buffer.from('SELECT 1;\n'), Buffer.alloc(300_000, 'row\n'), Buffer.from('-- end\n')] };

let root: string;
let night: Night;
let bytes: Buffer;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'format-'));
  night = await makeArchive(join(root, 'night'), { entries, dumps });
  bytes = await readArchive(night);
});
afterAll(async () => {
  execFileSync('rm', ['-rf', root]);
});

function run(program: string, args: string[], options: { input?: string } = {}) {
  const { status, stdout, stderr } = spawnSync(program, args, {
    maxBuffer: 1 << 28,
    env: { ...process.env, LC_ALL: 'C' },
    ...options,
  });
  return { status, stderr: stderr.toString('latin1'), stdout };
}

describe('an archive', () => {
  it('is a whole gzip file', () => {
    expect(run('gzip', ['-t', night.path])).toMatchObject({ status: 0, stderr: '' });
  });

  it('is listed by GNU tar without a word of warning, with every name byte for byte', () => {
    const { status, stderr, stdout } = run('tar', ['--quoting-style=literal', '--null', '-tzf', night.path]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const tail = ['db/app.sql', 'LISEZMOI.txt', 'manifest.json', 'stargz.index.json'];
    expect(stdout.toString('latin1')).toBe(
      [...entries.map(({ name }) => name.toString('latin1')), ...tail, ''].join('\n'),
    );
  });

  it('is extracted by GNU tar without a word of warning', async () => {
    const target = join(root, 'extracted');
    await mkdir(target);
    expect(run('tar', ['-xzf', night.path, '-C', target])).toMatchObject({ status: 0, stderr: '' });
    const large = entries.find(({ name }) => name.toString() === 'uploads/large');
    const content = await large?.open?.();
    const expected = Buffer.alloc(content?.size ?? 0);
    await content?.read(expected, 0);
    expect((await readFile(join(target, 'uploads/second name'))).equals(expected)).toBe(true);
    expect(await readFile(join(target, 'db/app.sql'), 'utf8')).toBe(Buffer.concat(dumps['db/app.sql']).toString());
  });

  (hasPython ? it : it.skip)("is read by Python's tarfile (skipped where there is no python3)", () => {
    const script = `
import sys, tarfile
with tarfile.open(sys.argv[1], 'r:gz') as archive:
    for member in archive:
        size = len(archive.extractfile(member).read()) if member.isreg() else 0
        sys.stdout.buffer.write(b'%d %d ' % (size, int(member.mtime)) + member.name.encode('utf8', 'surrogateescape') + b'\\0')
`;
    const { status, stderr, stdout } = run('python3', ['-W', 'error', '-c', script, night.path]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const lines = stdout.toString('latin1').split('\0');
    for (const { name, size, type } of entries) {
      const plain = name.toString('latin1').replace(/\/$/, '');
      expect(
        lines.filter((line) => line.endsWith(` ${plain}`) && line.startsWith(type === 'reg' ? `${size} ` : '0 ')),
      ).toHaveLength(1);
    }
  });

  it('is read by the npm tar package without a warning', async () => {
    const sizes: number[] = [];
    const warnings: string[] = [];
    await list({
      file: night.path,
      strict: true,
      onReadEntry: ({ size }) => void sizes.push(size),
      onwarn: (code) => void warnings.push(code),
    });
    expect(warnings).toEqual([]);
    expect(sizes.slice(0, entries.length)).toEqual(entries.map(({ type, size }) => (type === 'reg' ? size : 0)));
  });

  it('has a footer that leads to the index, as eStargz readers want it', () => {
    const footer = bytes.subarray(-FOOTER_BYTES);
    // RFC 1952: an empty member, whose extra field holds `SG`, 22 bytes, the offset in hexadecimal and STARGZ.
    expect(footer.subarray(0, 4).toString('hex')).toBe('1f8b0804');
    expect(footer.toString('latin1', 12, 14)).toBe('SG');
    expect(footer.toString('latin1', 16, 38)).toBe(`${night.extentBytes.toString(16).padStart(16, '0')}STARGZ`);
    expect(decodeFooter(footer)).toBe(night.extentBytes);
    const unpacked = run('sh', ['-c', `tail -c +${night.extentBytes + 1} '${night.path}' | gunzip | tar -xO`]);
    expect(unpacked.status).toBe(0);
    const index = JSON.parse(unpacked.stdout.toString('utf8')) as {
      version: number;
      entries: { name: string; nameBytes?: string; type: string }[];
    };
    expect(index.version).toBe(1);
    const names = index.entries
      .filter(({ type }) => type !== 'chunk')
      .map(({ name, nameBytes }) =>
        nameBytes ? Buffer.from(nameBytes, 'base64').toString('latin1') : Buffer.from(name).toString('latin1'),
      );
    expect(names.slice(0, entries.length)).toEqual(entries.map(({ name }) => name.toString('latin1')));
  });

  it('begins every extent at a multiple of 4096', async () => {
    const { extents } = await IndexReader.open(createReadStream(night.indexPath));
    expect(extents.count).toBeGreaterThan(8);
    for (const { offset, length } of extents) expect([offset % 4096, length % 4096]).toEqual([0, 0]);
    expect(extents.endOffset).toBe(night.extentBytes);
  });

  it('gives every extent as a valid piece of tar of its own', async () => {
    const { extents } = await IndexReader.open(createReadStream(night.indexPath));
    const first = extents.at(0);
    const piece = join(root, 'piece.gz');
    await writeFile(piece, bytes.subarray(first.offset, first.offset + first.length));
    const { stdout } = run('sh', ['-c', `(gunzip -c '${piece}'; head -c 1024 /dev/zero) | tar -t`]);
    expect(stdout.toString().split('\n')[0]).toBe('uploads/');
  });

  it('passes our own verification', async () => {
    expect((await verifyArchive({ archive: inMemory(bytes), index: night.index })).damage).toEqual([]);
  });

  it('has the same bytes for the same input, whoever was ready first', async () => {
    for (const attempt of ['again', 'once more']) {
      const other = await makeArchive(join(root, attempt), { entries, dumps });
      expect(other.index).toBe(night.index);
      expect((await readArchive(other)).equals(bytes)).toBe(true);
    }
  });
});

describe('a header', () => {
  const base = { type: 'reg', mode: 0o644, uid: 0, gid: 0, mtimeNs: 0n } as const;

  it.each([8 * 1024 ** 3 - 1, 8 * 1024 ** 3, 5_000_000_000_000])(
    'says a size of %d bytes so that GNU tar reads it',
    (size) => {
      const header = encodeTarHeader({ ...base, name: Buffer.from('huge'), size });
      // Content is not needed for the listing of the first member.
      const { stdout } = run('sh', [
        '-c',
        `printf '${[...header].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('')}' | tar -tv 2>/dev/null`,
      ]);
      expect(stdout.toString()).toContain(` ${size} `);
    },
  );
});

describe('a time', () => {
  // Before 1970 and far in the future GNU tar complains about the time, and sets it none the less.
  it.each([-1_500_000_000n, -1n, 1n, 1_700_000_000_123_456_789n, 9_000_000_000_123_456_789n])(
    'of %d ns is what GNU tar sets',
    (mtimeNs) => {
      const path = join(root, 'header.tar');
      const name = Buffer.from(`file ${mtimeNs}`);
      const header = encodeTarHeader({ name, type: 'reg', mode: 0o644, uid: 0, gid: 0, size: 0, mtimeNs });
      writeFileSync(path, Buffer.concat([header, Buffer.alloc(1024)]));
      expect(run('tar', ['-xf', path, '-C', root]).status).toBe(0);
      expect(lstatSync(join(root, name.toString()), { bigint: true }).mtimeNs).toBe(mtimeNs);
    },
  );
});
