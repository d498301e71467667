import { describe, expect, it } from '@jest/globals';
import { parseDurationMs, parseSizeBytes } from '../../../src/config/quantities.ts';

describe('sizes', () => {
  it.each([
    ['50MB', 50_000_000],
    ['1GiB', 1_073_741_824],
    ['1.5 kB', 1_500],
    ['4tib', 4 * 2 ** 40],
    ['12B', 12],
  ])('%s is %d bytes', (text, bytes) => expect(parseSizeBytes(text)).toBe(bytes));

  it.each(['', '50', '0MB', '-1MB', '1e3B', '50MB ', '50 M', '9999999999999TB', '٣MB'])('%j is none', (text) =>
    expect(parseSizeBytes(text)).toBeUndefined(),
  );
});

describe('durations', () => {
  it.each([
    ['90s', 90_000],
    ['5m', 300_000],
    ['26h', 93_600_000],
    ['1h30m', 5_400_000],
    ['2d', 172_800_000],
  ])('%s is %d ms', (text, milliseconds) => expect(parseDurationMs(text)).toBe(milliseconds));

  it.each(['', '26', '0s', '1.5h', '30m1h', '-5m', '5 m', '5m\n'])('%j is none', (text) =>
    expect(parseDurationMs(text)).toBeUndefined(),
  );
});
