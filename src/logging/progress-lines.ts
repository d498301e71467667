import type { Progress } from './logger.ts';
import { describeProgress } from './progress-rate.ts';

/** Milliseconds between two lines of the same phase, where nobody is watching. */
export const PROGRESS_INTERVAL_MS = 15_000;

/** Turns progress reports into lines, for whoever reads them later: now and then one, and none for what is quick. */
export function createProgressLines(write: (line: string) => void, intervalMs: number): (report: Progress) => void {
  const phases = new Map<string, { beganMs: number; shownMs: number }>();
  return (report) => {
    const nowMs = performance.now();
    const phase = phases.get(report.phase);
    if (!phase) {
      phases.set(report.phase, { beganMs: nowMs, shownMs: nowMs });
      return;
    }
    if (nowMs - phase.shownMs < intervalMs) return;
    phase.shownMs = nowMs;
    const { amount, rate, left } = describeProgress(report, phase.beganMs, nowMs);
    write(`${report.phase}: ${[amount, rate, left].filter(Boolean).join(', ')}`);
  };
}
