import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Issue, IssueComment } from '../../../src/github/issues.ts';
import { makeKey } from '../../../src/operations/watch/finding.ts';
import { holdsMarker, isTold, readHistory, writeMarker } from '../../../src/operations/watch/markers.ts';

const by = (login: string, author_association: string, body: string): IssueComment => ({
  body,
  author_association,
  user: { login, type: 'User' },
});
const told = (key: string) => writeMarker({ word: 'told', value: key });
const settled = writeMarker({ word: 'settled' });
const issue: Issue = {
  ...by(
    'keeper',
    'NONE',
    `text\n\n${writeMarker({ word: 'since', value: '2026-03-01T03:00:00.000Z' })}\n${told('a')}\n`,
  ),
  number: 1,
  state: 'open',
  labels: [],
  comments: 0,
  created_at: '2026-03-01T04:00:00Z',
};

describe('markers', () => {
  it('come back as they were written, whatever a key is made of', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }), { minLength: 1 }), (words) => {
        const marker = { word: 'told', value: makeKey(...words) } as const;
        const line = writeMarker(marker);
        expect(line.match(/-->/g)).toHaveLength(1);
        if (marker.value.length <= 1000) expect(holdsMarker(`x\n${line}\ny`, marker)).toBe(true);
      }),
    );
  });

  it('count as lines of their own only: not quoted, not within a sentence', () => {
    for (const text of [`> ${settled}`, `x ${settled}`, `${settled} x`, `\`${settled}\``]) {
      expect(holdsMarker(text, { word: 'settled' })).toBe(false);
    }
    expect(holdsMarker(`x\r\n${settled}\r\ny`, { word: 'settled' })).toBe(true);
    expect(holdsMarker(null, { word: 'settled' })).toBe(false);
  });
});

describe('what an issue told', () => {
  it('is read from its author and from members, not from others', () => {
    const comments = [
      by('keeper', 'NONE', told('b')),
      by('lead', 'MEMBER', told('c')),
      by('x', 'CONTRIBUTOR', told('d')),
    ];
    expect(readHistory(issue, comments)).toEqual({
      told: new Set(['a', 'b', 'c']),
      isSettled: false,
      since: '2026-03-01T03:00:00.000Z',
    });
  });

  it('is over with a recovery, and begins anew after it', () => {
    const recovered = [by('keeper', 'NONE', settled)];
    expect(readHistory(issue, recovered)).toMatchObject({ told: new Set(), isSettled: true });
    expect(readHistory(issue, [...recovered, by('keeper', 'NONE', told('e'))])).toMatchObject({
      told: new Set(['e']),
      isSettled: false,
    });
  });

  it('covers an age whose last success can no longer be found', () => {
    expect(isTold(new Set(['age:backup:7']), 'age:backup:')).toBe(true);
    expect(isTold(new Set(['age:backup:7']), 'age:backup:8')).toBe(false);
    expect(isTold(new Set(['age:backup:']), 'age:backup:8')).toBe(false);
  });
});
