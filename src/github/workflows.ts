import { z } from 'zod';
import { askPages } from './ask-pages.ts';
import type { GitHubApi } from './github-api.ts';
import { GitHubFailure } from './github-failure.ts';
import type { Repository } from './repository.ts';

const permission = 'actions: read';

const workflowSchema = z.object({ state: z.string(), created_at: z.iso.datetime({ offset: true }).nullish() });

const runSchema = z.object({
  id: z.number(),
  run_number: z.number(),
  run_attempt: z.number().default(1),
  event: z.string(),
  status: z.string().nullable(),
  conclusion: z.string().nullable(),
  created_at: z.iso.datetime({ offset: true }),
  updated_at: z.iso.datetime({ offset: true }),
  /** When its newest attempt was made. */
  run_started_at: z.iso.datetime({ offset: true }).nullish(),
  head_branch: z.string().nullable(),
  head_repository: z.object({ id: z.number() }).nullish(),
  repository: z.object({ id: z.number() }),
});

const jobSchema = z.object({
  name: z.string(),
  status: z.string(),
  conclusion: z.string().nullable(),
  created_at: z.iso.datetime({ offset: true }).nullish(),
  completed_at: z.iso.datetime({ offset: true }).nullable(),
});

/** A run of a workflow, as GitHub describes it. */
export type WorkflowRun = z.infer<typeof runSchema>;
/** A job of one attempt of a run. */
export type WorkflowJob = z.infer<typeof jobSchema>;

/** A workflow: GitHub's word for its state (`active`, `disabled_inactivity`, ...), and when its file came to be. */
export type Workflow = z.infer<typeof workflowSchema>;

/** A workflow by the name of its file; undefined where there is no such file. */
export async function readWorkflow(
  api: GitHubApi,
  repository: Repository,
  workflow: string,
): Promise<Workflow | undefined> {
  return absentAsUndefined(
    api.ask({
      route: 'GET /repos/{owner}/{repo}/actions/workflows/{workflow}',
      parameters: { ...repository, workflow },
      answer: workflowSchema,
      permission,
    }),
  );
}

export interface RunQuery {
  /** File name: `backup.yml`. */
  workflow: string;
  branch: string;
  /** Counts from 1; a page has 100 runs. */
  page: number;
}

/** One page of a branch's runs, the newest first. */
export async function listRuns(api: GitHubApi, repository: Repository, query: RunQuery): Promise<WorkflowRun[]> {
  const { workflow_runs: runs } = await api.ask({
    route: 'GET /repos/{owner}/{repo}/actions/workflows/{workflow}/runs',
    parameters: { ...repository, ...query, per_page: 100, exclude_pull_requests: 'true' },
    answer: z.object({ workflow_runs: z.array(runSchema) }),
    permission,
  });
  return runs;
}

/** An earlier attempt of a run; undefined where GitHub no longer has it. */
export async function readAttempt(
  api: GitHubApi,
  repository: Repository,
  { id, attempt }: { id: number; attempt: number },
): Promise<WorkflowRun | undefined> {
  return absentAsUndefined(
    api.ask({
      route: 'GET /repos/{owner}/{repo}/actions/runs/{id}/attempts/{attempt}',
      parameters: { ...repository, id, attempt },
      answer: runSchema,
      permission,
    }),
  );
}

/** Jobs of all attempts of a run, 200 at most: what the first attempt did stays done when there is a second one. */
export async function listJobs(api: GitHubApi, repository: Repository, id: number): Promise<WorkflowJob[]> {
  return askPages(api, {
    route: 'GET /repos/{owner}/{repo}/actions/runs/{id}/jobs',
    parameters: { ...repository, id, filter: 'all' },
    answer: z.object({ jobs: z.array(jobSchema) }),
    permission,
    itemsOf: ({ jobs }) => jobs,
    lastPage: 2,
  });
}

async function absentAsUndefined<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof GitHubFailure && error.status === 404) return undefined;
    throw error;
  }
}
