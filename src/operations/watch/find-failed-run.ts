import { readAttempt, type WorkflowRun } from '../../github/workflows.ts';
import { code } from '../../logging/code-span.ts';
import { linkToRun, type WatchContext } from './context.ts';
import { formatTime, makeKey, type Finding } from './finding.ts';
import type { Successes } from './newest-success.ts';
import type { FindJobs, WatchedRun } from './read-runs.ts';
import { isNamed } from './watched-job.ts';

const conclusions: Record<string, { french: string; english: string }> = {
  failure: { french: 'a échoué', english: 'failed' },
  cancelled: { french: 'a été annulée', english: 'was cancelled' },
  timed_out: { french: 'a dépassé sa durée limite', english: 'timed out' },
  startup_failure: { french: 'n’a pas pu démarrer', english: 'could not start' },
  action_required: { french: 'attend une autorisation', english: 'waits to be allowed' },
  stale: { french: 'a été abandonnée par GitHub', english: 'was given up by GitHub' },
};

/**
 * A finding where the newest finished run of a workflow went wrong, and nothing that came later made up for it. `runs` are
 * of one workflow, the newest first. Each failed attempt is a failure of its own.
 */
export async function findFailedRun(
  context: WatchContext,
  runs: readonly WatchedRun[],
  { successes, findJobs }: { successes: Successes; findJobs: FindJobs },
): Promise<Finding | undefined> {
  const run = await findNewestFinished(context, runs);
  const conclusion = conclusions[run?.conclusion ?? ''];
  if (!run || !conclusion) return undefined;
  const failed = await listFailedJobs(run, findJobs);
  if (failed.length > 0 && failed.every((job) => isHealed(context, { ...job, workflow: run.workflow }, successes))) {
    return undefined;
  }
  const jobs = failed.map(({ name }) => code(name, 100)).slice(0, 5);
  const where = jobs.length > 0 ? ` (${jobs.join(', ')})` : '';
  const { workflow, run_number: number, run_attempt: attempt, updated_at: since } = run;
  return {
    key: makeKey('run', run.id, attempt),
    what: {
      french: `${code(workflow)} : l’exécution n° ${number} ${conclusion.french}${where}, ${formatTime(since)}.`,
      english: `${code(workflow)}: run ${number} ${conclusion.english}${where}, ${formatTime(since)}.`,
    },
    next: {
      french: 'Lire le résumé de l’exécution, corriger la cause, puis la relancer.',
      english: 'Read the summary of the run, remove the cause, then run it again.',
    },
    since: new Date(since).toISOString(),
    url: `${linkToRun(context, run.id)}/attempts/${attempt}`,
  };
}

/** While a failed run is tried again, its earlier attempt is the newest that finished. */
async function findNewestFinished(context: WatchContext, runs: readonly WatchedRun[]): Promise<WatchedRun | undefined> {
  for (const run of runs) {
    let finished: WorkflowRun | undefined = run;
    if (run.status !== 'completed') {
      if (run.run_attempt < 2) continue;
      const before = { id: run.id, attempt: run.run_attempt - 1 };
      finished = await readAttempt(context.api, context.repository, before);
    }
    // A skipped run says nothing.
    if (finished?.status !== 'completed' || finished.conclusion === 'skipped') continue;
    return { ...finished, workflow: run.workflow };
  }
  return undefined;
}

interface FailedJob {
  name: string;
  completedMs: number;
}

/** Jobs whose newest attempt did not succeed. */
async function listFailedJobs(run: WatchedRun, findJobs: FindJobs): Promise<FailedJob[]> {
  const newest = new Map<string, { conclusion: string | null; completedMs: number }>();
  for (const { name, conclusion, completed_at: completedAt } of await findJobs(run)) {
    if (completedAt === null) continue;
    const completedMs = Date.parse(completedAt);
    if (completedMs >= (newest.get(name)?.completedMs ?? 0)) newest.set(name, { conclusion, completedMs });
  }
  return [...newest]
    .filter(([, { conclusion }]) => conclusion !== 'success' && conclusion !== 'skipped' && conclusion !== 'neutral')
    .map(([name, { completedMs }]) => ({ name, completedMs }));
}

/**
 * Somewhere else the same thing succeeded later: a verification by hand, after the nightly one failed. Not the other way
 * round: what a workflow of its own found when it read all of an archive is not gone because the next night's was sealed.
 */
function isHealed({ jobs }: WatchContext, job: FailedJob & { workflow: string }, successes: Successes): boolean {
  const ofWorkflow = jobs.filter(({ workflow }) => workflow === job.workflow);
  return ofWorkflow.some((watched) => {
    const success = isNamed(job.name, watched) ? successes[watched.subject] : undefined;
    if (success === undefined || Date.parse(success.completedAt) <= job.completedMs) return false;
    return success.workflow === job.workflow || ofWorkflow.some(({ subject }) => subject === 'backup');
  });
}
