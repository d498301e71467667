/** Takes exact pieces from a stream of chunks; holds no more than one chunk, or the piece that was asked for. */
export class ByteReader {
  /** Bytes taken so far. */
  position = 0;
  readonly #chunks: AsyncIterator<Uint8Array>;
  #rest: Buffer = Buffer.alloc(0);

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#chunks = source[Symbol.asyncIterator]();
  }

  /** At most `limit` bytes, at least one; undefined where the stream has ended. */
  async takeSome(limit: number): Promise<Buffer | undefined> {
    while (this.#rest.length === 0) {
      const result = await this.#chunks.next();
      if (result.done) return undefined;
      const { value } = result;
      this.#rest = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
    }
    return this.#cut(limit);
  }

  /** Exactly `length` bytes, or fewer where the stream ends before. */
  async take(length: number): Promise<Buffer> {
    if (this.#rest.length >= length) return this.#cut(length);
    const pieces: Buffer[] = [];
    for (let missing = length; missing > 0;) {
      const piece = await this.takeSome(missing);
      if (!piece) break;
      pieces.push(piece);
      missing -= piece.length;
    }
    return Buffer.concat(pieces);
  }

  /** Stops reading early; the stream behind is closed. */
  async close(): Promise<void> {
    await this.#chunks.return?.();
  }

  #cut(limit: number): Buffer {
    const piece = this.#rest.subarray(0, limit);
    this.#rest = this.#rest.subarray(piece.length);
    this.position += piece.length;
    return piece;
  }
}

/** Reads to the end for what reading checks; the content is not wanted. */
export async function drain(source: AsyncIterable<Uint8Array>): Promise<void> {
  const chunks = source[Symbol.asyncIterator]();
  let result: IteratorResult<Uint8Array>;
  do result = await chunks.next();
  while (!result.done);
}
