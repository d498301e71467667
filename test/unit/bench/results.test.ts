import { describe, expect, it } from '@jest/globals';
import { listEntrants } from '../../../scripts/bench/entrants.ts';
import { median, takeMedians, type Figures } from '../../../scripts/bench/figures.ts';
import { judgeGoals } from '../../../scripts/bench/goals.ts';
import { parseOptions } from '../../../scripts/bench/options.ts';
import { compareEntrants, summarize } from '../../../scripts/bench/results.ts';
import type { Reading, Round, Stage } from '../../../scripts/bench/rounds.ts';
import { estimateSpace } from '../../../scripts/bench/space-needed.ts';
import { formatGoals, formatRatio, formatRatios, formatResults } from '../../../scripts/bench/tables.ts';

const figures = (changes: Partial<Figures> = {}): Figures => ({
  wallMs: 1000,
  clientCpuMs: 100,
  vaultCpuMs: 100,
  databaseCpuMs: 0,
  clientPeakBytes: 1e8,
  vaultPeakBytes: 1e8,
  clientTogetherBytes: 0,
  vaultTogetherBytes: 0,
  sentBytes: 1e7,
  receivedBytes: 0,
  storedBytes: 1e7,
  stagedBytes: undefined,
  ...changes,
});

function makeRound(number: number, walls: Record<string, [first: number, second: number]>): Round {
  const readings = Object.entries(walls).flatMap(([entrant, pair]) =>
    (['first night', 'second night'] as Stage[]).map((stage, place): Reading => {
      return { round: number, entrant, stage, figures: figures({ wallMs: pair[place] as number }) };
    }),
  );
  return { number, readings, changedFileBytes: 9e6, changedRowBytes: 1e6 };
}

const rounds = [
  makeRound(1, { plain: [60_000, 60_000], restic: [8000, 2000], borg: [10_000, 3000], 'ours-xfs': [9000, 1000] }),
  makeRound(2, { plain: [90_000, 90_000], restic: [9000, 2400], borg: [20_000, 9000], 'ours-xfs': [16_000, 1800] }),
  makeRound(3, { plain: [60_000, 60_000], restic: [8000, 2000], borg: [10_000, 3000], 'ours-xfs': [11_000, 1100] }),
];

describe('medians', () => {
  it('are the one in the middle, or the mean of two, field by field', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 2, 3])).toBe(2.5);
    expect(() => median([])).toThrow('no values');
    const medians = takeMedians([
      figures({ wallMs: 5 }),
      figures({ wallMs: 1, stagedBytes: 7 }),
      figures({ wallMs: 3 }),
    ]);
    expect(medians).toMatchObject({ wallMs: 3, stagedBytes: 7, sentBytes: 1e7 });
    expect(takeMedians([figures()]).stagedBytes).toBeUndefined();
  });

  it('are taken for each stage of each contender', () => {
    const results = summarize(rounds);
    expect(results.map(({ stage, entrant }) => `${stage} ${entrant}`)).toEqual([
      ...['first night plain', 'first night restic', 'first night borg', 'first night ours-xfs'],
      ...['second night plain', 'second night restic', 'second night borg', 'second night ours-xfs'],
    ]);
    expect(results.at(-1)).toMatchObject({ rounds: 3, medians: { wallMs: 1100 } });
  });
});

