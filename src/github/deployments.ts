import { z } from 'zod';
import type { GitHubApi } from './github-api.ts';
import type { Repository } from './repository.ts';

const permission = 'deployments: write';
/** GitHub takes no longer description of a status. */
const MAX_DESCRIPTION_LENGTH = 140;

const deploymentSchema = z.object({ id: z.number(), description: z.string().nullish() });

export interface NewDeployment {
  readonly commit: string;
  readonly environment: string;
  /** Tells this deployment from others of the same commit: names the run. */
  readonly description: string;
}

/** Records a deployment, whatever checks the commit has; GitHub merges nothing for it. Returns its id. */
export async function createDeployment(
  api: GitHubApi,
  repository: Repository,
  { commit, environment, description }: NewDeployment,
): Promise<number> {
  const { id } = await api.ask({
    route: 'POST /repos/{owner}/{repo}/deployments',
    parameters: {
      ...repository,
      ref: commit,
      environment,
      description,
      auto_merge: false,
      required_contexts: [],
      production_environment: false,
    },
    answer: deploymentSchema,
    permission,
    findMade: async () => {
      const made = await api.ask({
        route: 'GET /repos/{owner}/{repo}/deployments',
        parameters: { ...repository, sha: commit, environment, per_page: 100 },
        answer: z.array(deploymentSchema),
        permission,
      });
      return made.find((each) => each.description === description);
    },
  });
  return id;
}

export interface DeploymentStatus {
  readonly state: 'in_progress' | 'success' | 'failure' | 'error' | 'inactive';
  readonly description: string;
  readonly environmentUrl?: string | undefined;
  readonly logUrl?: string | undefined;
}

/** Adds a status to a deployment; the newest counts, so that one told twice does no harm. */
export async function setDeploymentStatus(
  api: GitHubApi,
  repository: Repository,
  id: number,
  { state, description, environmentUrl, logUrl }: DeploymentStatus,
): Promise<void> {
  await api.ask<unknown>({
    route: 'POST /repos/{owner}/{repo}/deployments/{id}/statuses',
    parameters: {
      ...repository,
      id,
      state,
      description: description.slice(0, MAX_DESCRIPTION_LENGTH),
      ...(environmentUrl === undefined ? {} : { environment_url: environmentUrl }),
      ...(logUrl === undefined ? {} : { log_url: logUrl }),
    },
    answer: z.object({ id: z.number() }),
    permission,
  });
}
