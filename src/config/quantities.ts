/** Sizes and durations as people write them in `continuity.yml`: `50MB`, `1GiB`, `90s`, `1h30m`. */

const sizeUnits: Record<string, number> = {
  B: 1,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KIB: 2 ** 10,
  MIB: 2 ** 20,
  GIB: 2 ** 30,
  TIB: 2 ** 40,
};

const durationUnits: Record<string, number> = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1_000 };

export const sizePattern = /^(\d{1,15}(?:\.\d{1,3})?) ?(B|[KMGT]i?B)$/i;
export const durationPattern = /^(?:\d{1,6}d)?(?:\d{1,6}h)?(?:\d{1,6}m)?(?:\d{1,6}s)?$/;

/** Bytes of a size such as `50MB` (decimal) or `1GiB` (binary); undefined where the text is no positive size. */
export function parseSizeBytes(text: string): number | undefined {
  const match = sizePattern.exec(text);
  if (!match) return undefined;
  const bytes = Math.round(Number(match[1]) * sizeUnits[(match[2] as string).toUpperCase()]!);
  return bytes > 0 && Number.isSafeInteger(bytes) ? bytes : undefined;
}

/** Milliseconds of a duration such as `26h` or `1h30m`; undefined where the text is no positive duration. */
export function parseDurationMs(text: string): number | undefined {
  if (!durationPattern.test(text)) return undefined;
  let milliseconds = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+)([dhms])/g))
    milliseconds += Number(amount) * durationUnits[unit!]!;
  return milliseconds > 0 ? milliseconds : undefined;
}
