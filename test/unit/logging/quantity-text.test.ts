import { describe, expect, it } from '@jest/globals';
import { countOf } from '../../../src/logging/quantity-text.ts';

describe('a count', () => {
  it.each([
    [0, 'night', undefined, '0 nights'],
    [1, 'night', undefined, '1 night'],
    [12_345, 'file', undefined, '12,345 files'],
    [1, 'entry', 'entries', '1 entry'],
    [2, 'entry', 'entries', '2 entries'],
  ] as const)('of %d %s agrees with its noun', (count, noun, plural, text) => {
    expect(countOf(count, noun, plural)).toBe(text);
  });
});
