import { describe, expect, it } from '@jest/globals';
import { PathChoice } from '../../../src/archive/path-choice.ts';
import { Failure } from '../../../src/logging/failure.ts';

const includes = (text: string, name: string) => PathChoice.parse([text]).includes(Buffer.from(name));
const mayHold = (text: string, name: string) => PathChoice.parse([text]).mayHold(Buffer.from(name));

describe('a path that was asked for', () => {
  it.each(['uploads/a', 'uploads/a/', 'uploads/a/b', 'uploads/a/b/'])(
    'chooses itself and what is below: %s',
    (name) => {
      expect(includes('uploads/a', name)).toBe(true);
      expect(includes('uploads/a/', name)).toBe(true);
    },
  );

  it.each(['uploads/', 'uploads/ab', 'uploads', 'other/a'])('chooses nothing else: %s', (name) => {
    expect(includes('uploads/a', name)).toBe(false);
  });

  it('may be held by the folders above it and below it alone', () => {
    const held = ['uploads/', 'uploads/a/', 'uploads/a/b/c/', 'uploads/b/', 'odoo/'];
    expect(held.map((name) => mayHold('uploads/a/b', name))).toEqual([true, true, true, false, false]);
  });

  it('takes names with letters that are special elsewhere as they are', () => {
    for (const name of ['uploads/-rf', 'uploads/$(id)', 'uploads/a b', "uploads/l'été.pdf"])
      expect(includes(name, name)).toBe(true);
    for (const name of ['uploads/photo (1).jpg', 'uploads/r[1].pdf', 'uploads/what?', 'uploads/{a,b}', 'uploads/!x'])
      expect(includes(name, name)).toBe(true);
    expect(includes('uploads/r\\[1\\]*', 'uploads/r[1].pdf')).toBe(true);
  });
});

describe('a glob', () => {
  it.each([
    ['uploads/*/report.pdf', 'uploads/a/report.pdf', true],
    ['uploads/*/report.pdf', 'uploads/a/b/report.pdf', false],
    ['uploads/**/*.pdf', 'uploads/a/b/.hidden.pdf', true],
    ['uploads/student_00*', 'uploads/student_0042/portfolio/one', true],
    ['**/portfolio', 'uploads/student_0042/portfolio/one', true],
    ['uploads/student_00*', 'uploads/student_1/', false],
  ])('%s on %s: %s', (glob, name, isChosen) => {
    expect(includes(glob, name)).toBe(isChosen);
  });

  it('may be held by what its beginning leaves open', () => {
    const held = ['uploads/', 'uploads/x/', 'odoo/'];
    expect(held.map((name) => mayHold('uploads/*/a', name))).toEqual([true, true, false]);
    expect(mayHold('**/a', 'odoo/')).toBe(true);
  });

  it('is looked for in no folder that cannot hold it', () => {
    const folders = ['uploads/', 'uploads/s1/', 'uploads/t1/', 'uploads/s1/a/', 'uploads/s1/b/', 'uploads/s1/a/deep/'];
    const heldBy = (glob: string) => folders.filter((name) => mayHold(glob, name));
    expect(heldBy('uploads/s*/a')).toEqual(['uploads/', 'uploads/s1/', 'uploads/s1/a/', 'uploads/s1/a/deep/']);
    expect(heldBy('uploads/s*/**/x')).toEqual(folders.filter((name) => !name.includes('t1')));
    expect(heldBy('uploads/{s1/a,t1}')).toEqual(folders);
  });

  it.each([
    'uploads/*a*a*a*a*a*a*b',
    'uploads/*_*_*/*_*_*/*.pdf',
    'uploads/{*a,*a}*a*a',
    '**/a/**/a/**/b',
    `uploads/${'{a,a}'.repeat(30)}*`,
  ])('is refused in one line where a name could be made that never ends its search: %s', (glob) => {
    expect(() => PathChoice.parse([glob])).toThrow(/ is no path in an archive: as a glob it has more than \d "/);
  });

  it('takes parentheses and plus signs as they are, and ends on names that are made for it', () => {
    const name = `uploads/${'a'.repeat(240)}c`;
    const hostile = [
      'uploads/*(*a)b',
      'uploads/(*a)+(*a)b',
      'uploads/[a]+[a]+[a]+*b',
      'uploads/{a,a}+*b',
      'uploads/*a*a*b',
    ];
    expect(hostile.map((glob) => includes(glob, name))).toEqual(hostile.map(() => false));
    expect(includes('uploads/photo (1)*', 'uploads/photo (1).jpg')).toBe(true);
    expect(includes('uploads/photo (1)/*.jpg', 'uploads/photo (1)/a.jpg')).toBe(true);
    expect(includes('uploads/c++*', 'uploads/c++.txt')).toBe(true);
  });

  it('is never one for all the rest', () => {
    expect(includes('!uploads/a', 'uploads/b')).toBe(false);
    expect(includes('!uploads/a*', 'uploads/b')).toBe(false);
  });

  it('can be told apart from the others, and printed', () => {
    const both = PathChoice.parse(['uploads/a', 'odoo/*.pdf']);
    expect(both.apart().map((each) => each.includes(Buffer.from('odoo/x.pdf')))).toEqual([false, true]);
    expect(JSON.stringify(both)).toBe('["uploads/a","odoo/*.pdf"]');
  });
});

it.each([
  '',
  '/',
  '/etc/passwd',
  '../x',
  'uploads/../../x',
  'uploads/./x',
  'uploads//x',
  'uploads/a\nb',
  'uploads/a\0b',
  'uploads/*/../../x',
  '/uploads/*',
])('is refused in one line where no archive can have it: %j', (text) => {
  expect(() => PathChoice.parse([text])).toThrow(Failure);
  try {
    PathChoice.parse([text]);
  } catch (error) {
    expect((error as Failure).message).not.toContain('\n');
    expect((error as Failure).kind).toBe('usage');
  }
});

it('is refused where a component, or all of it, is longer than a name can be', () => {
  for (const text of [`uploads/${'x'.repeat(300)}`, `uploads${'/x'.repeat(3000)}`])
    expect(() => PathChoice.parse([text])).toThrow(/ is no path in an archive: .*long/);
});
