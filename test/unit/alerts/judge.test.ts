import { describe, expect, it } from '@jest/globals';
import { identifyFaults } from '../../../src/alerts/fault-key.ts';
import { judge, type Judgement } from '../../../src/alerts/judge.ts';
import type { FaultState } from '../../../src/alerts/state.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const begin = Date.parse('2026-11-24T02:00:00Z');

/** Observes again and again, everybody being told; what was said, with the hour of each. */
function follow(hours: number[], faultsAt: (hour: number) => string[], repeatAfterMs = DAY): string[] {
  let state: FaultState | undefined;
  const said: string[] = [];
  for (const hour of hours) {
    const judgement: Judgement = judge(state, faultsAt(hour), new Date(begin + hour * HOUR), repeatAfterMs);
    const { verdict } = judgement;
    if (verdict !== 'fine' && verdict !== 'standing') said.push(`${hour} ${verdict}`);
    if ('state' in judgement) state = verdict === 'standing' ? judgement.state : judgement.ifTold;
    else state = undefined;
  }
  return said;
}

const hourly = Array.from({ length: 73 }, (_none, hour) => hour);

describe('what is told of a fault', () => {
  it('that stands for three days, looked at every hour: once, then once a day, and its end once', () => {
    const said = follow(hourly, (hour) => (hour < 70 ? [`the newest archive is ${26 + hour} h old`] : []));
    expect(said).toEqual(['0 fault', '24 reminder', '48 reminder', '70 recovery']);
  });

  it('that a nightly run meets is told every night, also where the night’s run fails an hour earlier', () => {
    const nights = [0, 23, 47.9, 72];
    expect(follow(nights, () => ['the disk is full'])).toEqual([
      '0 fault',
      '23 reminder',
      '47.9 reminder',
      '72 reminder',
    ]);
  });

  it('to which another one comes is told at once; one of two that goes is not', () => {
    const said = follow([0, 1, 2, 3, 4], (hour) => (hour < 2 ? ['a'] : hour < 3 ? ['a', 'b'] : hour < 4 ? ['b'] : []));
    expect(said).toEqual(['0 fault', '2 changed', '4 recovery']);
  });

  it('whose text is never the same is told at most six times a day', () => {
    const said = follow(hourly.slice(0, 24), (hour) => [`odd ${'x'.repeat(hour + 1)}`]);
    expect(said).toEqual(['0 fault', '1 changed', '2 changed', '3 changed', '4 changed', '5 changed']);
  });

  it('is told again after the clock was set back, and its own start stays', () => {
    const first = judge(undefined, ['a'], new Date(begin), DAY);
    const told = 'ifTold' in first ? first.ifTold : undefined;
    expect(judge(told, ['a'], new Date(begin - 400 * DAY), DAY)).toMatchObject({
      verdict: 'reminder',
      since: new Date(begin),
    });
  });

  it('of which nobody could be told is a new one again, since its first time; its end is not told', () => {
    const first = judge(undefined, ['a'], new Date(begin), DAY);
    const untold = 'state' in first ? first.state : undefined;
    expect(untold?.toldAt).toBeUndefined();
    expect(judge(untold, ['a'], new Date(begin + HOUR), DAY)).toMatchObject({
      verdict: 'fault',
      since: new Date(begin),
    });
    expect(judge(untold, [], new Date(begin + HOUR), DAY)).toEqual({ verdict: 'fine' });
  });

  it('is told again where what was told cannot be read, and so is its end', () => {
    expect(judge('unreadable', ['a'], new Date(begin), DAY).verdict).toBe('fault');
    expect(judge('unreadable', [], new Date(begin), DAY).verdict).toBe('recovery');
  });
});

describe('a fault is the same', () => {
  const same = (a: string, b: string) => identifyFaults([a])[0] === identifyFaults([b])[0];

  it('whatever its ages, sizes, times, digests and random folders', () => {
    expect(same('the newest archive is 27 h old', 'the newest archive is 103 h old')).toBe(true);
    expect(same('45 min without an archive', '2 h 10 min without an archive')).toBe(true);
    expect(same('only 900 B free', 'only 1.5 kB free')).toBe(true);
    expect(same('since 2026-11-24 00:45 Europe/Paris', 'since 2026-11-25 03:10 Europe/Paris')).toBe(true);
    expect(same('index 6e8912ab34cd', 'index 77aa12ab34ff')).toBe(true);
    expect(same("ENOENT: open '/tmp/run-aB3dE9/x'", "ENOENT: open '/tmp/run-Zk2pQ1/x'")).toBe(true);
  });

  it('and another one where archive, file or words differ', () => {
    expect(same('backup_full_2026-11-23.tar.gz is damaged', 'backup_full_2026-11-24.tar.gz is damaged')).toBe(false);
    expect(same('no answer from the vault', 'the vault is full')).toBe(false);
    expect(same('cannot read data-folder', 'cannot read data-bucket')).toBe(false);
  });
});
