import { code } from '../../logging/code-span.ts';
import type { DeployRepair } from '../../operations/repair-deployment.ts';
import { joinLines, table } from './markdown.ts';

/** What became of a deployment that was killed, in the job's summary. */
export function summarizeRepair({ outcome, running }: DeployRepair): string {
  return joinLines([
    running === undefined ? '### ❌ Interrupted: development is down' : '### ❌ Interrupted: the commit before runs',
    '',
    `The deployment was ended before it was done: ${code(outcome)}`,
    ...table(['Deployment', ''], [['Runs now', running === undefined ? 'nothing' : code(running)]]),
    ...(running === undefined ? ['**Next:** Start the run again, or deploy a commit that was healthy.'] : []),
  ]);
}
