import { describe, expect, it } from '@jest/globals';
import type { Manifest } from '../../../src/archive/manifest.ts';
import { Failure } from '../../../src/logging/failure.ts';
import { checkScope } from '../../../src/operations/restore/check-scope.ts';
import { chooseTables, parseTables } from '../../../src/operations/restore/table-choice.ts';
import { findDatabaseNameFault } from '../../../src/sources/postgres/open-as.ts';

const table = { rows: 3, sha256: '' };
const database = (source: string, name: string, tables: string[]) => ({
  source,
  database: name,
  fingerprints: { tables: Object.fromEntries(tables.map((each) => [each, table])) },
});
const manifest = {
  name: 'backup_full_2026-01-31.tar.gz',
  databases: {
    app: database('app', 'skills_hub', ['public.student', 'public."Weird.Table ""x"""', '"École".portfolio']),
    'odoo.school': database('odoo', 'school', ['public.res_users']),
    'odoo.club': database('odoo', 'club', ['public.res_users']),
  },
} as unknown as Manifest;
const choose = (text: string) => chooseTables(manifest, parseTables([text]))[0];
const failureOf = (text: string): Failure => {
  try {
    choose(text);
  } catch (error) {
    if (error instanceof Failure) return error;
  }
  throw new Error(`${text} was taken`);
};

describe('a table that somebody names', () => {
  it.each([
    ['app.public.student', 'app', 'public', 'student'],
    ['app.PUBLIC.Student', 'app', 'public', 'student'],
    ['app.public."Weird.Table ""x"""', 'app', 'public', 'Weird.Table "x"'],
    ['app."École".portfolio', 'app', 'École', 'portfolio'],
    ['odoo.school.public.res_users', 'odoo.school', 'public', 'res_users'],
    ['odoo."club".public.res_users', 'odoo.club', 'public', 'res_users'],
  ])('%s', (text, key, schema, name) => {
    expect(choose(text)).toMatchObject({ key, schema, table: name, rows: 3 });
  });

  it('is one, in however many spellings', () => {
    const texts = ['app.public.student', 'app.PUBLIC."student"', 'app.skills_hub.public.student'];
    expect(chooseTables(manifest, parseTables(texts))).toMatchObject([{ key: 'app', table: 'student' }]);
  });

  it.each([
    ['', /empty part/],
    ['app.public', /2 parts/],
    ['a.b.c.d.e', /5 parts/],
    ['app..student', /empty part/],
    ['app.public.student.', /empty part/],
    ['app.public."student', /not closed/],
    ['app.public.""', /empty part/],
    ['app.public.stu\ndent', /control character/],
    ['app.public.stu\u0000dent', /control character/],
    ['app.public.stu\ud800dent', /half a character/],
    [`app.public.${'é'.repeat(32)}`, /63 bytes/],
    [`app.public.${'x'.repeat(500)}`, /too long/],
    ["app.public.x' OR 1=1", /space/],
    ['app.public.student;drop', /holds no rows/],
    ['nowhere.public.student', /holds no database/],
    ['odoo.public.res_users', /several databases: odoo.school, odoo.club/],
    ['../etc.public.student', /empty part|holds no database/],
  ])('%j is refused in one line', (text, message) => {
    const failure = failureOf(text);
    expect(failure.kind).toBe('usage');
    expect(failure.message).toMatch(message);
    expect(`${failure.message}${failure.next}`).not.toMatch(/\p{Cc}/u);
  });

  it('that is spelt wrongly is told with what is near', () => {
    expect(failureOf('app.public.studnt').next).toContain('Near it: app.public.student.');
    expect(failureOf('app.public."Weird.Table"').next).toContain('app.public."Weird.Table ""x"""');
    expect(failureOf('app.public.portfolio').next).toContain('app."École".portfolio');
  });
});

describe('what does not go together', () => {
  it.each([
    [{ isInPlace: true }, /--table/],
    [{ table: ['a.b.c'], as: 'x', isInPlace: true }, /exclude each other/],
    [{ table: ['a.b.c'], to: '/tmp/x' }, /--to/],
    [{ as: 'x', hasPaths: true }, /--path/],
    [{ table: ['a.b.c'], select: ['app'] }, /--select/],
  ])('%j', (scope, message) => {
    expect(() => checkScope(scope)).toThrow(message);
  });
});

describe('the name of a new database', () => {
  it.each(['', 'postgres', 'template1', 'continuity_new_x', 'a\nb', 'x'.repeat(64), ' x', 'a\ud800'])(
    '%j is refused',
    (name) => {
      expect(findDatabaseNameFault(name)).toMatch(/./);
    },
  );

  it.each(['skills_hub_january', 'École', 'a "quoted" name'])('%j may be one', (name) => {
    expect(findDatabaseNameFault(name)).toBeUndefined();
  });
});
