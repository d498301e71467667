import { describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import { ContentPool } from '../../../src/archive/content-pool.ts';
import { payloadMember } from '../../../src/archive/gzip-member.ts';

const KIB = 1024;

describe('the pool of content buffers', () => {
  it('gives a buffer that came back again, for a file of another length too', () => {
    const pool = new ContentPool();
    const first = pool.take(300 * KIB);
    pool.giveBack(first);
    const second = pool.take(260 * KIB);
    expect(second.buffer).toBe(first.buffer);
    expect(second.length).toBe(260 * KIB);
  });

  it('never gives a buffer to two at a time', () => {
    const pool = new ContentPool();
    expect(pool.take(300 * KIB).buffer).not.toBe(pool.take(300 * KIB).buffer);
  });

  it.each([40, 64, 100, 8 * KIB, 8 * KIB + 1])('has room for a content of %d KiB', (kib) => {
    expect(new ContentPool().take(kib * KIB)).toHaveLength(kib * KIB);
  });
});

describe('a chunk that deflate would not shrink', () => {
  it.each([16 * KIB, 65_535, 65_536, 131_071, 1_000_000, 8 * KIB * KIB + 512])(
    'is stored in the bytes that zlib writes at level 0, at a length of %d',
    async (length) => {
      const content = randomBytes(length);
      const member = Buffer.concat(await payloadMember(content));
      const byZlib = gzipSync(content, { level: 0, chunkSize: length + 4096 });
      byZlib.fill(0, 4, 9);
      byZlib[9] = 0xff;
      expect(member.equals(byZlib)).toBe(true);
      expect(gunzipSync(member).equals(content)).toBe(true);
    },
  );
});
