import { describe, expect, it } from '@jest/globals';
import type { LedgerLine } from '../../../src/vault/store/ledger.ts';
import { judgeClock } from '../../../src/vault/upkeep/prune-clock.ts';

const DAY_MS = 86_400_000;
const sealed = Date.parse('2026-11-23T02:00:00.000Z');
const line = (timeMs: number, action: LedgerLine['action'] = 'seal'): LedgerLine => ({
  time: new Date(timeMs).toISOString(),
  action,
  name: '',
  size: 1,
  newBytes: 1,
  previous: '',
  digest: '',
});
const ledger = { lines: [line(sealed - DAY_MS), line(sealed), line(sealed - 900 * DAY_MS, 'foreign')] };
const ranAt = (timeMs: number, acceptedLines = 0) => ({ lastRun: new Date(timeMs).toISOString(), acceptedLines });

describe('110: the clock', () => {
  it('is believed up to 2 days after the last run', () => {
    const record = ranAt(sealed + 3_600_000);
    expect(judgeClock(sealed + 3_600_000, ledger, record)).toBeUndefined();
    expect(judgeClock(sealed + 2 * DAY_MS + 3_600_000, ledger, record)).toBeUndefined();
    expect(judgeClock(sealed + 2 * DAY_MS + 3_600_001, ledger, record)).toMatch(
      /after the last run .*more than 2 days/,
    );
    expect(judgeClock(Date.parse('2040-01-01T00:00:00Z'), ledger, record)).toMatch(/2040.*more than 2 days/);
  });

  it('is not believed before the newest line of the ledger, foreign ones apart', () => {
    expect(judgeClock(sealed - 1, ledger, ranAt(sealed - DAY_MS))).toMatch(/before the newest line of the ledger/);
    expect(judgeClock(Date.parse('1990-01-01T00:00:00Z'), ledger, ranAt(sealed))).toMatch(/1990.*before the newest/);
    const future = { lines: [...ledger.lines, line(sealed + 9 * DAY_MS, 'foreign')] };
    expect(judgeClock(sealed, future, ranAt(sealed))).toBeUndefined();
  });

  it('is held against the ledger where no run came before', () => {
    expect(judgeClock(sealed + DAY_MS, ledger, undefined)).toBeUndefined();
    expect(judgeClock(Date.parse('1990-01-01T00:00:00Z'), ledger, undefined)).toMatch(/before the newest/);
    expect(judgeClock(Date.parse('2040-01-01T00:00:00Z'), ledger, undefined)).toMatch(/more than 2 days/);
    expect(judgeClock(sealed, { lines: [] }, undefined)).toBeUndefined();
  });

  it('is not believed where the last run lies in the future, or nobody knows when it was', () => {
    expect(judgeClock(sealed, ledger, ranAt(Date.parse('2040-01-01T00:00:00Z')))).toMatch(/before the last run .2040/);
    expect(judgeClock(sealed, ledger, 'unreadable')).toMatch(/cannot be read/);
    expect(judgeClock(sealed, { lines: [{ ...line(sealed), time: 'x' }] }, undefined)).toMatch(/has no time/);
  });

  it('passes over lines that an administrator knows to be wrong', () => {
    const jumped = { lines: [...ledger.lines, line(Date.parse('2040-01-01T00:00:00Z'))] };
    expect(judgeClock(sealed + DAY_MS, jumped, ranAt(sealed, 3))).toMatch(/before the newest line/);
    expect(judgeClock(sealed + DAY_MS, jumped, ranAt(sealed, 4))).toBeUndefined();
  });
});
