import { countOf, formatDuration } from '../logging/quantity-text.ts';
import type { RestoreEstimate, StepDuration } from '../operations/restore/estimate.ts';

const titles: Record<StepDuration['step'], string> = {
  plan: 'plan',
  safety: 'safety backup',
  databases: 'staging databases',
  files: 'staging files',
  swap: 'putting in place',
  health: 'until healthy',
};

/** How long a restore should take, step by step, and how that is known. */
export function describeEstimate(estimate: RestoreEstimate): string {
  const steps = estimate.steps.map(({ step, ms }) => `${titles[step]} ${formatAbout(ms)}`);
  return `about ${formatAbout(estimate.totalMs)} (${steps.join(', ')}); ${describeSource(estimate)}`;
}

function describeSource({ steps, measured }: RestoreEstimate): string {
  if (measured > 0) return `measured on this host ${measured === 1 ? 'once' : countOf(measured, 'time')}`;
  const known = steps.filter((step) => step.measured > 0).length;
  if (known === 0) return 'not measured on this host yet: figures of the reference machine';
  return `${known} of ${steps.length} measured on this host, the others figures of the reference machine`;
}

/** How long each step took, beside what had been expected. */
export function describeSteps(steps: readonly StepDuration[]): string {
  return steps
    .map(({ step, ms, estimatedMs }) => {
      const expected = estimatedMs === undefined ? '' : ` (expected ${formatAbout(estimatedMs)})`;
      return `${titles[step]} ${formatDuration(ms)}${expected}`;
    })
    .join(', ');
}

/** A duration that nobody knows to the tenth of a second. */
export function formatAbout(ms: number): string {
  const seconds = Math.round(ms / 1000);
  return seconds < 10 ? `${Math.max(1, seconds)} s` : formatDuration(ms);
}
