import { describe, expect, it } from '@jest/globals';
import { findControlGroups, parseCpuMs, parseMemory, parseTicks } from '../../../scripts/bench/proc-text.ts';

describe('what the kernel writes', () => {
  it('gives the memory of a program, none of one that has ended', () => {
    const status =
      'Name:\tnode\nVmPeak:\t  999999 kB\nVmHWM:\t   90020 kB\nVmRSS:\t   80000 kB\nRssAnon:\t   41000 kB\n';
    expect(parseMemory(status)).toEqual({ peakBytes: 90_020 * 1024, ownBytes: 41_000 * 1024 });
    expect(parseMemory('Name:\tnode\nState:\tZ (zombie)\n')).toBeUndefined();
  });

  it('gives the ticks of a program, whatever it is called', () => {
    const rest = 'S 1 4242 4242 0 -1 4194560 2000 9 0 0 150 25 7 8 20 0 11 0 98765 1 2 3';
    expect(parseTicks(`4242 (a) b (c) ${rest}\n`)).toEqual({ ticks: 175, startedAtTick: 98_765 });
  });

  it('gives the processor time of a control group', () => {
    expect(parseCpuMs('usage_usec 1234567\nuser_usec 1000000\nsystem_usec 234567\n')).toBe(1234.567);
    expect(() => parseCpuMs('nr_periods 0\n')).toThrow('usage_usec');
  });

  it('tells where control groups of version 2 are, beside those of version 1', () => {
    const first = 'cgroup /sys/fs/cgroup/cpu cgroup rw,cpu 0 0\n';
    expect(findControlGroups(`${first}cgroup2 /sys/fs/cgroup/unified cgroup2 rw 0 0\n`)).toBe('/sys/fs/cgroup/unified');
    expect(findControlGroups(first)).toBeUndefined();
  });
});
