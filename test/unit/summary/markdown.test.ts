import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { code, shorten } from '../../../src/logging/code-span.ts';
import { details, joinLines, list, table } from '../../../src/report/summary/markdown.ts';

/** Pieces that mean something to GitHub, to a terminal or to a reader's eye, mixed with anything else. */
const piece = fc.oneof(
  fc.constantFrom(
    ...['|', '`', '``', '\\', '\\|', '\n', '\r\n', '\t', '\0', ' ', '\u00a0', '\u2028', '\u202e', '\u2066', '\u200b'],
    ...[
      '\u3164',
      '\ufeff',
      '\u{e0041}',
      '\ud800',
      'e\u0301\u0301\u0301\u0301\u0301',
      '<img src=x>',
      '</details>',
      '-->',
    ],
    ...[
      '@team/all',
      'https://evil.example',
      'www.evil.example',
      'a@b.example',
      '#1',
      '[a](b)',
      '![a](b)',
      '$x$',
      '**',
      '~~',
    ],
  ),
  fc.string({ unit: 'binary', maxLength: 8 }),
);
const hostile = fc.array(piece, { minLength: 1, maxLength: 12 }).map((pieces) => pieces.join('') || '?');

/** What a reader makes of a code span again. */
function decode(span: string): string {
  return span
    .slice(1, -1)
    .replace(/\\\\|\\u\{([0-9a-f]+)\}/g, (_all, hex?: string) =>
      hex === undefined ? '\\' : String.fromCodePoint(Number.parseInt(hex, 16)),
    );
}

describe('a text of others', () => {
  it('is one code span on one line, without anything that ends it, divides a cell or is not seen', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const span = code(text);
        expect(span).toMatch(/^`[^`|\r\n]+`$/);
        expect(span).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\u3164\u115f]|\p{M}{5}/u);
        // A blank at both ends would be taken off by whoever renders it.
        expect(span).not.toMatch(/^` | `$/);
        // A backslash never stands before a pipe or alone at the end, whoever reads it as an escape.
        expect(span.slice(1, -1).replaceAll(/\\\\|\\u\{[0-9a-f]+\}/g, '')).not.toContain('\\');
      }),
      { numRuns: 2000 },
    );
  });

  it('can be read back to the letter, so that the file is found', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        expect(decode(code(text, 10_000))).toBe(text);
      }),
      { numRuns: 1000 },
    );
  });

  it('keeps its beginning and its end where it is long, and takes no longer for a megabyte', () => {
    const name = `uploads/${'é'.repeat(4000)}/cv.pdf`;
    expect(shorten(name, 30)).toBe(`uploads/${'é'.repeat(12)}…${'é'.repeat(3)}/cv.pdf`);
    expect(code('`'.repeat(1_000_000)).length).toBeLessThan(300 * 6 + 10);
    // Half a character at the cut is left out.
    expect(shorten('a😀😀😀😀', 6)).toBe('a😀…😀');
    expect(shorten('😀😀😀😀', 4)).not.toMatch(/\p{Cs}/u);
  });

  it('is named where it is empty', () => {
    expect(code('')).toBe('_(empty)_');
  });
});

describe('tables, lists and folds', () => {
  it('have as many cells in every row as in the first, whatever the names', () => {
    fc.assert(
      fc.property(fc.array(hostile, { minLength: 1, maxLength: 5 }), (names) => {
        const lines = table(
          ['Name', 'Size'],
          names.map((name) => [code(name), '1 B']),
          [1],
        ).filter((line) => line !== '');
        expect(lines).toHaveLength(names.length + 2);
        for (const line of lines) expect(line.split('|')).toHaveLength(4);
        expect(lines[1]).toBe('| --- | --: |');
      }),
    );
  });

  it('say how many are left out', () => {
    expect(list(['a', 'b', 'c'], 2)).toEqual(['- `a`', '- `b`', '- and 1 more']);
    expect(list(['a', 'b'], 2)).toEqual(['- `a`', '- `b`']);
  });

  it('stand apart by blank lines, so that markdown begins within a fold and after it', () => {
    expect(joinLines(['x', ...details('More', list(['a'], 9)), ...details('Else', ['b'])])).toBe(
      'x\n\n<details>\n<summary>More</summary>\n\n- `a`\n\n</details>\n\n<details>\n<summary>Else</summary>\n\nb\n\n</details>\n',
    );
  });
});
