import { TAR_BLOCK } from './layout.ts';

/** The fields of one header block, before extended records change them. */
export interface TarBlock {
  name: Buffer;
  mode: number;
  uid: number;
  gid: number;
  size: number;
  mtimeSeconds: bigint;
  typeFlag: string;
  linkName: Buffer;
}

const CHECKSUM_START = 148;
const CHECKSUM_END = 156;

/** Whether a block holds nothing but zeros. */
export function isZeroBlock(block: Buffer): boolean {
  return block.every((byte) => byte === 0);
}

/** Reads a header block (POSIX ustar, GNU or v7); throws a TypeError that says what is wrong. */
export function parseTarBlock(block: Buffer): TarBlock {
  if (Number(readNumber(block, CHECKSUM_START, 8, 'checksum')) !== sumOf(block)) {
    throw new TypeError('the header has a wrong checksum');
  }
  const magic = block.toString('latin1', 257, 265);
  const isPosix = magic.startsWith('ustar\0');
  if (!isPosix && magic !== 'ustar  \0' && !isZeroBlock(block.subarray(257, TAR_BLOCK))) {
    throw new TypeError('the header is of no known kind');
  }
  const name = readText(block, 0, 100);
  // GNU keeps times where POSIX keeps the first part of a long name.
  const prefix = isPosix ? readText(block, 345, 155) : Buffer.alloc(0);
  return {
    name: prefix.length > 0 ? Buffer.concat([prefix, Buffer.from('/'), name]) : Buffer.from(name),
    mode: readCount(block, 100, 8, 'mode'),
    uid: readCount(block, 108, 8, 'uid'),
    gid: readCount(block, 116, 8, 'gid'),
    size: readCount(block, 124, 12, 'size'),
    mtimeSeconds: readNumber(block, 136, 12, 'mtime'),
    typeFlag: block.toString('latin1', 156, 157),
    linkName: Buffer.from(readText(block, 157, 100)),
  };
}

function sumOf(block: Buffer): number {
  let sum = (CHECKSUM_END - CHECKSUM_START) * 0x20;
  for (let place = 0; place < TAR_BLOCK; place++) {
    if (place < CHECKSUM_START || place >= CHECKSUM_END) sum += block[place] ?? 0;
  }
  return sum;
}

function readText(block: Buffer, start: number, length: number): Buffer {
  const field = block.subarray(start, start + length);
  const end = field.indexOf(0);
  return end === -1 ? field : field.subarray(0, end);
}

function readCount(block: Buffer, start: number, length: number, what: string): number {
  const value = readNumber(block, start, length, what);
  if (value < 0n || value > BigInt(Number.MAX_SAFE_INTEGER))
    throw new TypeError(`the header's ${what} is out of range`);
  return Number(value);
}

/** An octal number, blank for zero, or GNU's base-256 where the first bit is set (two's complement). */
function readNumber(block: Buffer, start: number, length: number, what: string): bigint {
  const field = block.subarray(start, start + length);
  const first = field[0] ?? 0;
  if ((first & 0x80) !== 0) {
    let value = BigInt.asIntN(7, BigInt(first & 0x7f));
    for (const byte of field.subarray(1)) value = value * 256n + BigInt(byte);
    return value;
  }
  const match = /^ *([0-7]*)[ \0]*$/.exec(field.toString('latin1'));
  if (!match) throw new TypeError(`the header's ${what} is no number`);
  return match[1] ? BigInt(`0o${match[1]}`) : 0n;
}
