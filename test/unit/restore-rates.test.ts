import { describe, expect, it } from '@jest/globals';
import { parseRates } from '../../src/operations/restore/rates-file.ts';
import { learn, predict, type Rates } from '../../src/operations/restore/rates.ts';

const fresh = parseRates('');
const learnAll = (quantities: { once: number; megabyte: number }, ...times: number[]): Rates =>
  times.reduce((rates, ms) => learn(rates, { step: 'databases', quantities, ms }), fresh);
const small = { once: 1, megabyte: 0.01 };
const large = { once: 1, megabyte: 1000 };

describe('what is expected of a restore', () => {
  it('goes by the first measure on this host, then by a mean of all', () => {
    expect(predict(fresh.databases, large).measured).toBe(0);
    const once = learnAll(large, 20_000);
    expect(predict(once.databases, large)).toEqual({ ms: 20_000, measured: 1 });
    expect(predict(learnAll(large, 20_000, 30_000).databases, large)).toEqual({ ms: 25_000, measured: 2 });
  });

  it('does not take what a small restore needs once for what each megabyte needs', () => {
    const rates = learnAll(small, 900);
    expect(predict(rates.databases, small).ms).toBe(900);
    const before = predict(fresh.databases, large).ms;
    const { ms, measured } = predict(rates.databases, large);
    expect([measured, ms < before, ms > 0.9 * before]).toEqual([0, true, true]);
  });

  it('is not spoilt by one bad night, however bad, and follows a host that has changed', () => {
    const steady = [10_000, 10_000, 10_000, 10_000];
    const spoilt = predict(learnAll(large, ...steady, 3_600_000).databases, large).ms;
    expect(spoilt).toBeLessThan(15_000);
    const faster = predict(learnAll(large, ...steady, ...Array.from({ length: 40 }, () => 4000)).databases, large).ms;
    expect(Math.abs(faster - 4000)).toBeLessThan(300);
  });

  it('keeps apart what other steps take, and has nothing to learn where there was nothing to do', () => {
    const rates = learnAll(large, 20_000);
    expect(rates.files).toEqual(fresh.files);
    expect(learn(fresh, { step: 'files', quantities: {}, ms: 5 })).toBe(fresh);
  });

  it('is read back as it was noted, and nothing else is believed', () => {
    const rates = learnAll(large, 20_000, 21_000);
    const text = (changed: unknown): string => JSON.stringify({ version: 1, rates: changed });
    expect(parseRates(text(rates))).toEqual(rates);
    for (const wrong of [
      { ms: 0, measured: 1 },
      { ms: 1 },
      { ms: 1, measured: 1.5 },
      { ms: 1e300, measured: 1 },
      null,
      7,
    ])
      expect(parseRates(text({ databases: { megabyte: wrong, toString: 1 } }))).toEqual(fresh);
    for (const other of ['', 'null', '[]', '{"version": 1}', '{"version": 1, "rates": []}', '\0'.repeat(100)])
      expect(parseRates(other)).toEqual(fresh);
  });
});
