import { describe, expect, it } from '@jest/globals';
import { nightlyName, parseArchiveName, selectArchive, timedName } from '../../../src/config/archive-name.ts';
import { Failure } from '../../../src/logging/failure.ts';

const zone = 'Europe/Paris';

describe('the names that are given', () => {
  it('carry the local date, and the local time where the run is no nightly', () => {
    const instant = new Date('2026-07-31T22:30:05Z');
    expect(nightlyName(instant, zone)).toBe('backup_full_2026-08-01.tar.gz');
    expect(timedName(instant, zone)).toBe('backup_full_2026-08-01_00-30-05.tar.gz');
  });

  it('fault 125: name one nightly a day through both changes of the clocks', () => {
    for (const [from, to, hours] of [
      ['2026-03-28T23:00:00Z', '2026-03-29T22:00:00Z', 23],
      ['2026-10-24T22:00:00Z', '2026-10-25T23:00:00Z', 25],
    ] as const) {
      const names = new Set<string>();
      let count = 0;
      for (let at = Date.parse(from); at < Date.parse(to); at += 3_600_000, count += 1)
        names.add(nightlyName(new Date(at), zone));
      expect(count).toBe(hours);
      expect(names.size).toBe(1);
    }
  });

  it('fault 125: give every 03:00 of a year a name of its own', () => {
    const names = new Set<string>();
    for (let day = 0; day < 365; day += 1) {
      const noon = new Date(Date.UTC(2026, 0, 1 + day, 12));
      const offsetHours = timedName(noon, zone).includes('_14-') ? 2 : 1;
      names.add(nightlyName(new Date(Date.UTC(2026, 0, 1 + day, 3 - offsetHours)), zone));
    }
    expect(names.size).toBe(365);
  });

  it('skip the hour that does not exist', () => {
    expect(timedName(new Date('2026-03-29T00:59:59Z'), zone)).toBe('backup_full_2026-03-29_01-59-59.tar.gz');
    expect(timedName(new Date('2026-03-29T01:00:00Z'), zone)).toBe('backup_full_2026-03-29_03-00-00.tar.gz');
  });

  it('write midnight as 00, and read back', () => {
    const name = timedName(new Date('2026-01-01T23:00:00Z'), zone);
    expect(parseArchiveName(name)).toEqual({ name, date: '2026-01-02', time: '00-00-00', foreign: false });
  });
});

describe('a name that is read', () => {
  it('gives date and time', () => {
    expect(parseArchiveName('backup_full_2028-02-29.tar.gz')).toEqual({
      name: 'backup_full_2028-02-29.tar.gz',
      date: '2028-02-29',
      foreign: false,
    });
  });

  it('of the former script is foreign', () => {
    expect(parseArchiveName('backup_full_2026-01-31_03-00.tar.gz')).toMatchObject({ time: '03-00', foreign: true });
  });
});

describe('a request', () => {
  it('is latest, a date or a full name', () => {
    expect(selectArchive('latest')).toEqual({ by: 'latest' });
    expect(selectArchive('2026-01-31')).toEqual({ by: 'date', date: '2026-01-31' });
    expect(selectArchive('backup_full_2026-01-31.tar.gz')).toMatchObject({
      by: 'name',
      archive: { date: '2026-01-31' },
    });
  });

  it.each([
    '',
    '../x',
    '../backup_full_2026-01-31.tar.gz',
    '/backup_full_2026-01-31.tar.gz',
    '-rf',
    '$(id)',
    'backup_full_2026-01-31.tar.gz\n',
    'latest\n',
    '2026-01-31\n',
    'backup_full_2026-01-31\n.tar.gz',
    'backup_full_2026-01-31.tar.gz\0',
    ' latest',
    'LATEST',
    'bаckup_full_2026-01-31.tar.gz',
    'backup_full_２０２６-01-31.tar.gz',
    'backup_full_2026‐01‐31.tar.gz',
    'backup_full_2026-02-30',
    'backup_full_2026-02-30.tar.gz',
    'backup_full_2026-13-01.tar.gz',
    'backup_full_2027-02-29.tar.gz',
    'backup_full_2026-01-31_24-00-00.tar.gz',
    'backup_full_2026-01-31_03-60.tar.gz',
    'backup_full_2026-01-31.tar.gz.part',
    '2026-02-30',
    '2026-1-1',
    'x'.repeat(300),
    `backup_full_${'2026-01-31'.repeat(30)}.tar.gz`,
    '\u001b[2Jlatest',
    '\u202elatest',
  ])('fault 66: %j is refused in one clear line', (request) => {
    let refusal: unknown;
    try {
      selectArchive(request);
    } catch (error) {
      refusal = error;
    }
    expect(refusal).toBeInstanceOf(Failure);
    const { kind, message } = refusal as Failure;
    expect(kind).toBe('usage');
    expect(message).toMatch(/^[\x20-\x7e…]{1,460}$/);
    expect(message).toContain('names no archive');
  });
});
