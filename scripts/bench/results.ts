import { median, takeMedians, type Figures } from './figures.ts';
import { stages, type Reading, type Round, type Stage } from './rounds.ts';

/** Medians of one stage of one entrant. */
export interface Result {
  entrant: string;
  stage: Stage;
  rounds: number;
  medians: Figures;
}

/** In the order of the stages, and of the entrants as they first came. */
export function summarize(rounds: readonly Round[]): Result[] {
  const readings = rounds.flatMap((round) => round.readings);
  const entrants = [...new Set(readings.map(({ entrant }) => entrant))];
  return stages.flatMap((stage) =>
    entrants.flatMap((entrant) => {
      const mine = readings.filter((reading) => reading.stage === stage && reading.entrant === entrant);
      if (mine.length === 0) return [];
      return [{ entrant, stage, rounds: mine.length, medians: takeMedians(mine.map(({ figures }) => figures)) }];
    }),
  );
}

/** How an entrant compares with another one. */
export interface Ratio {
  entrant: string;
  to: string;
  stage: Stage;
  /** Median of the rounds' ratios: within a round the machine was the same for both. */
  wall: number;
  cpu: number;
  sent: number;
  stored: number;
}

/** Each entrant of ours against each of the others, and one with old archives against itself without. */
export function compareEntrants(rounds: readonly Round[], stage: Stage): Ratio[] {
  const readings = rounds.flatMap((round) => round.readings).filter((reading) => reading.stage === stage);
  const labels = [...new Set(readings.map(({ entrant }) => entrant))];
  const ours = labels.filter((label) => label.startsWith('ours'));
  return ours.flatMap((entrant) => {
    const others = labels.filter((label) => !label.startsWith('ours') || entrant.startsWith(`${label}-`));
    return others.map((to) => {
      const ratio = (read: (figures: Figures) => number) => medianRatio(readings, entrant, to, read);
      return {
        entrant,
        to,
        stage,
        wall: ratio(({ wallMs }) => wallMs),
        cpu: ratio(({ clientCpuMs, vaultCpuMs }) => clientCpuMs + vaultCpuMs),
        sent: ratio(({ sentBytes }) => sentBytes),
        stored: ratio(({ storedBytes }) => storedBytes),
      };
    });
  });
}

function medianRatio(
  readings: readonly Reading[],
  entrant: string,
  to: string,
  read: (figures: Figures) => number,
): number {
  const find = (label: string, round: number) =>
    readings.find((reading) => reading.entrant === label && reading.round === round)?.figures;
  const rounds = [...new Set(readings.map(({ round }) => round))];
  const ratios = rounds.flatMap((round) => {
    const [mine, theirs] = [find(entrant, round), find(to, round)];
    return mine && theirs ? [read(mine) / read(theirs)] : [];
  });
  return median(ratios);
}
