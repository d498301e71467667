import type { TocLine } from '../../archive/toc-line.ts';

const DIGEST_BYTES = 32;

/** The digests of an archive's files by their place in it, and which places count: 33 bytes for each entry. */
export class DigestTable {
  readonly #digests: Buffer;
  readonly #known: Uint8Array;

  private constructor(entries: number) {
    this.#digests = Buffer.alloc(entries * DIGEST_BYTES);
    this.#known = new Uint8Array(entries);
  }

  static async read(entries: number, lines: AsyncIterable<TocLine>): Promise<DigestTable> {
    const table = new DigestTable(entries);
    for await (const { offset: ordinal, digest } of lines) {
      if (ordinal < 1 || ordinal > entries) continue;
      table.#known[ordinal - 1] = 1;
      if (digest !== undefined) table.#digests.write(digest, (ordinal - 1) * DIGEST_BYTES, 'hex');
    }
    return table;
  }

  /** Whether the entry has a line: it was not left out. */
  has(ordinal: number): boolean {
    return this.#known[ordinal - 1] === 1;
  }

  get(ordinal: number): string {
    return this.#digests.toString('hex', (ordinal - 1) * DIGEST_BYTES, ordinal * DIGEST_BYTES);
  }
}
