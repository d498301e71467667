import { createHash } from 'node:crypto';

/** A stream that is hashed on its way, to its end even where the reader stops before. */
export class DigestedStream implements AsyncIterable<Uint8Array> {
  readonly #chunks: AsyncIterator<Uint8Array>;
  readonly #hash = createHash('sha256');

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#chunks = source[Symbol.asyncIterator]();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, undefined> {
    for (let next = await this.#chunks.next(); !next.done; next = await this.#chunks.next()) {
      this.#hash.update(next.value);
      yield next.value;
    }
  }

  async finish(): Promise<string> {
    const rest = this[Symbol.asyncIterator]();
    while (!(await rest.next()).done);
    return this.#hash.digest('hex');
  }
}
