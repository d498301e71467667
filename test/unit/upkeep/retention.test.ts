import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseArchiveName } from '../../../src/config/archive-name.ts';
import type { LedgerLine } from '../../../src/vault/store/ledger.ts';
import { readNameInstant } from '../../../src/vault/upkeep/name-instant.ts';
import { chooseExpired, dateArchives, type AgedArchive } from '../../../src/vault/upkeep/retention.ts';

const DAY_MS = 86_400_000;
const rules = { days: 1825, keepNewest: 30, daysPerRun: 7 };

const lineOf = (time: string, action: LedgerLine['action'] = 'seal'): LedgerLine => ({
  time,
  action,
  name: `backup_full_${time.slice(0, 10)}.tar.gz`,
  size: 1,
  newBytes: 1,
  previous: '',
  digest: '',
});
const aged = (agedFromMs: number, isCounted = true): AgedArchive => ({
  line: lineOf(new Date(agedFromMs).toISOString()),
  agedFromMs,
  isCounted,
});
/** Young ones enough that nothing is held back. */
const young = (nowMs: number): AgedArchive[] => Array.from({ length: 30 }, (_each, day) => aged(nowMs - day * DAY_MS));

describe('114: the age of an archive', () => {
  it.each([
    ['an ordinary night', '2026-02-03T02:00:40.000Z'],
    ['a night before a leap day', '2028-02-28T02:00:40.000Z'],
    ['a leap day itself', '2028-02-29T02:00:40.000Z'],
    ['the day on which summer time begins', '2026-03-29T00:59:59.000Z'],
    ['the day on which summer time ends', '2026-10-25T01:30:00.000Z'],
    ['the last instant of a year', '2027-12-31T23:59:59.999Z'],
  ])('is counted in days of 24 hours: of %s day 1825 stays, day 1826 may go', (_what, sealed) => {
    const sealedMs = Date.parse(sealed);
    const isExpired = (ageMs: number): boolean => {
      const nowMs = sealedMs + ageMs;
      return chooseExpired([aged(sealedMs), ...young(nowMs)], { nowMs, ...rules }).prune.length === 1;
    };
    expect(isExpired(1824 * DAY_MS)).toBe(false);
    expect(isExpired(1825 * DAY_MS)).toBe(false);
    expect(isExpired(1826 * DAY_MS - 1)).toBe(false);
    expect(isExpired(1826 * DAY_MS)).toBe(true);
  });

  it('counts from the time of a line further up where the clock was set back for a while', () => {
    const lines = [
      lineOf('2026-01-01T02:00:00.000Z'),
      lineOf('1990-01-01T02:00:00.000Z'),
      lineOf('2040-01-01T02:00:00.000Z'),
      lineOf('2026-01-04T02:00:00.000Z'),
      lineOf('2021-01-01T02:00:00.000Z', 'foreign'),
    ];
    const nowMs = Date.parse('2026-01-05T00:00:00.000Z');
    const days = [...dateArchives(lines, lines, nowMs).values()].map((ms) => new Date(ms).toISOString().slice(0, 10));
    expect(days).toEqual(['2026-01-01', '2026-01-01', '2040-01-01', '2026-01-04', '2021-01-01']);
  });
});

