import { CHUNK_BYTES } from './layout.ts';

/** Unused buffers that are kept, in bytes altogether. */
const KEPT_BYTES = 4 * CHUNK_BYTES;
/** Smaller ones are not worth keeping. */
const SMALLEST_BYTES = 32 * 1024;

/**
 * Buffers for the content of files, used again and again: a night's gigabytes in fresh ones would keep the garbage
 * collector busier than the compression.
 */
export class ContentPool {
  /** Those that were used last stand last. */
  readonly #free: Buffer[] = [];
  #freeBytes = 0;

  /** A buffer of this length, with whatever an earlier user left in it. */
  take(length: number): Buffer {
    if (length <= SMALLEST_BYTES) return Buffer.allocUnsafe(length);
    const room = roomFor(length);
    const index = this.#free.findLastIndex((free) => free.length === room);
    const [buffer] = index < 0 ? [] : this.#free.splice(index, 1);
    if (buffer) this.#freeBytes -= room;
    return (buffer ?? Buffer.allocUnsafeSlow(room)).subarray(0, length);
  }

  /** Takes back what `take` gave and nobody looks at any more. */
  giveBack(taken: Buffer): void {
    if (taken.length <= SMALLEST_BYTES) return;
    this.#free.push(Buffer.from(taken.buffer));
    this.#freeBytes += taken.buffer.byteLength;
    while (this.#freeBytes > KEPT_BYTES) this.#freeBytes -= this.#free.shift()?.length ?? 0;
  }
}

/** Few sizes, so that one buffer fits the next file too: powers of two, and whole chunks with what they need beside. */
function roomFor(length: number): number {
  let room = 2 * SMALLEST_BYTES;
  while (room < length) room *= 2;
  return room > CHUNK_BYTES ? Math.max(length, CHUNK_BYTES + SMALLEST_BYTES) : room;
}
