import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { diffLines } from '../../../src/operations/init/line-diff.ts';

describe('a diff of lines', () => {
  it('of equal texts is empty, and of a new file every line', () => {
    expect(diffLines('a', 'x\n', 'x\n')).toBe('');
    expect(diffLines('a', undefined, 'x\ny\n')).toBe('--- /dev/null\n+++ a\n@@ -0,0 +1,2 @@\n+x\n+y');
  });

  it('shows changes with three lines around, in hunks of their own where they are far apart', () => {
    const before = Array.from({ length: 20 }, (_, line) => `line ${line + 1}`);
    const after = before.map((line, at) => (at === 1 || at === 17 ? `${line}!` : line));
    expect(diffLines('a', `${before.join('\n')}\n`, `${after.join('\n')}\n`).split('\n')).toEqual([
      '--- a',
      '+++ a',
      '@@ -1,5 +1,5 @@',
      ' line 1',
      '-line 2',
      '+line 2!',
      ' line 3',
      ' line 4',
      ' line 5',
      '@@ -15,6 +15,6 @@',
      ' line 15',
      ' line 16',
      ' line 17',
      '-line 18',
      '+line 18!',
      ' line 19',
      ' line 20',
    ]);
  });

  it('tells a missing line break at the end', () => {
    expect(diffLines('a', 'x', 'x\n')).toContain('-x\n\\ No newline at end of file\n+x');
  });

  it('holds, for any two texts, all of both', () => {
    const text = fc
      .array(fc.constantFrom('a', 'b', 'c'), { maxLength: 12 })
      .map((lines) => lines.map((line) => `${line}\n`).join(''));
    fc.assert(
      fc.property(text, text, (before, after) => {
        const lines = diffLines('f', before, after).split('\n').slice(2);
        const count = (signs: string) =>
          lines.filter((line) => line !== '' && signs.includes(line[0]!)).map((line) => line.slice(1));
        const changed = (whole: string, shown: string[]) => shown.every((line) => whole.includes(`${line}\n`));
        return (
          changed(before, count('- ')) &&
          changed(after, count('+ ')) &&
          count('+').length - count('-').length === (after.length - before.length) / 2
        );
      }),
    );
  });
});
