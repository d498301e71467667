import type { Progress } from './logger.ts';
import { countOf, formatBytes, formatDuration } from './quantity-text.ts';

/** How a phase goes, in words: `120 MB of 300 MB`, `35 MB/s`, `5.1 s left`; empty where it cannot be known. */
export interface ProgressText {
  readonly amount: string;
  readonly rate: string;
  readonly left: string;
}

/** Follows one phase; `beganMs` and `nowMs` are of the same clock. */
export function describeProgress(report: Progress, beganMs: number, nowMs: number): ProgressText {
  const show = (amount: number) =>
    report.unit === 'bytes' ? formatBytes(amount) : countOf(Math.round(amount), report.unit.slice(0, -1));
  const elapsedMs = nowMs - beganMs;
  const perSecond = elapsedMs > 0 ? (report.done / elapsedMs) * 1000 : 0;
  const missing = report.total === undefined ? undefined : Math.max(0, report.total - report.done);
  return {
    amount: report.total === undefined ? show(report.done) : `${show(report.done)} of ${show(report.total)}`,
    rate: perSecond > 0 ? `${show(perSecond)}/s` : '',
    left: missing !== undefined && perSecond > 0 ? `${formatDuration((missing / perSecond) * 1000)} left` : '',
  };
}
