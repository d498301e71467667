import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import type { Extent } from '../../archive/extent.ts';
import { runCommand } from '../../system/run-command.ts';
import { readInto } from './read-range.ts';

/** Where bytes lie in an archive, and what their SHA-256 has to be. */
export type ExtentPlace = Pick<Extent, 'offset' | 'length' | 'sha256'>;

/** One whose bytes are others, or cannot be read. */
export interface WrongExtent extends ExtentPlace {
  /** What is wrong, for people. */
  what: string;
}

/** Extents that stand one behind the other are read together, up to so many bytes. */
const BLOCK_BYTES = 4 * 1024 * 1024;

/** What lies at those places, at most a block of it at a time: what was looked at, and what of it is wrong. */
export interface CheckedBlock<Place extends ExtentPlace> {
  places: Place[];
  wrong: (Place & WrongExtent)[];
}

/**
 * Reads extents of a file, in the order given, and compares their digests. A disk that refuses to read one is damage of
 * that one; nothing is called wrong before a second look past the cache. Memory: one block.
 */
export async function* checkExtents<Place extends ExtentPlace>(
  { path, handle }: { path: string; handle: FileHandle },
  places: Iterable<Place>,
): AsyncGenerator<CheckedBlock<Place>, void, undefined> {
  const buffer = Buffer.allocUnsafeSlow(BLOCK_BYTES);
  for (const block of joinBlocks(places)) {
    const suspect = await findSuspects(handle, block, buffer);
    const wrong: (Place & WrongExtent)[] = [];
    if (suspect.length > 0) await dropFromCache(path);
    for (const place of suspect) {
      const what = await examine(handle, place, buffer);
      if (what !== undefined) wrong.push({ ...place, what });
    }
    yield { places: block, wrong };
  }
}

/**
 * Has the kernel forget a file's cached pages, so that what is read next comes from the disk. Node has no
 * posix_fadvise(2), but the dd of GNU coreutils has; without it the cache may hide damage until it forgets by itself.
 */
export async function dropFromCache(path: string): Promise<boolean> {
  const drop = ['iflag=nocache', 'count=0', 'status=none'];
  const { code } = await runCommand('dd', [`if=${path}`, ...drop]).catch(() => ({ code: null }));
  return code === 0;
}

function* joinBlocks<Place extends ExtentPlace>(places: Iterable<Place>): Generator<Place[], void, undefined> {
  let block: Place[] = [];
  let [end, length] = [0, 0];
  for (const place of places) {
    if (block.length > 0 && (place.offset !== end || length + place.length > BLOCK_BYTES)) {
      yield block;
      [block, length] = [[], 0];
    }
    block.push(place);
    length += place.length;
    end = place.offset + place.length;
  }
  if (block.length > 0) yield block;
}

/** Extents of a block that are not as they should be at first sight; one read for all of them. */
async function findSuspects<Place extends ExtentPlace>(
  handle: FileHandle,
  block: readonly Place[],
  buffer: Buffer,
): Promise<Place[]> {
  const [first] = block as [Place];
  const length = block.reduce((sum, place) => sum + place.length, 0);
  // A large one stands alone and is read piece by piece.
  if (length > buffer.length) return (await examine(handle, first, buffer)) === undefined ? [] : [first];
  try {
    const got = await readInto(handle, buffer.subarray(0, length), first.offset);
    return block.filter((place) => {
      const at = place.offset - first.offset;
      const bytes = buffer.subarray(at, Math.min(got, at + place.length));
      return createHash('sha256').update(bytes).digest('hex') !== place.sha256;
    });
  } catch (error) {
    if (!isReadError(error)) throw error;
    return [...block];
  }
}

/** What is wrong with an extent; undefined where nothing is. */
async function examine(handle: FileHandle, { offset, length, sha256 }: ExtentPlace, buffer: Buffer) {
  try {
    const got = await digestBytes(handle, { offset, length }, buffer);
    if (got.length < length) return 'the file ends before it';
    return got.sha256 === sha256 ? undefined : 'its bytes do not have their digest';
  } catch (error) {
    if (isReadError(error)) return `the disk cannot read it (${error.code})`;
    throw error;
  }
}

/** SHA-256 of a range, and how many bytes of it there are. */
export async function digestBytes(
  handle: FileHandle,
  { offset, length }: { offset: number; length: number },
  buffer: Buffer = Buffer.allocUnsafeSlow(BLOCK_BYTES),
): Promise<{ sha256: string; length: number }> {
  const hash = createHash('sha256');
  let done = 0;
  while (done < length) {
    const piece = buffer.subarray(0, Math.min(buffer.length, length - done));
    const got = await readInto(handle, piece, offset + done);
    hash.update(piece.subarray(0, got));
    done += got;
    if (got < piece.length) break;
  }
  return { sha256: hash.digest('hex'), length: done };
}

/** The disk's own word that bytes cannot be read: EIO, and what checksums of file systems turn it into. */
export function isReadError(error: unknown): error is NodeJS.ErrnoException {
  const { code, syscall } = (error ?? {}) as NodeJS.ErrnoException;
  return syscall === 'read' && (code === 'EIO' || code === 'EBADMSG' || code === 'EUCLEAN' || code === 'EILSEQ');
}
