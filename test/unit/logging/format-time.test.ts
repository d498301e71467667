import { describe, expect, it } from '@jest/globals';
import { timedName } from '../../../src/config/archive-name.ts';
import { formatTime } from '../../../src/logging/format-time.ts';

describe('a time for people', () => {
  it('is that of the platform, with the name of its zone, on both sides of midnight and of summer time', () => {
    expect(formatTime('2026-11-23T23:45:10.000Z', 'Europe/Paris')).toBe('2026-11-24 00:45 Europe/Paris');
    expect(formatTime(new Date('2026-07-01T22:00:00Z'), 'Europe/Paris')).toBe('2026-07-02 00:00 Europe/Paris');
    expect(formatTime('2026-11-23T03:04:00Z', 'America/New_York')).toBe('2026-11-22 22:04 America/New_York');
  });

  it('agrees with the name of an archive of the same moment', () => {
    const instant = new Date('2026-11-23T23:45:10Z');
    const [date, time] = formatTime(instant, 'Europe/Paris').split(' ');
    expect(timedName(instant, 'Europe/Paris')).toBe(`backup_full_${date}_${time?.replace(':', '-')}-10.tar.gz`);
  });

  it('is UTC and says so where no zone is known; what is no time stays as it came', () => {
    expect(formatTime('2026-11-23T23:45:10.000Z')).toBe('2026-11-23 23:45 UTC');
    expect(formatTime('soon', 'Europe/Paris')).toBe('soon');
  });
});
