import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { revisionPattern } from '../../src/operations/deploy/checkout.ts';
import { defaultProjectName, projectNamePattern } from '../../src/operations/dev/dev-project.ts';
import type { DeployHost, DeployOptions } from '../../src/operations/deploy.ts';
import type { ActionContext } from '../frame/action.ts';
import { connectGitHub, findProductionConfig } from './surroundings.ts';

const DEFAULT_WAIT_MS = 10 * 60_000;
const DEFAULT_LOCK_WAIT_MS = 30 * 60_000;

type Surroundings = Pick<ActionContext, 'inputs' | 'environment' | 'logger'>;
export type DeployRequest = Pick<DeployOptions, 'source' | 'commit' | 'lockWaitMs'> &
  Omit<DeployHost, 'config'> & { readonly environmentUrl: string | undefined };

/** @throws Failure `usage` where an input is not as it has to be, before anything is touched. */
export function readRequest(context: Surroundings): DeployRequest {
  const { inputs, environment, logger } = context;
  const workspace = locateWorkspace(environment);
  const directory = inputs.text('directory');
  const environmentUrl = inputs.url('url');
  const { GITHUB_RUN_ID: run, GITHUB_RUN_ATTEMPT: attempt = '1' } = environment;
  return {
    source: resolve(workspace, inputs.text('source') ?? '.'),
    commit:
      inputs.matching('commit', revisionPattern, 'the SHA of a commit, or a branch') ?? environment['GITHUB_SHA'] ?? '',
    directory:
      directory === undefined ? join(homedir(), '.local', 'state', 'skills-hub-dev') : resolve(workspace, directory),
    project:
      inputs.matching('project', projectNamePattern, 'a name of lower-case letters, digits, - and _') ??
      defaultProjectName,
    healthUrl: inputs.url('health-url'),
    waitMs: inputs.durationMs('wait') ?? DEFAULT_WAIT_MS,
    lockWaitMs: inputs.durationMs('lock-wait') ?? DEFAULT_LOCK_WAIT_MS,
    environmentUrl,
    gitHub: connectGitHub(context, {
      token: inputs.secret('token'),
      environment: inputs.matching('environment', /^.{1,255}$/u, 'a name of at most 255 characters') ?? 'development',
      environmentUrl,
    }),
    holder: run === undefined ? 'deploy' : `deploy (GitHub run ${run}, attempt ${attempt})`,
    environment,
    now: () => new Date(),
    logger,
  };
}

/** What else a deployment needs to know of this host. */
export function readHost({ environment, logger }: Surroundings): Promise<DeployHost['config']> {
  return findProductionConfig(locateWorkspace(environment), logger);
}

function locateWorkspace(environment: ActionContext['environment']): string {
  return environment['GITHUB_WORKSPACE'] ?? process.cwd();
}
