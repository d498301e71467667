import { describe, expect, it } from '@jest/globals';
import { Turns, shareOfNight } from '../../../src/vault/upkeep/scrub-turns.ts';

const DAY = 86_400;
const now = new Date('2026-11-24T03:00:00Z');
const began = now.getTime() / 1000;

describe("a night's share", () => {
  const share = (changes: object) =>
    shareOfNight({ totalBytes: 3000, withinDays: 30, now, sinceLastMs: DAY * 1000, readsAll: false, ...changes });

  it('is n/t of all, and more where nights were missed', () => {
    expect(share({}).bytes).toBe(100);
    expect(share({ sinceLastMs: undefined }).bytes).toBe(100);
    expect(share({ sinceLastMs: 5 * DAY * 1000 }).bytes).toBe(500);
    expect(share({ sinceLastMs: 400 * DAY * 1000 }).bytes).toBe(3000);
  });

  it('counts a clock that went back as one night', () => {
    expect(share({ sinceLastMs: -5 * DAY * 1000 }).bytes).toBe(100);
  });

  it('takes in whatever would be overdue tomorrow', () => {
    expect(share({}).dueBefore).toBe(began - 29 * DAY);
    expect(share({ withinDays: 1 }).dueBefore).toBe(began);
    expect(share({ readsAll: true })).toEqual({ bytes: Infinity, dueBefore: Infinity });
  });
});

describe('turns', () => {
  const archive = (name: string, oldest: number) => ({ head: { archive: name, oldest } });

  it('go to what has not been read for the longest time', () => {
    const turns = new Turns(
      [archive('b', began - DAY), archive('a', began - 9 * DAY), archive('c', began - 3 * DAY)],
      began,
    );
    const first = turns.take();
    expect(first).toMatchObject({ archive: { head: { archive: 'a' } }, upTo: began - 8 * DAY });
    if (first) turns.put(first.archive, began - 2 * DAY);
    expect(turns.take()?.archive.head.archive).toBe('c');
    expect(turns.take()?.archive.head.archive).toBe('a');
    expect(turns.take()?.archive.head.archive).toBe('b');
    expect(turns.take()).toBeUndefined();
  });

  it('come once in a run', () => {
    const turns = new Turns([archive('a', began - DAY)], began);
    const turn = turns.take();
    if (turn) turns.put(turn.archive, undefined);
    expect(turns.take()).toBeUndefined();
    expect(turns.isWaiting(began)).toBe(false);
    expect(turns.isWaiting(began - 1)).toBe(true);
    expect(turns.isWaiting(began - 1, began - 2)).toBe(false);
  });

  it('take a time in the future for the oldest of all: a clock was wrong', () => {
    const turns = new Turns([archive('a', began - 9 * DAY), archive('b', began + 9 * DAY)], began);
    expect(turns.take()?.archive.head.archive).toBe('b');
    expect(turns.isWaiting(began + 9 * DAY, began - 20 * DAY)).toBe(true);
  });
});
