import { Parser } from 'tar';
import { messageOf } from '../logging/failure.ts';

/** The parser decompresses what it is given at once: no more than this, so that zeros cannot fill the memory. */
const FEED_BYTES = 32 * 1024;

/** The archive as an independent reader sees it: the npm tar package, strict. It keeps no names. */
export class SecondReader {
  entries = 0;
  contentBytes = 0;
  /** What the reader did not like; nothing is fed to it afterwards. */
  complaint: string | undefined;
  readonly #parser: Parser;
  readonly #ended: Promise<void>;

  constructor() {
    this.#parser = new Parser({
      strict: true,
      // Every extent's digest is checked beside this; a backup of zeros is allowed to shrink as far as it can.
      maxDecompressionRatio: Infinity,
      onReadEntry: (entry) => {
        this.entries++;
        this.contentBytes += entry.size;
        entry.resume();
      },
    });
    this.#ended = new Promise((resolve) => {
      this.#parser.on('end', resolve);
      this.#parser.on('error', (error: unknown) => {
        this.complaint ??= messageOf(error);
        resolve();
      });
    });
  }

  /**
   * Takes the next bytes of the archive. Only what has been checked: the parser keeps whatever follows the end of a
   * tar in memory.
   */
  feed(chunk: Uint8Array): void {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    for (let start = 0; start < bytes.length && this.complaint === undefined; start += FEED_BYTES) {
      this.#write(bytes.subarray(start, start + FEED_BYTES));
    }
  }

  /** Waits until everything has been read. */
  async finish(): Promise<void> {
    if (this.complaint === undefined) this.#parser.end();
    await this.#ended;
  }

  #write(bytes: Buffer): void {
    try {
      this.#parser.write(bytes);
    } catch (error) {
      this.complaint ??= messageOf(error);
    }
  }
}
