import { createDice, rollSize } from '../demo/seeded.ts';

/** How far sizes spread around their median: a hundredth of them are above 13 medians. */
const SPREAD = 1.1;
const MEDIAN_BYTES = 1_000_000;

/**
 * Sizes in bytes, log-normally distributed as those of people's files are, that add up to `totalBytes` exactly. The same
 * for the same arguments on every machine.
 */
export function rollSizes(count: number, totalBytes: number, seed: number): number[] {
  if (count > totalBytes) throw new RangeError(`${count} files need at least ${count} bytes`);
  const dice = createDice(seed);
  const shares = Array.from({ length: count }, () => rollSize(dice, MEDIAN_BYTES, SPREAD));
  const sum = shares.reduce((total, share) => total + share, 0);
  // One byte each at least; what rounding leaves over goes to the largest.
  const sizes = shares.map((share) => 1 + Math.floor((share / sum) * (totalBytes - count)));
  const rest = totalBytes - sizes.reduce((total, size) => total + size, 0);
  const largest = sizes.indexOf(sizes.reduce((most, size) => Math.max(most, size), 0));
  sizes[largest] = (sizes[largest] ?? 0) + rest;
  return sizes;
}

/**
 * Chooses places in `sizes` at random until about `share` of all bytes is chosen, each once, at least one.
 */
export function chooseShare(sizes: readonly number[], share: number, dice: () => number): number[] {
  const wantedBytes = share * sizes.reduce((total, size) => total + size, 0);
  const left = sizes.map((_size, place) => place);
  const chosen: number[] = [];
  let bytes = 0;
  while (left.length > 0 && bytes < wantedBytes) {
    const at = Math.floor(dice() * left.length);
    const place = left[at] as number;
    left[at] = left.at(-1) as number;
    left.pop();
    const size = sizes[place] as number;
    // One that would go far beyond is left for others, unless it is the only one.
    if (bytes + size > wantedBytes * 1.05 && (chosen.length > 0 || left.length > 0)) continue;
    chosen.push(place);
    bytes += size;
  }
  return chosen;
}
