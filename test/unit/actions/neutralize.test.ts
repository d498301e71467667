import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { neutralize } from '../../../actions/frame/neutralize.ts';
import { readRunnerLog } from '../../fixtures/runner-log.ts';

const command = fc.constantFrom(
  '::error::x',
  '::add-mask::x',
  '::stop-commands::word',
  '::set-output name=a::b',
  '::error file=a,line=1::x',
  '##[add-mask]x',
  '##[error]x',
  '##[set-env name=A]x',
  ':',
  '::',
  '##',
  '[',
  '#',
);
const piece = fc.oneof(
  command,
  fc.constantFrom(
    '\n',
    '\r',
    '\r\n',
    '\u2028',
    '\u2029',
    '\u0085',
    '\u000b',
    '\f',
    ' ',
    '\t',
    '\0',
    '\u00a0',
    '\ufeff',
  ),
  fc.string({ unit: 'binary', maxLength: 8 }),
);

describe('text in the log of a step', () => {
  it('is never a command to the runner', () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        expect(readRunnerLog(neutralize(pieces.join(''))).commands).toEqual([]);
      }),
      { numRuns: 2000 },
    );
  });

  it('is one: the reader of these tests finds commands where they are', () => {
    for (const text of ['::error::x', '  ::add-mask::x', 'a ##[error]x', '::warning file=a,title=b::x'])
      expect(readRunnerLog(text).commands).toHaveLength(1);
  });

  it('stays as it is where it is harmless', () => {
    for (const text of ['a::b', 'uploads/étudiant 1/cv.pdf: 3 kB', '[::1]:5432', 'two\nlines', ''])
      expect(neutralize(text)).toBe(text);
  });

  it('holds no control characters, which terminals would obey', () => {
    expect(neutralize('a\u001b[31mb\u0007c\td')).toBe('a [31mb c d');
  });

  it('stays as it is when it is cleaned once more', () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        const once = neutralize(pieces.join(''));
        expect(neutralize(once)).toBe(once);
      }),
    );
  });
});
