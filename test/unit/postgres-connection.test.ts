import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { findMissingTables, resolveExclusions, type CatalogueTable } from '../../src/sources/postgres/catalogue.ts';
import { sortMajors } from '../../src/sources/postgres/client-programs.ts';
import { parseConnectionUrl } from '../../src/sources/postgres/connection-url.ts';
import {
  listSecurityWarnings,
  parseVersion,
  requireClientFor,
  type PostgresVersion,
} from '../../src/sources/postgres/versions.ts';

describe('a connection string', () => {
  it('gives back user, password and database whatever characters they hold', () => {
    const text = fc.string({ minLength: 1, unit: 'grapheme' }).filter((value) => !value.includes('\0'));
    fc.assert(
      fc.property(text, text, text, (user, password, database) => {
        const [a, b, c] = [user, password, database].map(encodeURIComponent);
        const found = parseConnectionUrl(`postgres://${a}:${b}@db.example:6543/${c}`);
        expect(found).toMatchObject({ label: 'db.example:6543', user, database });
        expect(found.environment['PGPASSWORD']).toBe(password);
      }),
    );
  });

  it('knows sockets, IPv6 and parameters, and has defaults', () => {
    expect(parseConnectionUrl('postgresql://').environment).toEqual({
      PGHOST: 'localhost',
      PGPORT: '5432',
      PGUSER: 'postgres',
    });
    expect(parseConnectionUrl('postgres://u@[::1]/d').environment['PGHOST']).toBe('::1');
    const found = parseConnectionUrl('postgres:///app?host=%2Fvar%2Frun&sslmode=verify-full&connect_timeout=3');
    expect(found.environment).toMatchObject({ PGHOST: '/var/run', PGSSLMODE: 'verify-full', PGCONNECT_TIMEOUT: '3' });
  });

  it.each([
    'host=db password=secret',
    'postgres://u:%secret@h/d', // not-a-secret: made up for its bad escape
    'postgres://u:p@ss/secret@h/d',
    'postgres://h/d?secret=1',
    'mysql://secret',
  ])('is refused without being shown: %s', (text) => {
    expect(() => parseConnectionUrl(text)).toThrow(expect.objectContaining({ kind: 'config' }));
    expect(() => parseConnectionUrl(text)).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('secret') }),
    );
  });
});

describe('versions', () => {
  const version = (text: string) => parseVersion(text) as PostgresVersion;

  it('are read from what programs and servers say', () => {
    expect(version('pg_dump (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)')).toEqual({
      text: '15.18',
      major: 15,
      minor: 18,
    });
    expect(version('18.7')).toEqual({ text: '18.7', major: 18, minor: 7 });
    expect(version('19beta1')).toEqual({ text: '19beta1', major: 19, minor: 0 });
    expect(parseVersion('command not found')).toBeUndefined();
  });

  it('of a client below the server are refused', () => {
    expect(() => requireClientFor('pg_dump', version('15.20'), version('16.1'), 'db')).toThrow(
      'pg_dump 15.20 is older',
    );
    expect(() => requireClientFor('pg_dump', version('16.0'), version('16.9'), 'db')).not.toThrow();
    expect(() => requireClientFor('pg_dump', version('17.1'), version('16.9'), 'db')).not.toThrow();
  });

  it.each([
    ['pg_dump', '14.24', 1],
    ['pg_dump', '14.25', 0],
    ['pg_dump', '15.19', 1],
    ['pg_dump', '16.16', 0],
    ['pg_dump', '17.11', 1],
    ['pg_dump', '18.6', 1],
    ['psql', '18.6', 0],
    ['psql', '15.18', 1],
    ['psql', '17.11', 0],
    ['psql', '13.99', 1],
    ['pg_dump', '19.0', 0],
  ] as const)('%s %s gives %d security warnings (faults 21)', (tool, text, count) => {
    expect(listSecurityWarnings(tool, version(text)).length).toBe(count);
  });

  it("of several clients that of the server's major is taken, else the next newer", () => {
    expect(sortMajors([14, 17, 15, 16], 15)).toEqual([15, 16, 17, 14]);
    expect(sortMajors([14, 17], 15)).toEqual([17, 14]);
    expect(sortMajors([14, 17])).toEqual([17, 14]);
  });
});

describe('the catalogue', () => {
  const table = (oid: string, name: string, schema = 'public', parent?: string): CatalogueTable => ({
    oid,
    schema,
    name,
    ancestors: parent
      ? [
          [schema, name],
          [schema, parent],
        ]
      : null,
  });
  const all = [
    table('1', 'student'),
    table('2', 'Odd.name', 'Élèves'),
    table('3', 'log_2024', 'public', 'log'),
    table('4', 'log_2025', 'public', 'log'),
  ];

  it.each([
    ['student', ['1']],
    ['STUDENT', ['1']],
    ['"STUDENT"', []],
    ['log', ['3', '4']],
    ['log_202?', ['3', '4']],
    ['public.*4', ['3']],
    ['"Élèves"."Odd.name"', ['2']],
    ['*.*', ['1', '2', '3', '4']],
    ['stud', []],
    ['s.udent', []],
  ])('knows the tables that the pattern %s leaves out', (pattern, oids) => {
    const { excluded, unused } = resolveExclusions([pattern], all);
    expect(excluded.map(({ oid }) => oid)).toEqual(oids);
    expect(unused).toEqual(oids.length === 0 ? [pattern] : []);
  });

  it('misses only tables that were there all the time', () => {
    const dumped = ['public."log"'];
    expect(findMissingTables(all, all, [], dumped)).toEqual(['public.student', 'Élèves.Odd.name']);
    expect(findMissingTables(all, all, [all[1] as CatalogueTable], ['public.student', ...dumped])).toEqual([]);
    const renamed = [table('1', 'pupil'), table('9', 'Odd.name', 'Élèves')];
    expect(findMissingTables(all, renamed, [], dumped)).toEqual([]);
    expect(findMissingTables([], all, [], [])).toEqual([]);
  });
});
