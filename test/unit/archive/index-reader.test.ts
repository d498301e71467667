import { describe, expect, it } from '@jest/globals';
import { INDEX_END, INDEX_MIDDLE, INDEX_START, IndexReader } from '../../../src/archive/index-reader.ts';

const extentAt = (offset: number): string =>
  JSON.stringify({ offset, length: 4096, sha256: 'a'.repeat(64), entries: 1 });
const entry = (name: string): string => JSON.stringify({ name, type: 'dir', offset: 0 });
const index = [
  INDEX_START,
  `${extentAt(0)},`,
  extentAt(4096),
  INDEX_MIDDLE,
  `${entry('a')},`,
  entry('b'),
  INDEX_END,
].join('\n');

/** The index, a line at a time, and whether its reader has let it go. */
function openIndex() {
  const source = { isClosed: false };
  async function* chunks(): AsyncGenerator<Buffer, void, undefined> {
    try {
      for (const line of index.split(/(?<=\n)/)) yield Buffer.from(line);
    } finally {
      source.isClosed = true;
    }
  }
  return { source, opened: IndexReader.open(chunks()) };
}

describe('an index that is read', () => {
  it('is let go by whoever stops early or fails on the way', async () => {
    const { source, opened } = openIndex();
    for await (const { lines } of (await opened).entries()) {
      expect(lines).toEqual([entry('a')]);
      break;
    }
    expect(source.isClosed).toBe(true);
    const other = openIndex();
    const failing = async (): Promise<void> => {
      for await (const { extent } of (await other.opened).entries()) throw new Error(`at ${extent.offset}`);
    };
    await expect(failing()).rejects.toThrow('at 0');
    expect(other.source.isClosed).toBe(true);
  });

  it('has all its lines with their extents', async () => {
    const { source, opened } = openIndex();
    const all: [number, string[]][] = [];
    for await (const { extent, lines } of (await opened).entries()) all.push([extent.offset, lines]);
    expect(all).toEqual([
      [0, [entry('a')]],
      [4096, [entry('b')]],
    ]);
    expect(source.isClosed).toBe(true);
  });
});
