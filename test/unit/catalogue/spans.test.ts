import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  addOrdinal,
  formatSpans,
  parseSpans,
  Renumbering,
  type Span,
} from '../../../src/operations/catalogue/spans.ts';

const ordinals = fc.array(fc.nat(30), { maxLength: 40 });
const expand = (spans: readonly Span[]): number[] =>
  spans.flatMap(([first, last]) => Array.from({ length: last - first + 1 }, (_, place) => first + place));
const spansOf = (all: Iterable<number>): Span[] => {
  const spans: Span[] = [];
  for (const ordinal of all) addOrdinal(spans, ordinal);
  return spans;
};
const sorted = (all: Iterable<number>): number[] => [...new Set(all)].sort((a, b) => a - b);

describe('spans of archives', () => {
  it('hold what was added, in whatever order, in as few runs as can be', () => {
    fc.assert(
      fc.property(ordinals, (all) => {
        const spans = spansOf(all);
        expect(expand(spans)).toEqual(sorted(all));
        for (const [place, [first]] of spans.entries()) {
          const before = spans[place - 1];
          if (before) expect(first).toBeGreaterThan(before[1] + 1);
        }
        if (all.length > 0) expect(parseSpans(formatSpans(spans))).toEqual(spans);
      }),
    );
  });

  it('keep the same archives when these are numbered anew, some gone and others in between', () => {
    const steps = fc.array(fc.option(fc.nat(3), { nil: undefined }), { minLength: 31, maxLength: 31 });
    fc.assert(
      fc.property(ordinals, steps, (all, gaps) => {
        let next = 0;
        const numbers = gaps.map((gap) => (gap === undefined ? undefined : (next += gap + 1)));
        const expected = sorted(all).flatMap((ordinal) => numbers[ordinal] ?? []);
        const renumbered = new Renumbering(numbers).apply(spansOf(all));
        expect(renumbered).toEqual(spansOf(expected));
      }),
    );
  });

  it.each(['', '1-', '2-1', '1,2', '3,1', '1-5,5', 'x', '-1', '1.5'])('are not read from %j', (text) => {
    expect(() => parseSpans(text)).toThrow(TypeError);
  });
});
