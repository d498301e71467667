import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { OwnExtents, parseOwnHead } from '../../../src/vault/store/own-extents.ts';

const digest = (text: string): string => createHash('sha256').update(text).digest('hex');
const about = { archive: 'backup_full_2026-01-31.tar.gz', index: digest('index'), tail: 12_288 };

describe("the record of an archive's own extents", () => {
  it('comes back as it was written, whatever is in it', () => {
    const extent = fc.record({
      offset: fc.nat(2 ** 31).map((number) => number * 4096),
      length: fc.integer({ min: 1, max: 2 ** 31 }),
      sha256: fc.string().map(digest),
      read: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
    });
    fc.assert(
      fc.property(fc.array(extent, { maxLength: 300 }), fc.boolean(), (extents, hasBase) => {
        const own = new OwnExtents({ ...about, ...(hasBase ? { base: 'backup_full_2026-01-30.tar.gz' } : {}) });
        extents.forEach((each) => own.append(each));
        const back = OwnExtents.decode(own.encode());
        expect(back?.about).toEqual(own.about);
        expect([...(back ?? [])]).toEqual(extents);
        expect(parseOwnHead(own.encode())).toEqual(own.head());
        expect(own.head().bytes).toBe(extents.reduce((sum, { length }) => sum + length, 0));
      }),
      { numRuns: 50 },
    );
  });

  it('knows its oldest reading', () => {
    const own = new OwnExtents(about);
    for (const read of [7, 3, 9]) own.append({ offset: read * 4096, length: 4096, sha256: digest(''), read });
    expect(own.head().oldest).toBe(3);
    own.touch(1, 20);
    expect(own.head().oldest).toBe(7);
  });

  it('is none where a single byte of it has rotted, or the end is missing: it must not accuse an archive', () => {
    const own = new OwnExtents(about);
    for (let at = 0; at < 3; at++) own.append({ offset: at * 4096, length: 4096, sha256: digest(`${at}`), read: 5 });
    const bytes = own.encode();
    for (let at = 0; at < bytes.length; at++) {
      const rotten = Buffer.from(bytes);
      rotten[at] = (rotten[at] ?? 0) ^ 1;
      expect(OwnExtents.decode(rotten)).toBeUndefined();
    }
    expect(OwnExtents.decode(bytes.subarray(0, -1))).toBeUndefined();
    expect(OwnExtents.decode(Buffer.alloc(0))).toBeUndefined();
  });
});
