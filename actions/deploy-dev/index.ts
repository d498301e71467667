import { Failure } from '../../src/logging/failure.ts';
import { deploy } from '../../src/operations/deploy.ts';
import { renderDeploy } from '../../src/report/deploy-report.ts';
import { summarizeDeploy } from '../../src/report/summary/deploy-summary.ts';
import { describeMachine, dockerPrograms } from '../frame/describe-machine.ts';
import { runAction } from '../frame/run-action.ts';
import { readHost, readRequest } from './request.ts';
import { locatePrepareScript } from './surroundings.ts';

await runAction({
  name: 'deploy-dev',
  async run(context) {
    const { logger, signal } = context;
    const { environmentUrl, ...request } = readRequest(context);
    await describeMachine(logger, request.directory, dockerPrograms);
    const result = await deploy({
      ...request,
      prepareScript: locatePrepareScript(),
      config: await readHost(context),
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
