import * as zlib from 'node:zlib';

let table: Uint32Array | undefined;

/** CRC-32 in plain TypeScript, for Node older than 20.15; `seed` is the CRC of what came before. */
export function computeCrc32(bytes: Uint8Array, seed = 0): number {
  table ??= Uint32Array.from({ length: 256 }, (_, index) => {
    let value = index;
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
    return value;
  });
  let crc = ~seed;
  for (const byte of bytes) crc = (crc >>> 8) ^ (table[(crc ^ byte) & 0xff] as number);
  return ~crc >>> 0;
}

/** CRC-32 as gzip has it: zlib's own where this Node offers it. */
export const crc32: typeof computeCrc32 = (zlib as Partial<typeof zlib>).crc32 ?? computeCrc32;
