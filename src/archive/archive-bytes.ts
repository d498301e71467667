import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';

const READ_BYTES = 1024 * 1024;

/** An archive as its bytes, wherever it lies. */
export interface ArchiveBytes {
  readonly sizeBytes: number;
  /** Streams a range; shorter only where the archive ends in it. */
  read(offset: number, length: number): AsyncIterable<Uint8Array>;
}

/** An archive in an open file. */
export async function openArchiveBytes(file: FileHandle): Promise<ArchiveBytes> {
  const { size: sizeBytes } = await file.stat();
  return {
    sizeBytes,
    async *read(offset, length) {
      const end = Math.min(offset + length, sizeBytes);
      for (let position = offset; position < end;) {
        const { bytesRead, buffer } = await file.read({
          buffer: Buffer.allocUnsafe(Math.min(READ_BYTES, end - position)),
          position,
        });
        if (bytesRead === 0) return;
        position += bytesRead;
        yield buffer.subarray(0, bytesRead);
      }
    },
  };
}

/** Passes chunks on and gives their SHA-256 to `onEnd` once all have passed. */
export async function* hashPassing<T extends Uint8Array>(
  chunks: AsyncIterable<T>,
  onEnd: (sha256: string, sizeBytes: number) => void,
): AsyncGenerator<T, void, undefined> {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  for await (const chunk of chunks) {
    hash.update(chunk);
    sizeBytes += chunk.length;
    yield chunk;
  }
  onEnd(hash.digest('hex'), sizeBytes);
}
