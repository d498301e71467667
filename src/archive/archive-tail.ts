import { messageOf } from '../logging/failure.ts';
import type { ArchiveBytes } from './archive-bytes.ts';
import { ArchiveDamage } from './archive-damage.ts';
import { FOOTER_BYTES, decodeFooter } from './footer.ts';
import { decodeIndexMember } from './index-member.ts';

/** A gzip member of ours begins so: no flags, no time, operating system unknown. */
const MEMBER_START = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff]);

/** Finds where the index begins, by the footer; throws an ArchiveDamage where the archive does not end in one. */
export async function locateIndex(archive: ArchiveBytes): Promise<number> {
  const footer = await readWhole(archive, archive.sizeBytes - FOOTER_BYTES, FOOTER_BYTES);
  const offset = decodeFooter(footer);
  if (offset === undefined || offset + FOOTER_BYTES >= archive.sizeBytes) {
    throw new ArchiveDamage('the footer', 'the archive is cut off, or something was appended to it');
  }
  return offset;
}

/**
 * Streams the index out of the archive, as any reader of tar sees it: the last entry, then the end. Throws an
 * ArchiveDamage, at the end too; only what was read to its end is sound.
 */
export async function* readIndexEntry(
  archive: ArchiveBytes,
  indexOffset: number,
): AsyncGenerator<Buffer, void, undefined> {
  // gzip does not check its own header.
  const start = await readWhole(archive, indexOffset, MEMBER_START.length);
  if (!start.equals(MEMBER_START)) throw new ArchiveDamage('the index', 'its gzip member begins as none of ours');
  try {
    yield* decodeIndexMember(archive.read(indexOffset, archive.sizeBytes - FOOTER_BYTES - indexOffset));
  } catch (error) {
    if (!String((error as NodeJS.ErrnoException | undefined)?.code).startsWith('Z_')) throw error;
    throw new ArchiveDamage('the index', `no sound gzip (${messageOf(error)})`, { cause: error });
  }
}

async function readWhole(archive: ArchiveBytes, offset: number, length: number): Promise<Buffer> {
  if (offset < 0) return Buffer.alloc(0);
  const pieces: Uint8Array[] = [];
  for await (const piece of archive.read(offset, length)) pieces.push(piece);
  return Buffer.concat(pieces);
}
