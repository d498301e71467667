import { messageOf } from '../logging/failure.ts';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream';
import { createGunzip, createGzip } from 'node:zlib';
import { ArchiveDamage } from './archive-damage.ts';
import { INDEX_NAME, TAR_BLOCK, gapTo } from './layout.ts';
import { encodeTarHeader } from './tar-header.ts';
import { parseTar } from './tar-parser.ts';

/**
 * The index as an archive's last entry: tar header, JSON, padding and the two blocks that end the tar, in one gzip
 * member. Same index, same bytes. `sizeBytes` is that of the file at `indexPath`.
 */
export async function* encodeIndexMember(
  indexPath: string,
  sizeBytes: number,
): AsyncGenerator<Buffer, void, undefined> {
  const tar = async function* (): AsyncGenerator<Buffer, void, undefined> {
    const name = Buffer.from(INDEX_NAME);
    yield encodeTarHeader({ name, type: 'reg', mode: 0o444, uid: 0, gid: 0, mtimeNs: 0n, size: sizeBytes });
    yield* createReadStream(indexPath, { highWaterMark: 1024 * 1024 }) as AsyncIterable<Buffer>;
    yield Buffer.alloc(gapTo(TAR_BLOCK, sizeBytes) + 2 * TAR_BLOCK);
  };
  const gzip = createGzip({ level: 6, chunkSize: 256 * 1024 });
  // A failure reaches the reader of `gzip`, which it destroys.
  pipeline(tar(), gzip, () => {});
  let isFirst = true;
  for await (const chunk of gzip as AsyncIterable<Buffer>) {
    // No time, no level, operating system "unknown"; the ten bytes of the header come in one piece.
    if (isFirst) chunk.fill(0, 4, 9).fill(0xff, 9, 10);
    isFirst = false;
    yield chunk;
  }
}

/**
 * The JSON of an index from the bytes between the extents and the footer.
 * @throws ArchiveDamage while it is read, where they are not one entry of that name.
 */
export async function* decodeIndexMember(member: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer, void, undefined> {
  const gunzip = createGunzip({ chunkSize: 256 * 1024 });
  pipeline(member, gunzip, () => {});
  let isFound = false;
  try {
    for await (const entry of parseTar(gunzip as AsyncIterable<Buffer>, { isForeign: false })) {
      if (isFound || entry.header.name.toString('latin1') !== INDEX_NAME) {
        throw new ArchiveDamage(INDEX_NAME, 'the archive does not end with its index');
      }
      isFound = true;
      yield* entry.body;
    }
  } catch (error) {
    if (String((error as NodeJS.ErrnoException).code).startsWith('Z_')) {
      throw new ArchiveDamage(INDEX_NAME, `it cannot be decompressed (${messageOf(error)})`, { cause: error });
    }
    throw error;
  } finally {
    gunzip.destroy();
  }
  if (!isFound) throw new ArchiveDamage(INDEX_NAME, 'the archive has no index');
}
