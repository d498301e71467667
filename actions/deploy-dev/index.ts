import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { Failure } from '../../src/logging/failure.ts';
import { deploy } from '../../src/operations/deploy.ts';
import { renderDeploy } from '../../src/report/deploy-report.ts';
import { summarizeDeploy } from '../../src/report/summary/deploy-summary.ts';
import { describeMachine, dockerPrograms } from '../frame/describe-machine.ts';
import { runAction } from '../frame/run-action.ts';
import { connectGitHub, findProductionConfig, locatePrepareScript } from './surroundings.ts';

const DEFAULT_WAIT_MS = 10 * 60_000;
const DEFAULT_LOCK_WAIT_MS = 30 * 60_000;

await runAction({
  name: 'deploy-dev',
  async run(context) {
    const { inputs, environment, logger, signal } = context;
    const workspace = environment['GITHUB_WORKSPACE'] ?? process.cwd();
    const environmentUrl = inputs.text('url');
    const directory = inputs.text('directory');
    const options = {
      source: resolve(workspace, inputs.text('source') ?? '.'),
      commit: inputs.text('commit') ?? environment['GITHUB_SHA'] ?? '',
      directory:
        directory === undefined ? join(homedir(), '.local', 'state', 'skills-hub-dev') : resolve(workspace, directory),
      project: inputs.text('project') ?? 'skills-hub-dev',
      healthUrl: inputs.text('health-url'),
      waitMs: inputs.durationMs('wait') ?? DEFAULT_WAIT_MS,
      lockWaitMs: inputs.durationMs('lock-wait') ?? DEFAULT_LOCK_WAIT_MS,
      gitHub: connectGitHub(context, {
        token: inputs.secret('token'),
        environment: inputs.text('environment') ?? 'development',
        environmentUrl,
      }),
    };
    await describeMachine(logger, options.directory, dockerPrograms);
    const { GITHUB_RUN_ID: run, GITHUB_RUN_ATTEMPT: attempt = '1' } = environment;
    const result = await deploy({
      ...options,
      holder: run === undefined ? 'deploy' : `deploy (GitHub run ${run}, attempt ${attempt})`,
      prepareScript: locatePrepareScript(),
      config: await findProductionConfig(workspace, logger),
      environment,
      now: () => new Date(),
      logger,
      signal,
    });
    const { verdict, commit, previous, url, deployment, problem } = result;
    return {
      result,
      outputs: { verdict, commit, previous, url, deployment },
      report: renderDeploy(result),
      summary: summarizeDeploy(result, environmentUrl),
      ...(problem ? { failure: describeProblem(verdict, problem, previous) } : {}),
    };
  },
});

function describeProblem(
  verdict: string,
  { kind, message, next }: { kind: Failure['kind']; message: string; next: string },
  previous: string | undefined,
): Failure {
  const runs = verdict === 'down' || previous === undefined ? 'nothing runs' : `${previous.slice(0, 12)} runs`;
  const before =
    { refused: `not deployed, ${runs}`, 'rolled-back': `rolled back, ${runs}` }[verdict] ?? 'development is down';
  return new Failure(kind, `${before}: ${message}`, next);
}
