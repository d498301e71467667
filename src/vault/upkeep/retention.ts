import type { LedgerLine } from '../store/ledger.ts';

const DAY_MS = 86_400_000;

/** An archive as retention sees it. */
export interface AgedArchive {
  line: LedgerLine;
  /** Instant that its age counts from, milliseconds since the epoch. */
  agedFromMs: number;
  /** Whole as far as anybody knows, and no safety copy: it counts among those that stay whatever their age. */
  isCounted: boolean;
}

export interface RetentionRules {
  nowMs: number;
  /** An archive of this age in whole days stays; the day after it may go. */
  days: number;
  keepNewest: number;
  daysPerRun: number;
}

export interface RetentionChoice {
  /** To be pruned now, oldest first. */
  prune: AgedArchive[];
  /** Past their age as well, left for the next runs. */
  later: AgedArchive[];
  /** Past their age, but without them too few would be left. */
  heldBack: AgedArchive[];
}

/**
 * Chooses what may go. Days are 24 hours between two instants, so neither leap years nor changes of the clocks shift
 * anything; a run's worth counts days that hold archives, so a day with many of them is never in the way.
 */
export function chooseExpired(archives: readonly AgedArchive[], rules: RetentionRules): RetentionChoice {
  const { nowMs, days, keepNewest, daysPerRun } = rules;
  const choice: RetentionChoice = { prune: [], later: [], heldBack: [] };
  const expired = archives
    .filter(({ agedFromMs }) => Math.floor((nowMs - agedFromMs) / DAY_MS) > days)
    .sort((a, b) => a.agedFromMs - b.agedFromMs);
  const spare = archives.filter(({ isCounted }) => isCounted).length - keepNewest;
  const dates = new Set<number>();
  let counted = 0;
  for (const archive of expired) {
    const goesTooFar = archive.isCounted ? counted >= spare : spare < 0;
    const date = Math.floor(archive.agedFromMs / DAY_MS);
    if (goesTooFar) {
      choice.heldBack.push(archive);
    } else if (dates.has(date) || dates.size < daysPerRun) {
      dates.add(date);
      choice.prune.push(archive);
    } else {
      choice.later.push(archive);
    }
    if (archive.isCounted && !goesTooFar) counted++;
  }
  return choice;
}

/**
 * From when on each archive ages: the ledger's time, but never before that of a line further up, for a clock that was set
 * back makes nothing old. Lines from the future have no say in that. A foreign archive's time is the date in its name.
 */
export function dateArchives(
  present: readonly LedgerLine[],
  lines: readonly LedgerLine[],
  nowMs: number,
): Map<LedgerLine, number> {
  const agedFrom = new Map<LedgerLine, number>();
  const wanted = new Set(present);
  let latestMs = -Infinity;
  for (const line of lines) {
    const ownMs = Date.parse(line.time);
    if (line.action !== 'foreign' && ownMs <= nowMs) latestMs = Math.max(latestMs, ownMs);
    if (wanted.has(line)) agedFrom.set(line, line.action === 'foreign' ? ownMs : Math.max(ownMs, latestMs));
  }
  return agedFrom;
}
