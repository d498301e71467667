import { createHash, webcrypto } from 'node:crypto';

/** Below this the way to the thread pool costs more than the hash. */
const SYNC_LIMIT_BYTES = 64 * 1024;

/**
 * The same of several buffers, one after the other. On the main thread: the thread pool takes a copy of what it hashes,
 * which costs as much again.
 */
export function sha256OfPieces(pieces: readonly Buffer[]): string {
  const hash = createHash('sha256');
  for (const piece of pieces) hash.update(piece);
  return hash.digest('hex');
}

/** SHA-256 in lower-case hexadecimal; large buffers are hashed beside the main thread. */
export async function sha256Of(bytes: Buffer): Promise<string> {
  if (bytes.length < SYNC_LIMIT_BYTES) return createHash('sha256').update(bytes).digest('hex');
  return Buffer.from(await webcrypto.subtle.digest('SHA-256', bytes)).toString('hex');
}