describe('ratios', () => {
  it('compare within a round, and take the median of those', () => {
    const found = compareEntrants(rounds, 'second night').map(({ to, wall, sent }) => [to, wall, sent]);
    expect(found).toEqual([
      ['plain', 1100 / 60_000, 1],
      ['restic', 0.55, 1],
      ['borg', 1000 / 3000, 1],
    ]);
  });

  it('compare a vault with old archives with one that has none', () => {
    const round = makeRound(1, { borg: [1, 1], 'ours-xfs': [1000, 1000], 'ours-xfs-1825': [1000, 1050] });
    const found = compareEntrants([round], 'second night').map(({ entrant, to, wall }) => `${entrant} ${to} ${wall}`);
    expect(found).toContain('ours-xfs-1825 ours-xfs 1.05');
    expect(found).toHaveLength(3);
  });

  it('are judged against the goals, the faster of two counting', () => {
    const goals = judgeGoals(rounds);
    const judge = (what: string) => goals.find((goal) => goal.what.startsWith(what));
    expect(judge('first night, time to borg')).toMatchObject({ limit: 1, reached: 0.9, isReached: true });
    expect(judge('second night, time to the faster')).toMatchObject({ reached: 0.55, isReached: true });
    expect(judge('second night, time to the plain')).toMatchObject({ isReached: true });
    expect(judge('second night, sent')).toMatchObject({ limit: 1.2, reached: 1, isReached: true });
    expect(judge('staged')).toBeUndefined();
    const slow = judgeGoals([makeRound(1, { restic: [1, 1000], borg: [1, 3000], 'ours-ext4': [2, 700] })]);
    expect(slow.find(({ what }) => what.includes('faster'))).toMatchObject({ reached: 0.7, isReached: false });
    // Where nothing can be shared, an archive takes its size: no fault of the night's.
    expect(slow.some(({ what }) => what.includes('stored'))).toBe(false);
  });
});

describe('tables', () => {
  it('show one row each, numbers to the right', () => {
    const lines = formatResults(summarize(rounds)).split('\n');
    expect(lines).toHaveLength(9);
    expect(lines[8]).toMatch(/^second night +ours-xfs +1\.10 s +0\.10 s .* 10 MB +0 B +10 MB +-$/);
    expect(formatRatios(compareEntrants(rounds, 'second night'))).toMatch(/^second night +ours-xfs to restic +0\.55 /m);
    expect(formatGoals(judgeGoals(rounds))).toMatch(
      /^ours-xfs +memory of the largest program, vault, bytes +300 MB +100 MB +yes$/m,
    );
  });

  it('show ratios with three digits, and none where there is nothing to divide by', () => {
    expect([0.033_333, 1.2345, 12.345, 1234.5, Infinity, NaN].map(formatRatio)).toEqual([
      '0.0333',
      '1.23',
      '12.3',
      '1235',
      '-',
      '-',
    ]);
  });
});

describe('who takes part', () => {
  it('is ours on every file system, the others on the first', () => {
    const all = parseOptions([]);
    expect(listEntrants({ ...all, oldArchives: 0 }).map(({ label, fileSystem }) => [label, fileSystem])).toEqual([
      ...[
        ['plain', 'ext4'],
        ['restic', 'ext4'],
        ['borg', 'ext4'],
      ],
      ...[
        ['ours-ext4', 'ext4'],
        ['ours-xfs', 'xfs'],
        ['ours-btrfs', 'btrfs'],
      ],
    ]);
  });

  it('is refused where nobody knows it', () => {
    expect(() => parseOptions(['--only', 'ours,tape'])).toThrow('Expected some of plain, restic, borg, ours.');
    expect(() => parseOptions(['--size', 'large'])).toThrow('Expected a size such as 500MB or 20GB.');
  });

  it('is chosen, with old archives as well', () => {
    const chosen = parseOptions(['--only', 'ours,borg', '--file-systems', 'xfs', '--archives', '1825']);
    const entrants = listEntrants({ ...chosen, oldArchives: chosen.archives });
    expect(entrants.map(({ label, oldArchives }) => [label, oldArchives])).toEqual([
      ['borg', 0],
      ['ours-xfs', 0],
      ['ours-xfs-1825', 1825],
    ]);
    // The source, three vaults with all of it and a little more, and once more what is on its way.
    expect(estimateSpace(entrants, 20e9)).toBeCloseTo(5.3 * 20e9 + 2e9, -9);
  });
});
