import { Readable, pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { messageOf } from '../logging/failure.ts';
import { ArchiveDamage } from './archive-damage.ts';

/**
 * Decompresses gzip, member after member, in constant memory. Throws an ArchiveDamage of `where` where it is no sound
 * gzip or ends too early.
 */
export async function* gunzipStream(
  gzip: AsyncIterable<Uint8Array>,
  where: string,
): AsyncGenerator<Buffer, void, undefined> {
  const gunzip = createGunzip({ chunkSize: 256 * 1024 });
  // The pipeline destroys both ends together; its error arrives through the iteration below.
  pipeline(Readable.from(gzip, { objectMode: false }), gunzip, () => undefined);
  try {
    for await (const chunk of gunzip) yield chunk as Buffer;
  } catch (error) {
    if (!String((error as NodeJS.ErrnoException).code).startsWith('Z_')) throw error;
    throw new ArchiveDamage(where, `no sound gzip (${messageOf(error)})`, { cause: error });
  }
}
