import { formatBytes, formatDuration } from '../../src/logging/quantity-text.ts';
import { formatTable } from '../../src/report/table.ts';
import type { Goal } from './goals.ts';
import type { Ratio, Result } from './results.ts';

const columns = ['WALL', 'CPU CLIENT', 'CPU VAULT', 'CPU DB', 'MEM CLIENT', 'MEM VAULT', 'SENT', 'RECEIVED', 'STORED'];

/** One row for each stage of each entrant. */
export function formatResults(results: readonly Result[]): string {
  const rows = results.map(({ entrant, stage, medians }) => [
    stage,
    entrant,
    formatSeconds(medians.wallMs),
    formatSeconds(medians.clientCpuMs),
    formatSeconds(medians.vaultCpuMs),
    formatSeconds(medians.databaseCpuMs),
    formatBytes(medians.clientPeakBytes),
    formatBytes(medians.vaultPeakBytes),
    formatBytes(medians.sentBytes),
    formatBytes(medians.receivedBytes),
    formatBytes(Math.max(0, medians.storedBytes)),
    medians.stagedBytes === undefined ? '-' : formatBytes(medians.stagedBytes),
  ]);
  const head = ['STAGE', 'CONTENDER', ...columns, 'STAGED'];
  return formatTable([head, ...rows], [2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
}

/** One row for each pair and stage: how many times as much ours takes. */
export function formatRatios(ratios: readonly Ratio[]): string {
  const rows = ratios.map(({ entrant, to, stage, wall, cpu, sent, stored }) => [
    stage,
    `${entrant} to ${to}`,
    ...[wall, cpu, sent, stored].map(formatRatio),
  ]);
  return formatTable([['STAGE', 'RATIO', 'WALL', 'CPU', 'SENT', 'STORED'], ...rows], [2, 3, 4, 5]);
}

export function formatGoals(goals: readonly Goal[]): string {
  const show = (what: string, amount: number) =>
    what.endsWith('bytes') && amount > 1000 ? formatBytes(amount) : formatRatio(amount);
  const rows = goals.map(({ entrant, what, limit, reached, isReached }) => [
    entrant,
    what,
    show(what, limit),
    show(what, reached),
    isReached ? 'yes' : 'NO',
  ]);
  return formatTable([['CONTENDER', 'GOAL', 'AT MOST', 'IS', 'REACHED'], ...rows], [2, 3]);
}

function formatSeconds(milliseconds: number): string {
  return milliseconds < 9_950 ? `${(milliseconds / 1000).toFixed(2)} s` : formatDuration(milliseconds);
}

/** Three digits that say something. */
export function formatRatio(ratio: number): string {
  if (!Number.isFinite(ratio)) return '-';
  return ratio >= 100 ? ratio.toFixed(0) : Number(ratio.toPrecision(3)).toString();
}
