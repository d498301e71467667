import { formatDuration } from '../logging/quantity-text.ts';
import type { DeployResult } from '../operations/deploy.ts';

/** What came of a deployment, for a terminal. */
export function renderDeploy({ verdict, commit, previous, url, durationMs, problem }: DeployResult): string {
  const took = `in ${formatDuration(durationMs)}`;
  const short = commit.slice(0, 12);
  const before = previous === undefined ? 'Nothing ran before' : `${previous.slice(0, 12)} ran before`;
  const outcome = {
    deployed: `${short} is up${url === undefined ? '' : ` at ${url}`}, ${took}. ${before}.`,
    'rolled-back': `${short} did not come up; ${previous?.slice(0, 12) ?? ''} is up again, ${took}.`,
    refused: `${short} was not started, and what runs was not touched: ${previous?.slice(0, 12) ?? 'nothing'}.`,
    down: `${short} does not run, and nothing else does. ${before}.`,
  }[verdict];
  return problem === undefined ? outcome : [outcome, problem.message].join('\n');
}
