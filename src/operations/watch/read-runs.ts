import { listJobs, listRuns, type WorkflowJob, type WorkflowRun } from '../../github/workflows.ts';
import type { WatchContext } from './context.ts';

const MAX_PAGES = 5;
/** Beyond the allowed age nothing counts; a little more tells when the last success was. */
const MARGIN_MS = 7 * 86_400_000;

/** A run that may count, and the file of its workflow. */
export interface WatchedRun extends WorkflowRun {
  workflow: string;
}

/** Runs of a workflow on the watched branch, the newest attempt first. */
export async function readRuns(context: WatchContext, workflow: string): Promise<WatchedRun[]> {
  const { api, repository, branch, jobs, maximumAgesMs, now } = context;
  const ages = jobs.filter((job) => job.workflow === workflow).map(({ subject }) => maximumAgesMs[subject]);
  const oldestMs = now.getTime() - Math.max(...ages) - MARGIN_MS;
  const runs: WorkflowRun[] = [];
  for (let page = 1; page <= MAX_PAGES; page += 1) {
    const listed = await listRuns(api, repository, { workflow, branch, page });
    runs.push(...listed);
    const last = listed.at(-1);
    if (listed.length < 100 || (last && Date.parse(last.created_at) < oldestMs)) break;
  }
  return runs
    .filter((run) => isOurs(run, branch))
    .map((run) => ({ ...run, workflow }))
    .sort((a, b) => beganMs(b) - beganMs(a));
}

/** When the newest attempt of a run was made. */
export function beganMs(run: WorkflowRun): number {
  return Date.parse(run.run_started_at ?? run.created_at);
}

/**
 * A fork may call its branch `main`, and a pull request may bring a workflow of its own, whose "Back up" does nothing:
 * such runs are listed with ours, and prove nothing.
 */
function isOurs(run: WorkflowRun, branch: string): boolean {
  return (
    run.head_branch === branch && !run.event.startsWith('pull_request') && run.head_repository?.id === run.repository.id
  );
}

/** Looks the jobs of a run up, once for each run. */
export type FindJobs = (run: WorkflowRun) => Promise<WorkflowJob[]>;

export function createJobFinder({ api, repository }: WatchContext): FindJobs {
  const known = new Map<number, Promise<WorkflowJob[]>>();
  return (run) => {
    const jobs = known.get(run.id) ?? listJobs(api, repository, run.id);
    known.set(run.id, jobs);
    return jobs;
  };
}
