import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { alignMembers, headerMember } from '../../../src/archive/gzip-member.ts';
import { encodeTarHeader } from '../../../src/archive/tar-header.ts';
import { verifyArchive } from '../../../src/archive/verify-archive.ts';
import { inMemory, makeArchive, memoryEntry, readArchive, reseal } from '../../fixtures/small-archive.ts';

let root: string;
let count = 0;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'forged-'));
});
afterAll(async () => {
  await rm(root, { recursive: true, force: true });
});

const tiny = { entries: [memoryEntry('uploads/file', { content: 'some content' })] };

describe('a forged index is caught where it', () => {
  const file = (text: string): string =>
    text.split('\n').find((line) => line.startsWith('{"name":"uploads/file"')) ?? '';
  it.each<[string, (text: string) => string]>([
    ['changes a mode', (text) => text.replace('"mode":420', '"mode":511')],
    ['changes an owner', (text) => text.replace('"uid":1000', '"uid":1001')],
    ['changes a time', (text) => text.replace('.123456789Z', '.123456788Z')],
    ['changes a name', (text) => text.replace('uploads/file', 'uploads/life')],
    ['changes a size', (text) => text.replace('"size":12,', '"size":13,')],
    [
      'changes a chunk’s digest',
      (text) => text.replace(/"chunkDigest":"sha256:./, '"chunkDigest":"sha256:z'.replace('z', 'e')),
    ],
    [
      'moves a chunk',
      (text) =>
        text.replace(
          /(uploads\/file.*"offset":)(\d+)/,
          (_all, before: string, offset: string) => `${before}${Number(offset) + 1}`,
        ),
    ],
    ['points to the header in place of the chunk', (text) => text.replace(/(uploads\/file.*"offset":)\d+/, '$10')],
    [
      'adds an entry',
      (text) => text.replace(file(text), `${file(text)}\n${file(text)}`).replace('"entries":1}', '"entries":2}'),
    ],
    ['leaves an entry out', (text) => text.replace(`${file(text)}\n`, '').replace('"entries":1}', '"entries":0}')],
  ])('%s (59)', async (_what, change) => {
    const night = await makeArchive(join(root, String(++count)), tiny);
    const { bytes, index } = await reseal(night, change);
    expect(index).not.toBe(night.index);
    const result = await verifyArchive({ archive: inMemory(bytes), index });
    expect(result.damage.length).toBeGreaterThan(0);
  });

  it('lets a file decompress to more than it declares (65), and memory stays small', async () => {
    const night = await makeArchive(join(root, String(++count)), tiny);
    const header = {
      type: 'reg',
      mode: 0o644,
      uid: 1000,
      gid: 1000,
      mtimeNs: 1_700_000_000_123_456_789n,
      size: 12,
    } as const;
    const bomb = Buffer.concat(
      alignMembers([
        headerMember(encodeTarHeader({ ...header, name: Buffer.from('uploads/file') })),
        gzipSync(Buffer.alloc(200 * 1024 * 1024)),
      ]),
    );
    const rest = (await readArchive(night)).subarray(4096, night.extentBytes);
    const shift = bomb.length - 4096;
    const moveOffset = (_all: string, before: string, offset: string): string =>
      `${before}${Number(offset) < 4096 ? offset : Number(offset) + shift}`;
    const { bytes, index } = await reseal(
      night,
      (text) =>
        text
          .replace(/("offset":)(\d+)/g, moveOffset)
          .replace(
            /"length":4096,"sha256":"[0-9a-f]+"/,
            `"length":${bomb.length},"sha256":"${createHash('sha256').update(bomb).digest('hex')}"`,
          ),
      Buffer.concat([bomb, rest]),
    );
    const before = process.memoryUsage().rss;
    const result = await verifyArchive({ archive: inMemory(bytes), index });
    expect(result.damage).toEqual([{ where: 'uploads/file', what: 'it decompresses to more than the index declares' }]);
    expect(process.memoryUsage().rss - before).toBeLessThan(200 * 1024 * 1024);
  });
});
