import { linkToRun, type WatchContext } from './context.ts';
import type { FindJobs, WatchedRun } from './read-runs.ts';
import { isNamed, type Subject } from './watched-job.ts';

/** Runs whose jobs are looked at: within the allowed age, and beyond it, where it only tells when the last success was. */
const MAX_LOOKS = 60;
const MAX_LOOKS_BEYOND = 12;

/** A job that did what it is there for. */
export interface Success {
  /** RFC 3339. */
  completedAt: string;
  workflow: string;
  job: string;
  runId: number;
  url: string;
}

export type Successes = Partial<Record<Subject, Success>>;

/** The newest success of each subject, as far as it can be found without asking too much. */
export async function findNewestSuccesses(
  context: WatchContext,
  runs: readonly WatchedRun[],
  findJobs: FindJobs,
): Promise<Successes> {
  const newest: Successes = {};
  const oldestMs = context.now.getTime() - context.maximumAgeMs;
  let looks = 0;
  let looksBeyond = 0;
  for (const run of [...runs].sort((a, b) => endsMs(b) - endsMs(a))) {
    // No job of a finished run ended later than the run.
    const open = context.jobs.filter(
      ({ subject, workflow }) => workflow === run.workflow && endedMs(newest[subject]) < endsMs(run),
    );
    if (open.length === 0 || run.conclusion === 'skipped') continue;
    if (endsMs(run) >= oldestMs ? (looks += 1) > MAX_LOOKS : (looksBeyond += 1) > MAX_LOOKS_BEYOND) break;
    for (const job of await findJobs(run)) {
      if (job.conclusion !== 'success' || job.completed_at === null) continue;
      const { completed_at: completedAt, name } = job;
      for (const { subject } of open.filter((watched) => isNamed(name, watched))) {
        if (Date.parse(completedAt) <= endedMs(newest[subject])) continue;
        const url = linkToRun(context, run.id);
        newest[subject] = { completedAt, workflow: run.workflow, job: name, runId: run.id, url };
      }
    }
  }
  return newest;
}

function endsMs(run: WatchedRun): number {
  return run.status === 'completed' ? Date.parse(run.updated_at) : Infinity;
}

function endedMs(success: Success | undefined): number {
  return success ? Date.parse(success.completedAt) : -Infinity;
}
