import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import type { ExtentTable } from '../../archive/extent-table.ts';
import { readInto } from './read-range.ts';
import type { Run } from './runs.ts';

const BLOCK_BYTES = 4 * 1024 * 1024;
/** Written bytes that may wait for the disk; a multiple of the block. */
const FLUSH_BYTES = 64 * 1024 * 1024;

/** An extent's bytes are not those that its digest promises. */
export class WrongDigest extends Error {
  readonly ordinal: number;

  constructor(ordinal: number) {
    super(`the bytes of extent ${ordinal} have another digest`);
    this.ordinal = ordinal;
  }
}

/**
 * Copies runs of extents and hashes what it writes: the digest is taken of the very buffer that goes into the file.
 * While one block is hashed, the one before is being written and the next one read; and what was written goes to the
 * disk meanwhile, instead of all at once in the end.
 */
export class RunCopier {
  readonly #target: FileHandle;
  readonly #extents: ExtentTable;
  #flushing: Promise<void> = Promise.resolve();
  #unflushedBytes = 0;
  readonly #buffers = [0, 1, 2].map(() => Buffer.allocUnsafeSlow(BLOCK_BYTES));

  constructor(target: FileHandle, extents: ExtentTable) {
    this.#target = target;
    this.#extents = extents;
  }

  /** @throws WrongDigest, also where the source is too short. */
  async copy(run: Run, source: FileHandle, sourceOffset: number, onCopied: (bytes: number) => void): Promise<void> {
    const digests = new RunDigests(this.#extents, run);
    const readBlock = (done: number, turn: number): Promise<Buffer> => {
      const buffer = this.#buffers[turn % 3] as Buffer;
      const block = buffer.subarray(0, Math.min(BLOCK_BYTES, run.length - done));
      return settleLater(readInto(source, block, sourceOffset + done).then((got) => block.subarray(0, got)));
    };
    let reading = readBlock(0, 0);
    let writing: Promise<unknown> = Promise.resolve();
    try {
      for (let done = 0, turn = 1; done < run.length; turn++) {
        const block = await reading;
        const next = done + block.length;
        if (block.length > 0 && next < run.length) reading = readBlock(next, turn);
        digests.update(block);
        await writing;
        await this.#flushSometimes();
        writing = settleLater(writeWhole(this.#target, block, run.targetOffset + done));
        this.#unflushedBytes += block.length;
        onCopied(block.length);
        done = next;
      }
      await writing;
    } finally {
      // Nothing may touch the files or the buffers any more when this has ended.
      await Promise.allSettled([reading, writing]);
    }
  }

  /** Resolves when nothing touches the target any more. @throws what the disk said to an earlier block. */
  async finish(): Promise<void> {
    await this.#flushing;
  }

  /** One flush at a time: whoever writes faster than the disk waits for it. */
  async #flushSometimes(): Promise<void> {
    if (this.#unflushedBytes < FLUSH_BYTES) return;
    this.#unflushedBytes = 0;
    // The kernel tells of a failed write once: it must not get lost here.
    await this.#flushing;
    this.#flushing = settleLater(this.#target.datasync());
  }
}

/** Digests of a run's extents, from blocks that begin and end anywhere. */
class RunDigests {
  readonly #extents: ExtentTable;
  #ordinal: number;
  #missing = 0;
  #hash = createHash('sha256');

  constructor(extents: ExtentTable, run: Run) {
    this.#extents = extents;
    this.#ordinal = run.first;
    this.#missing = extents.at(run.first).length;
  }

  update(block: Buffer): void {
    if (block.length === 0) throw new WrongDigest(this.#ordinal);
    for (let at = 0; at < block.length;) {
      if (this.#missing === 0) this.#missing = this.#extents.at(this.#ordinal).length;
      const piece = block.subarray(at, at + this.#missing);
      this.#hash.update(piece);
      at += piece.length;
      this.#missing -= piece.length;
      if (this.#missing > 0) continue;
      if (this.#hash.digest('hex') !== this.#extents.at(this.#ordinal).sha256) throw new WrongDigest(this.#ordinal);
      this.#hash = createHash('sha256');
      this.#ordinal++;
    }
  }
}

async function writeWhole(target: FileHandle, block: Buffer, position: number): Promise<void> {
  for (let done = 0; done < block.length;) {
    const { bytesWritten } = await target.write(block, done, block.length - done, position + done);
    done += bytesWritten;
  }
}

/** A promise that may fail before anybody waits for it. */
function settleLater<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}
