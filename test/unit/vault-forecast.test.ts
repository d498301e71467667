import { describe, expect, it } from '@jest/globals';
import { checkSealName } from '../../src/vault/store/check-name.ts';
import { forecastSpace } from '../../src/vault/store/forecast.ts';
import type { LedgerLine } from '../../src/vault/store/ledger.ts';

const DAY_MS = 86_400_000;
const now = new Date('2026-11-23T03:00:00Z');

/** Nightly seals, the last one of today; the first brings all, each later one `newBytes`. */
const nights = (count: number, newBytes: number, size = 1000): LedgerLine[] =>
  Array.from({ length: count }, (_, night) => ({
    time: new Date(now.getTime() - (count - 1 - night) * DAY_MS).toISOString(),
    action: 'seal',
    name: `night ${night}`,
    size,
    newBytes: night === 0 ? size : newBytes,
    previous: '',
    digest: '',
  }));

describe('the date on which the disk is full', () => {
  it('stands on what the last 30 nights newly took, not on the first archive', () => {
    const forecast = forecastSpace(nights(100, 10), { sharesExtents: true, freeBytes: 100, now });
    expect(forecast).toEqual({ newBytesPerNight: 10, fullOn: '2026-12-03' });
    expect(forecastSpace(nights(3, 10), { sharesExtents: true, freeBytes: 100, now }).newBytesPerNight).toBe(10);
  });

  it('counts whole archives where nothing is shared', () => {
    const forecast = forecastSpace(nights(2, 10), { sharesExtents: false, freeBytes: 5000, now });
    expect(forecast).toEqual({ newBytesPerNight: 1000, fullOn: '2026-11-28' });
  });

  it('counts days without a backup too', () => {
    const [first, , , last] = nights(4, 10);
    const forecast = forecastSpace([first!, last!], { sharesExtents: false, freeBytes: 5000, now });
    expect(forecast.newBytesPerNight).toBe(500);
  });

  it('is absent where nothing is known, or beyond 20 years', () => {
    expect(forecastSpace([], { sharesExtents: true, freeBytes: 100, now })).toEqual({});
    expect(forecastSpace(nights(1, 10), { sharesExtents: true, freeBytes: 100, now })).toEqual({});
    expect(forecastSpace(nights(9, 1), { sharesExtents: true, freeBytes: 1e9, now })).toEqual({ newBytesPerNight: 1 });
    expect(forecastSpace(nights(9, 0), { sharesExtents: true, freeBytes: 1, now })).toEqual({ newBytesPerNight: 0 });
  });
});

describe('the name of a seal', () => {
  it.each(['2026-11-21', '2026-11-23', '2026-11-25', '2026-11-25_23-59-59'])('may be dated %s', (date) => {
    expect(() => checkSealName(`backup_full_${date}.tar.gz`, now)).not.toThrow();
  });
  it.each(['2026-11-20', '2026-11-26', '2025-11-23', '2026-02-30', '2026-11-23_03-00', '2026-11-23_25-00-00'])(
    'may not be dated %s',
    (date) => expect(() => checkSealName(`backup_full_${date}.tar.gz`, now)).toThrow(),
  );
});
