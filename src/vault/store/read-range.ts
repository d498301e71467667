import type { FileHandle } from 'node:fs/promises';
import type { ByteRange } from '../vault-client.ts';

const PIECE_BYTES = 512 * 1024;

/** The bytes of a range, one piece read ahead. Throws where the file ends within it. */
export async function* readRange(
  file: FileHandle,
  { offset, length }: ByteRange,
): AsyncGenerator<Buffer, void, undefined> {
  const end = offset + length;
  const readAt = (position: number): Promise<Buffer> => {
    const piece = readExactly(file, position, Math.min(PIECE_BYTES, end - position));
    // It may fail while nobody waits for it yet.
    piece.catch(() => {});
    return piece;
  };
  let next = length > 0 ? readAt(offset) : undefined;
  try {
    for (let position = offset; next;) {
      const piece = await next;
      position += piece.length;
      next = position < end ? readAt(position) : undefined;
      yield piece;
    }
  } finally {
    // Whoever stops early may close the file now.
    await next?.catch(() => {});
  }
}

/** @throws RangeError where the file ends before. */
async function readExactly(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(length);
  const got = await readInto(file, bytes, position);
  if (got < length) throw new RangeError(`the file ends at ${position + got}`);
  return bytes;
}

/** Fills `target` from `position` on; returns the bytes read, short only at the end of the file. */
export async function readInto(file: FileHandle, target: Buffer, position: number): Promise<number> {
  let filled = 0;
  while (filled < target.length) {
    const { bytesRead } = await file.read(target, filled, target.length - filled, position + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return filled;
}
