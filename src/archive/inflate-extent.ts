import { promisify } from 'node:util';
import { gunzip, gunzipSync } from 'node:zlib';
import { messageOf } from '../logging/failure.ts';
import type { Extent } from './extent.ts';
import { MAX_CHUNK_BYTES, MAX_EXTENT_CONTENT_BYTES, TAR_BLOCK } from './layout.ts';
import type { TocLine } from './toc-line.ts';

const gunzipAsync = promisify<Buffer, object, Buffer>(gunzip);
const SYNC_LIMIT_BYTES = 16 * 1024;

/** Part of an extent that decompresses by itself, and begins with a chunk of content unless it is the first. */
interface Slice {
  start: number;
  /** The most that it may decompress to, by what the index declares. */
  maxBytes: number;
  isChunk: boolean;
}

/** A decompressed slice: content first (where `isChunk`), then the headers of what follows. */
export interface Piece {
  bytes: Buffer;
  isChunk: boolean;
}

/**
 * Decompresses an extent whose digest was checked. `continued` is the large entry whose first chunk has no line of its
 * own, where that chunk is here. Cut where the index says that chunks begin, so that a chunk which other readers would
 * not find is noticed, and never more memory than declared. Throws a TypeError that says what is wrong.
 */
export async function inflateExtent(
  bytes: Buffer,
  extent: Extent,
  lines: readonly TocLine[],
  continued: TocLine | undefined,
): Promise<Piece[]> {
  const slices = planSlices(extent, lines, continued);
  const pieces: Piece[] = [];
  for (const [place, { start, maxBytes, isChunk }] of slices.entries()) {
    const end = slices[place + 1]?.start ?? bytes.length;
    if (end <= start && place > 0) throw new TypeError('its chunks are out of order');
    if (end === start) continue;
    pieces.push({ bytes: await inflateSlice(bytes.subarray(start, end), maxBytes), isChunk });
  }
  return pieces;
}

function planSlices(extent: Extent, lines: readonly TocLine[], continued: TocLine | undefined): Slice[] {
  let slice: Slice = { start: 0, maxBytes: 0, isChunk: false };
  const slices = [slice];
  const beginChunk = (offset: number, size: number): void => {
    if (size + TAR_BLOCK > MAX_CHUNK_BYTES) throw new TypeError(`a chunk of ${size} bytes is larger than allowed`);
    const start = offset - extent.offset;
    if (start < slice.start || start >= extent.length) throw new TypeError('a chunk lies outside its extent');
    slices.push((slice = { start, maxBytes: size + TAR_BLOCK, isChunk: true }));
  };
  if (continued?.offset === extent.offset) beginChunk(extent.offset, chunkSizeOf(continued));
  for (const line of lines) {
    if (line.type !== 'chunk') slice.maxBytes += headerAllowance(line);
    const isLargeHeader = line.type === 'reg' && line.offset === extent.offset + extent.length;
    const hasContent = line.type === 'chunk' || (line.type === 'reg' && (line.size ?? 0) > 0);
    if (hasContent && !isLargeHeader) beginChunk(line.offset, chunkSizeOf(line));
  }
  // They are in memory together.
  const declaredBytes = slices.reduce((sum, { maxBytes }) => sum + maxBytes, 0);
  if (declaredBytes > MAX_EXTENT_CONTENT_BYTES) throw new TypeError(`it claims to hold ${declaredBytes} bytes`);
  return slices;
}

function chunkSizeOf(line: TocLine): number {
  return line.chunkSize ?? line.size ?? 0;
}

/** A header with extended records and long names: generous, and bounded by what the index says. */
function headerAllowance({ name, linkName }: TocLine): number {
  return 16 * TAR_BLOCK + 2 * (name.length + (linkName?.length ?? 0));
}

async function inflateSlice(slice: Buffer, maxBytes: number): Promise<Buffer> {
  if (maxBytes === 0) throw new TypeError('it holds bytes that the index does not speak of');
  const options = {
    maxOutputLength: maxBytes,
    // One output buffer where the content is small, not 16 KiB for each.
    chunkSize: Math.max(512, Math.min(maxBytes + 1, 256 * 1024)),
  };
  try {
    return slice.length <= SYNC_LIMIT_BYTES ? gunzipSync(slice, options) : await gunzipAsync(slice, options);
  } catch (error) {
    const isTooLarge = (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE';
    const what = isTooLarge ? 'it decompresses to more than the index declares' : `no sound gzip (${messageOf(error)})`;
    throw new TypeError(what, { cause: error });
  }
}