describe('112: a run', () => {
  const nowMs = Date.parse('2033-06-01T04:00:00.000Z');
  const expired = (daysOver: number): AgedArchive => aged(nowMs - (1826 + daysOver) * DAY_MS);

  it("takes 7 days' worth of the oldest, and reports the rest", () => {
    const old = Array.from({ length: 20 }, (_each, day) => expired(day));
    const choice = chooseExpired([...old, ...young(nowMs)], { nowMs, ...rules });
    expect(choice.prune).toEqual(old.slice(13).reverse());
    expect(choice.later).toHaveLength(13);
  });

  it('takes a day with a thousand archives as one day', () => {
    const busy = Array.from({ length: 1000 }, () => expired(3));
    const choice = chooseExpired([...busy, expired(2), ...young(nowMs)], { nowMs, ...rules });
    expect(choice).toMatchObject({ prune: { length: 1001 }, later: [], heldBack: [] });
  });

  it('never leaves fewer than the newest 30, whatever their age', () => {
    const old = Array.from({ length: 33 }, (_each, day) => expired(day));
    const choice = chooseExpired(old, { nowMs, ...rules });
    expect(choice.prune).toEqual(old.slice(30).reverse());
    expect(choice.heldBack).toHaveLength(30);
  });

  it('does not count damaged archives and safety copies among those that stay', () => {
    const whole = Array.from({ length: 29 }, (_each, day) => aged(nowMs - day * DAY_MS));
    const broken = Array.from({ length: 5 }, (_each, day) => aged(nowMs - day * DAY_MS, false));
    const old = [expired(1), { ...expired(2), isCounted: false }];
    expect(chooseExpired([...old, ...whole.slice(1), ...broken], { nowMs, ...rules })).toMatchObject({
      prune: [],
      heldBack: { length: 2 },
    });
    const [spared, gone] = [expired(1), { ...expired(2), isCounted: false }];
    expect(chooseExpired([spared, gone, ...whole], { nowMs, ...rules })).toMatchObject({
      prune: [gone],
      heldBack: [spared],
    });
  });

  it('keeps to its rules whatever lies there, and comes to an end', () => {
    const anArchive = fc
      .record({ ageMs: fc.integer({ min: -3 * DAY_MS, max: 3000 * DAY_MS }), isCounted: fc.boolean() })
      .map(({ ageMs, isCounted }) => aged(nowMs - ageMs, isCounted));
    const someRules = fc.record({
      days: fc.integer({ min: 1, max: 2000 }),
      keepNewest: fc.integer({ min: 1, max: 20 }),
      daysPerRun: fc.integer({ min: 1, max: 10 }),
    });
    fc.assert(
      fc.property(fc.array(anArchive, { maxLength: 60 }), someRules, (archives, limits) => {
        let left = archives;
        for (let runs = 0; ; runs++) {
          const { prune, later, heldBack } = chooseExpired(left, { nowMs, ...limits });
          const counted = (list: readonly AgedArchive[]) => list.filter(({ isCounted }) => isCounted);
          for (const { agedFromMs } of prune) expect(nowMs - agedFromMs).toBeGreaterThan(limits.days * DAY_MS);
          const days = new Set(prune.map(({ agedFromMs }) => Math.floor(agedFromMs / DAY_MS)));
          expect(days.size).toBeLessThanOrEqual(limits.daysPerRun);
          const remaining = left.filter((each) => !prune.includes(each));
          const least = Math.min(limits.keepNewest, counted(left).length);
          expect(counted(remaining).length).toBeGreaterThanOrEqual(least);
          // What stays is never older than what goes, but for what must stay.
          const newestGone = Math.max(-Infinity, ...counted(prune).map(({ agedFromMs }) => agedFromMs));
          for (const { agedFromMs } of counted(remaining)) expect(agedFromMs).toBeGreaterThanOrEqual(newestGone);
          if (later.length > 0) expect(prune.length).toBeGreaterThan(0);
          left = remaining;
          if (prune.length === 0) {
            expect(later).toEqual([]);
            if (counted(left).length > limits.keepNewest) expect(heldBack).toEqual([]);
            return;
          }
          expect(runs).toBeLessThan(archives.length);
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('the date in the name of a foreign archive', () => {
  it.each([
    ['in winter', '2026-01-31_03-05', '2026-01-31T02:05:00.000Z'],
    ['in summer', '2026-07-31_03-05', '2026-07-31T01:05:00.000Z'],
    ['that exists twice, as the later one', '2026-10-25_02-30', '2026-10-25T01:30:00.000Z'],
    ['that was leapt over, as one after it', '2026-03-29_02-30', '2026-03-29T01:30:00.000Z'],
    ['on a leap day', '2024-02-29_23-59', '2024-02-29T22:59:00.000Z'],
  ])('is local time: one %s', (_what, stamp, expected) => {
    const name = parseArchiveName(`backup_full_${stamp}.tar.gz`);
    expect(name && readNameInstant(name, 'Europe/Paris').toISOString()).toBe(expected);
  });

  it('may be that of a zone far from UTC', () => {
    const name = parseArchiveName('backup_full_2026-01-01_00-30.tar.gz');
    expect(name && readNameInstant(name, 'Pacific/Kiritimati').toISOString()).toBe('2025-12-31T10:30:00.000Z');
    expect(name && readNameInstant(name, 'America/Los_Angeles').toISOString()).toBe('2026-01-01T08:30:00.000Z');
  });
});
