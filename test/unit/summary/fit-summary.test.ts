import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { fitSummary } from '../../../src/report/summary/fit-summary.ts';
import { code } from '../../../src/logging/code-span.ts';
import { details, joinLines, list, table } from '../../../src/report/summary/markdown.ts';

const line = fc.constantFrom(
  '',
  'text',
  '| é | 😀 |',
  '<details>',
  '</details>',
  '```',
  '```js',
  '````',
  '~~~',
  'x'.repeat(90),
);
const text = fc.array(line, { maxLength: 60 }).map((lines) => lines.join('\n'));

/** What is still open at the end. */
function openOf(markdown: string): number {
  let fence: string | undefined;
  let depth = 0;
  for (const one of markdown.split('\n')) {
    const marks = /^(`{3,}|~{3,})/.exec(one)?.[1];
    if (fence !== undefined) {
      if (one === marks && marks.startsWith(fence)) fence = undefined;
    } else if (marks !== undefined) fence = marks;
    else if (one === '<details>') depth++;
    else if (one === '</details>') depth = Math.max(0, depth - 1);
  }
  return depth + (fence === undefined ? 0 : 1);
}

describe('a summary that is too long', () => {
  it('is cut at a line, below the limit in bytes, with nothing left open and a word about it', () => {
    fc.assert(
      fc.property(text, fc.integer({ min: 0, max: 900 }), (markdown, limitBytes) => {
        const fitted = fitSummary(markdown, limitBytes);
        expect(Buffer.byteLength(fitted)).toBeLessThanOrEqual(limitBytes);
        if (Buffer.byteLength(markdown) <= limitBytes) {
          expect(fitted).toBe(markdown);
          return;
        }
        if (fitted === '') return;
        expect(openOf(fitted)).toBe(0);
        const [, missing] = /\n_(\d+) lines are left out: .* (?:\d+) bytes\..*_\n$/.exec(fitted) ?? [];
        const lines = markdown.split('\n');
        const kept = lines.slice(0, lines.length - Number(missing));
        expect(fitted.startsWith(kept.map((one) => `${one}\n`).join(''))).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  it('fills the room that there is', () => {
    const markdown = Array.from({ length: 100_000 }, (_, n) => `- line ${n}`).join('\n');
    const fitted = fitSummary(markdown);
    expect(Buffer.byteLength(fitted)).toBeLessThanOrEqual(1_048_576);
    expect(Buffer.byteLength(fitted)).toBeGreaterThan(1_048_576 - 200);
  });

  it('closes the fold and the table that it cuts', () => {
    const rows = Array.from({ length: 100 }, (_, n) => [code(`file ${n}`), '1 B']);
    const markdown = joinLines(['### Verdict', ...details('Files', table(['Name', 'Size'], rows)), ...list(['x'], 1)]);
    const fitted = fitSummary(markdown, 600);
    expect(fitted).toMatch(/^### Verdict\n/);
    expect(fitted).toMatch(/\| 1 B \|\n\n<\/details>\n\n_\d+ lines are left out/);
  });

  it('drops a line that alone is longer than the room, and all behind it', () => {
    const fitted = fitSummary(`verdict\n${'x'.repeat(5000)}\nmore`, 300);
    expect(fitted).toMatch(/^verdict\n\n_2 lines are left out/);
  });
});
