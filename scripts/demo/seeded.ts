import { createCipheriv, createHash } from 'node:crypto';

/** Numbers in [0, 1), the same for the same seed on every machine (mulberry32). */
export function createDice(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** A size in bytes whose logarithm is normally distributed, as those of people's files are. */
export function rollSize(dice: () => number, medianBytes: number, spread: number): number {
  const normal = Math.sqrt(-2 * Math.log(1 - dice())) * Math.cos(2 * Math.PI * dice());
  return Math.max(1, Math.round(medianBytes * Math.exp(spread * normal)));
}

/** Bytes that no compression makes smaller, as those of photographs, videos and PDFs; the same for the same seed. */
export function makeNoise(seed: string, bytes: number): Buffer {
  const key = createHash('sha256').update(seed).digest();
  return createCipheriv('aes-256-ctr', key, Buffer.alloc(16)).update(Buffer.alloc(bytes));
}

/** Text that compresses well. */
export function makeProse(seed: string, bytes: number): Buffer {
  const line = `${seed}: l'élève a déposé son travail, « très bien » selon le jury.\n`;
  return Buffer.from(line.repeat(Math.ceil(bytes / Buffer.byteLength(line)))).subarray(0, bytes);
}
