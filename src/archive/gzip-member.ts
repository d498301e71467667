import { promisify } from 'node:util';
import { constants, deflateRawSync, gzip, gzipSync } from 'node:zlib';
import { crc32 } from '../system/crc32.ts';
import { ALIGNMENT, gapTo } from './layout.ts';

const gzipAsync = promisify<Buffer, object, Buffer>(gzip);

/** Below this the way to the thread pool and back costs more than the compression. */
const SYNC_LIMIT_BYTES = 2 * 1024;
/**
 * Of deflate. Level 6 takes up to twice the time for 2 to 5 % less (source text, programs), and was the largest single
 * part of a first night's processor time.
 */
const PAYLOAD_LEVEL = 4;
const SAMPLE_BYTES = 4 * 1024;
/** A sample that deflate cannot bring below this part of its size is called incompressible. */
const INCOMPRESSIBLE_RATIO = 0.95;
/** The most that a block of deflate holds uncompressed. */
const STORED_BLOCK_BYTES = 65_535;
/** An empty member with an extra field of no bytes. */
const SMALLEST_FILLER = 22;

/** Compresses a tar header (with its extended records) into a member of its own; a small window keeps set-up cheap. */
export function headerMember(bytes: Buffer): Buffer {
  return plainHeader(gzipSync(bytes, { level: 6, windowBits: 12, memLevel: 5, chunkSize: roomFor(bytes) }));
}

/**
 * Compresses a payload chunk: stored where a sample shows that deflate would gain nothing. Same input, same bytes. The
 * pieces are to be written one behind the other; those of a stored chunk are the given bytes themselves.
 */
export async function payloadMember(bytes: Buffer): Promise<Buffer[]> {
  if (isIncompressible(bytes)) return storedMember(bytes);
  const options = { level: PAYLOAD_LEVEL, chunkSize: roomFor(bytes) };
  const isSmall = bytes.length <= SYNC_LIMIT_BYTES;
  return [plainHeader(isSmall ? gzipSync(bytes, options) : await gzipAsync(bytes, options))];
}

/** What zlib writes at level 0 (RFC 1951, 3.2.4), without copying a byte of the content. */
function storedMember(bytes: Buffer): Buffer[] {
  const pieces: Buffer[] = [Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff])];
  for (let at = 0; at < bytes.length; at += STORED_BLOCK_BYTES) {
    const content = bytes.subarray(at, at + STORED_BLOCK_BYTES);
    const isLast = at + content.length === bytes.length;
    const head = Buffer.from([isLast ? 1 : 0, 0, 0, 0, 0]);
    head.writeUInt16LE(content.length, 1);
    head.writeUInt16LE(~content.length & 0xffff, 3);
    pieces.push(head, content);
  }
  const trailer = Buffer.alloc(8);
  trailer.writeUInt32LE(crc32(bytes), 0);
  trailer.writeUInt32LE(bytes.length, 4);
  return [...pieces, trailer];
}

/** One output buffer that surely holds the result, and little more: zlib is then called once, and thousands may wait. */
function roomFor(bytes: Buffer): number {
  return Math.max(constants.Z_MIN_CHUNK, bytes.length + (bytes.length >> 9) + 256);
}

/** An empty member of exactly `length` bytes (at least 22), which readers skip: RFC 1952, FEXTRA. */
function fillerMember(length: number): Buffer {
  const extraLength = length - SMALLEST_FILLER;
  const member = Buffer.alloc(length);
  Buffer.from([0x1f, 0x8b, 8, 4, 0, 0, 0, 0, 0, 0xff]).copy(member);
  member.writeUInt16LE(extraLength, 10);
  if (extraLength >= 4) {
    // A proper subfield, so that a reader which walks them is not misled.
    member.write('SH', 12, 'latin1');
    member.writeUInt16LE(extraLength - 4, 14);
  }
  member.writeUInt16LE(3, 12 + extraLength);
  return member;
}

/** Appends the filler that brings an extent to a multiple of 4096 bytes. */
export function alignMembers(pieces: readonly Buffer[]): Buffer[] {
  const length = sumLengths(pieces);
  let gap = gapTo(ALIGNMENT, length);
  if (gap > 0 && gap < SMALLEST_FILLER) gap += ALIGNMENT;
  return gap === 0 ? [...pieces] : [...pieces, fillerMember(gap)];
}

/** Bytes of all pieces together. */
export function sumLengths(pieces: readonly Buffer[]): number {
  return pieces.reduce((sum, piece) => sum + piece.length, 0);
}

/** Same bytes on every host: no time, no level, operating system "unknown". */
function plainHeader(member: Buffer): Buffer {
  member.fill(0, 4, 9);
  member[9] = 0xff;
  return member;
}

function isIncompressible(bytes: Buffer): boolean {
  if (bytes.length < 4 * SAMPLE_BYTES) return false;
  const last = bytes.length - SAMPLE_BYTES;
  const sample = Buffer.concat([0, last >> 1, last].map((start) => bytes.subarray(start, start + SAMPLE_BYTES)));
  return deflateRawSync(sample, { level: 1 }).length > sample.length * INCOMPRESSIBLE_RATIO;
}
