import type { LedgerLine } from './ledger.ts';

const DAY_MS = 86_400_000;
const NIGHTS = 30;
const HORIZON_DAYS = 20 * 366;

/**
 * How fast the vault fills, on average of the last 30 nights, and the date on which nothing is free any more.
 * Where archives share extents a vault's first archive is left aside: it is new as a whole, and no night like others.
 */
export function forecastSpace(
  archives: readonly LedgerLine[],
  { sharesExtents, freeBytes, now }: { sharesExtents: boolean; freeBytes: number; now: Date },
): { newBytesPerNight?: number; fullOn?: string } {
  const seals = archives.filter(({ action }) => action === 'seal');
  const since = now.getTime() - NIGHTS * DAY_MS;
  const recent = (sharesExtents ? seals.slice(1) : seals).filter(({ time }) => Date.parse(time) > since);
  const [first] = recent;
  if (!first) return {};
  const nights = Math.max(1, Math.round((now.getTime() - Date.parse(first.time)) / DAY_MS) + 1);
  const taken = recent.reduce((sum, { newBytes, size }) => sum + (sharesExtents ? newBytes : size), 0);
  const newBytesPerNight = Math.round(taken / Math.min(NIGHTS, nights));
  const days = newBytesPerNight > 0 ? freeBytes / newBytesPerNight : Infinity;
  if (days > HORIZON_DAYS) return { newBytesPerNight };
  return { newBytesPerNight, fullOn: new Date(now.getTime() + days * DAY_MS).toISOString().slice(0, 10) };
}
