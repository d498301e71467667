import { median, type Figures } from './figures.ts';
import { compareEntrants, summarize } from './results.ts';
import type { Round } from './rounds.ts';

/** Something that is to be reached, and what was. */
export interface Goal {
  entrant: string;
  what: string;
  /** At most this. */
  limit: number;
  reached: number;
  isReached: boolean;
}

const MEMORY_BYTES = 300_000_000;
const STAGED_BYTES = 2 ** 30;

/** The goals that these rounds can say something of, for each entrant of ours. */
export function judgeGoals(rounds: readonly Round[]): Goal[] {
  const results = summarize(rounds);
  const changedBytes = median(rounds.map((round) => round.changedFileBytes + round.changedRowBytes));
  const [first, second] = [compareEntrants(rounds, 'first night'), compareEntrants(rounds, 'second night')];
  const entrants = [...new Set(results.map(({ entrant }) => entrant))].filter((label) => label.startsWith('ours'));
  return entrants.flatMap((entrant) => {
    const goals: Goal[] = [];
    const judge = (what: string, limit: number, reached: number | undefined) => {
      if (reached !== undefined) goals.push({ entrant, what, limit, reached, isReached: reached <= limit });
    };
    const find = (stage: string): Figures | undefined =>
      results.find((result) => result.entrant === entrant && result.stage === stage)?.medians;
    const ratio = (from: typeof first, to: readonly string[]) => {
      const found = from.filter((each) => each.entrant === entrant && to.includes(each.to)).map(({ wall }) => wall);
      return found.length === 0 ? undefined : Math.max(...found);
    };
    const all = results.filter((result) => result.entrant === entrant).map(({ medians }) => medians);
    const most = (read: (figures: Figures) => number) => Math.max(...all.map(read));
    const night = find('second night');
    const staged = all.flatMap(({ stagedBytes }) => stagedBytes ?? []);
    judge('first night, time to borg', 1, ratio(first, ['borg']));
    judge('second night, time to the faster of restic and borg', 0.6, ratio(second, ['restic', 'borg']));
    judge('second night, time to the plain script', 1 / 30, ratio(second, ['plain']));
    judge('second night, sent to changed bytes', 1.2, night && night.sentBytes / changedBytes);
    // Where extents cannot be shared, every archive takes its size.
    if (!entrant.startsWith('ours-ext4')) {
      judge('second night, stored to changed bytes', 1.3, night && night.storedBytes / changedBytes);
    }
    judge(
      'memory of the largest program, client, bytes',
      MEMORY_BYTES,
      most((each) => each.clientPeakBytes),
    );
    judge(
      'memory of the largest program, vault, bytes',
      MEMORY_BYTES,
      most((each) => each.vaultPeakBytes),
    );
    if (staged.length > 0) judge('staged on the client, bytes', STAGED_BYTES, Math.max(...staged));
    judge('nothing changed, seconds', 10, inSeconds(find('nothing changed')));
    judge('one file back, seconds', 2, inSeconds(find('one file back')));
    return goals;
  });
}

function inSeconds(figures: Figures | undefined): number | undefined {
  return figures && figures.wallMs / 1000;
}
