import { describe, expect, it } from '@jest/globals';
import { describeUpkeepFaults, judgeUpkeep } from '../../../src/operations/upkeep-state.ts';
import type { UpkeepRecord, VaultStatus } from '../../../src/vault/vault-client.ts';

const clock = '2026-11-23T12:00:00.000Z';
const hoursAgo = (hours: number): string => new Date(Date.parse(clock) - hours * 3_600_000).toISOString();
const record = (verb: UpkeepRecord['verb'], hours: number, faults: string[] = []): UpkeepRecord => ({
  verb,
  time: hoursAgo(hours),
  isFine: faults.length === 0,
  summary: `summary of ${verb}`,
  faults,
});
const judge = (upkeep: UpkeepRecord[], changes: Partial<VaultStatus> = {}) =>
  judgeUpkeep({ clock, isProvisioned: true, upkeep, archives: [], ...changes } as unknown as VaultStatus);

describe('upkeep in the status', () => {
  it('is expected of a provisioned vault alone', () => {
    expect(judge([], { isProvisioned: false })).toEqual([]);
    const states = judge([]);
    expect(states.map(({ verb, state }) => [verb, state])).toEqual(
      ['freshness', 'sweep', 'prune', 'scrub', 'audit'].map((verb) => [verb, 'never']),
    );
    expect(describeUpkeepFaults(states)[0]).toBe(
      'warning: vault freshness never ran: look at its timer on the backup server',
    );
  });

  it('is late after 3 hours for freshness, after 2 days for all else', () => {
    const all = (freshness: number, others: number) =>
      judge([
        record('freshness', freshness),
        ...(['sweep', 'prune', 'scrub', 'audit'] as const).map((verb) => record(verb, others)),
      ]);
    expect(all(3, 48).map(({ state }) => state)).toEqual(Array(5).fill('fine'));
    expect(describeUpkeepFaults(all(3, 48))).toEqual([]);
    expect(all(3.1, 48.1).map(({ state }) => state)).toEqual(Array(5).fill('late'));
    expect(describeUpkeepFaults(all(4, 1))).toEqual([
      'warning: vault freshness has not run for 4 h 00 min: look at its timer on the backup server',
    ]);
  });

  it('tells its faults, worst first, a few of each, in one line each', () => {
    const many = ['one', 'two', 'three\u001b[31m\nand a half', 'four', 'five'];
    const states = judge([record('audit', 1, many), record('prune', 100, ['it is broken'])], { isProvisioned: false });
    expect(describeUpkeepFaults(states)).toEqual([
      'prune: it is broken',
      'audit: one',
      'audit: two',
      'audit: three [31m and a half',
      'audit: and 2 more: see vault audit on the backup server',
    ]);
  });

  it('does not blame freshness for what a newer backup has mended', () => {
    const archives = [{ sealed: hoursAgo(0.5) }] as unknown as VaultStatus['archives'];
    const faulty = [record('freshness', 1, ['no backup for 30 h'])];
    expect(judge(faulty, { archives })).toMatchObject([{ verb: 'freshness', state: 'outdated' }, {}, {}, {}, {}]);
    expect(judge(faulty)).toMatchObject([{ verb: 'freshness', state: 'faulty' }, {}, {}, {}, {}]);
  });
});
