import { linkToRun, type WatchContext } from './context.ts';
import type { FindJobs, WatchedRun } from './read-runs.ts';
import { isNamed, subjects, type Subject } from './watched-job.ts';

/** Runs whose jobs are looked at for a subject: within the allowed age, and beyond it, where it only tells when the last success was. */
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
  const sorted = [...runs].sort((a, b) => endsMs(b) - endsMs(a));
  const newest: Successes = {};
  for (const subject of subjects) {
    const success = await findNewestSuccess(context, { subject, runs: sorted, findJobs });
    if (success) newest[subject] = success;
  }
  return newest;
}

/** `runs` in the order of their ends, the last first. */
async function findNewestSuccess(
  context: WatchContext,
  { subject, runs, findJobs }: { subject: Subject; runs: readonly WatchedRun[]; findJobs: FindJobs },
): Promise<Success | undefined> {
  const oldestMs = context.now.getTime() - context.maximumAgesMs[subject];
  let newest: Success | undefined;
  let looks = 0;
  let looksBeyond = 0;
  for (const run of runs) {
    // No job of a finished run ended later than the run.
    if (endsMs(run) <= endedMs(newest)) break;
    const watched = context.jobs.filter((job) => job.subject === subject && job.workflow === run.workflow);
    if (watched.length === 0 || run.conclusion === 'skipped') continue;
    if (endsMs(run) >= oldestMs ? (looks += 1) > MAX_LOOKS : (looksBeyond += 1) > MAX_LOOKS_BEYOND) break;
    for (const { name, conclusion, completed_at: completedAt } of await findJobs(run)) {
      if (conclusion !== 'success' || completedAt === null || !watched.some((job) => isNamed(name, job))) continue;
      if (Date.parse(completedAt) <= endedMs(newest)) continue;
      const url = linkToRun(context, run.id);
      newest = { completedAt, workflow: run.workflow, job: name, runId: run.id, url };
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
