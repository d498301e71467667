import { checkExtent, type Extent } from './extent.ts';
import { ExtentTable } from './extent-table.ts';
import { readLines } from './line-reader.ts';

export const INDEX_START = '{"version":1,"extents":[';
export const INDEX_MIDDLE = '],"entries":[';
export const INDEX_END = ']}';

/** An extent with its lines of the table of contents, whose offsets are those in the archive. */
export interface IndexedExtent {
  extent: Extent;
  lines: string[];
}

/**
 * An index read as a stream: the extents come first and stay in memory (compactly), the entries are passed on extent by
 * extent. Throws a TypeError where the text is not an index as we write it.
 */
export class IndexReader {
  readonly extents = new ExtentTable();
  readonly #batches: AsyncIterator<string[], void>;
  #batch: string[] = [];
  #at = 0;

  private constructor(batches: AsyncIterator<string[], void>) {
    this.#batches = batches;
  }

  /** Reads as far as the extents go. */
  static async open(chunks: AsyncIterable<Uint8Array>): Promise<IndexReader> {
    const reader = new IndexReader(readLines(chunks));
    await reader.#expect(INDEX_START);
    for (;;) {
      const line = reader.#take() ?? (await reader.#next());
      if (line === INDEX_MIDDLE) return reader;
      const extent = checkExtent(JSON.parse(line.replace(/,$/, '')));
      if (extent.offset !== reader.extents.endOffset)
        throw new TypeError(`the extent at ${extent.offset} leaves a gap`);
      reader.extents.append(extent);
    }
  }

  /** All extents in order, each with its lines; can be gone through once. Whoever stops early closes the stream behind. */
  async *entries(): AsyncGenerator<IndexedExtent, void, undefined> {
    let isWhole = false;
    try {
      for (const extent of this.extents) {
        const lines: string[] = [];
        while (lines.length < extent.entries) {
          const line = this.#take() ?? (await this.#next());
          lines.push(line.endsWith(',') ? line.slice(0, -1) : line);
        }
        yield { extent, lines };
      }
      await this.#expect(INDEX_END);
      isWhole = true;
    } finally {
      // To its end, it is left to whoever hashes what passes.
      if (!isWhole) await this.close();
    }
  }

  /** Stops reading early; the stream behind is closed. */
  async close(): Promise<void> {
    await this.#batches.return?.();
  }

  /** The next line of those that have been read: waiting for each of a million takes longer than all the rest. */
  #take(): string | undefined {
    return this.#batch[this.#at++];
  }

  async #next(): Promise<string> {
    for (;;) {
      const line = this.#take();
      if (line !== undefined) return line;
      const result = await this.#batches.next();
      if (result.done) throw new TypeError('the index ends too early');
      this.#batch = result.value;
      this.#at = 0;
    }
  }

  async #expect(text: string): Promise<void> {
    const line = await this.#next();
    if (line !== text) throw new TypeError(`the index has ${JSON.stringify(line.slice(0, 60))} in place of ${text}`);
  }
}
