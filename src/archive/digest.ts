import { createHash, webcrypto } from 'node:crypto';

/** Below this the way to the thread pool costs more than the hash. */
const SYNC_LIMIT_BYTES = 64 * 1024;

/** SHA-256 in lower-case hexadecimal; large buffers are hashed beside the main thread. */
export async function sha256Of(bytes: Buffer): Promise<string> {
  if (bytes.length < SYNC_LIMIT_BYTES) return createHash('sha256').update(bytes).digest('hex');
  return Buffer.from(await webcrypto.subtle.digest('SHA-256', bytes)).toString('hex');
}
