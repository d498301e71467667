import { createDeployment, setDeploymentStatus, type DeploymentStatus } from '../../github/deployments.ts';
import type { GitHubApi } from '../../github/github-api.ts';
import type { Repository } from '../../github/repository.ts';
import { messageOf } from '../../logging/failure.ts';

/** GitHub, as far as a deployment needs it. */
export interface DeployGitHub {
  readonly api: GitHubApi;
  readonly repository: Repository;
  readonly environment: string;
  /** Where people find it when it is up. */
  readonly environmentUrl: string | undefined;
  /** Log of the run that deploys. */
  readonly logUrl: string | undefined;
}

/** What GitHub shows of a deployment. Nothing here ever fails: a platform can be deployed while GitHub is away. */
export interface DeploymentRecord {
  /** Absent where GitHub did not take it. */
  readonly id?: number;
  tell(state: DeploymentStatus['state'], description: string): Promise<void>;
}

/** Begins the record of a deployment, in progress. `warn` hears what GitHub did not take. */
export async function beginRecord(
  gitHub: DeployGitHub | undefined,
  { commit, holder }: { commit: string; holder: string },
  warn: (message: string) => void,
): Promise<DeploymentRecord> {
  if (!gitHub) return { tell: async () => undefined };
  const { api, repository, environment } = gitHub;
  try {
    const id = await createDeployment(api, repository, { commit, environment, description: holder });
    const record = resumeRecord(gitHub, id, warn);
    await record.tell('in_progress', 'building and starting');
    return record;
  } catch (error) {
    warn(`GitHub keeps no record of this deployment: ${messageOf(error)}`);
    return { tell: async () => undefined };
  }
}

/** A record that an earlier run has begun. */
export function resumeRecord(gitHub: DeployGitHub, id: number, warn: (message: string) => void): DeploymentRecord {
  const { api, repository, environmentUrl, logUrl } = gitHub;
  return {
    id,
    async tell(state, description) {
      try {
        const url = state === 'success' ? environmentUrl : undefined;
        await setDeploymentStatus(api, repository, id, { state, description, environmentUrl: url, logUrl });
      } catch (error) {
        warn(`GitHub's record of deployment ${id} does not say "${state}": ${messageOf(error)}`);
      }
    },
  };
}
