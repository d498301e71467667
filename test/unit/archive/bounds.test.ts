import { describe, expect, it } from '@jest/globals';
import { groupEntries } from '../../../src/archive/group-entries.ts';
import { inflateExtent } from '../../../src/archive/inflate-extent.ts';
import { CHUNK_BYTES } from '../../../src/archive/layout.ts';
import type { SourceEntry } from '../../../src/archive/source-entry.ts';
import type { TocLine } from '../../../src/archive/toc-line.ts';
import { ManifestFinder } from '../../../src/vault/store/manifest-finder.ts';
import { memoryEntry } from '../../fixtures/small-archive.ts';

async function* each<T>(items: readonly T[]): AsyncGenerator<T, void, undefined> {
  yield* items;
}

async function groupSizes(names: readonly string[]): Promise<number[]> {
  const entries: SourceEntry[] = names.map((name) => memoryEntry(name, { content: '' }));
  const sizes: number[] = [];
  for await (const group of groupEntries(each(entries))) sizes.push(group.length);
  return sizes;
}

describe('what somebody else chooses has bounds', () => {
  it('names that avoid every boundary do not make an extent without end', async () => {
    const names: string[] = [];
    for (let number = 0; names.length < 600; number++) {
      const name = `uploads/${number}`;
      if ((await groupSizes([name, 'uploads/last']))[0] === 2) names.push(name);
    }
    expect(await groupSizes(names)).toEqual([512, 88]);
  });

  it('65: an extent whose chunks together would fill the memory is refused before anything is decompressed', async () => {
    const extent = { offset: 0, length: 40 * 4096, sha256: '0'.repeat(64), entries: 21 };
    const name = Buffer.from('uploads/zeros');
    const chunks = Array.from({ length: 20 }, (_, place): TocLine => {
      return { name, type: 'chunk', chunkOffset: place * CHUNK_BYTES, chunkSize: CHUNK_BYTES, offset: 4096 + place };
    });
    const lines: TocLine[] = [
      { name, type: 'reg', size: 21 * CHUNK_BYTES, chunkSize: CHUNK_BYTES, offset: 100 },
      ...chunks,
    ];
    await expect(inflateExtent(Buffer.alloc(extent.length), extent, lines, undefined)).rejects.toThrow(
      'claims to hold',
    );
  });

  it('a manifest in more extents than any has is not gathered', () => {
    const finder = new ManifestFinder();
    const extent = { offset: 4096, length: 4096, sha256: '0'.repeat(64), entries: 1 };
    finder.look(extent, ['{"name":"uploads/a","type":"reg","offset":0}'], 0);
    finder.look(extent, ['{"name":"manifest.json","type":"reg","size":1,"offset":7}'], 4096);
    expect(finder.extents).toEqual([
      { extent, lines: ['{"name":"manifest.json","type":"reg","size":1,"offset":4103}'] },
    ]);
    // The first chunk of a large one has no line of its own.
    finder.look(extent, [], 0);
    expect(finder.extents).toHaveLength(2);
    expect(() => {
      for (let count = 0; count < 64; count++)
        finder.look(extent, ['{"name":"manifest.json","type":"chunk","offset":0}'], 0);
    }).toThrow('larger than any');
  });
});
