import { code } from '../../logging/code-span.ts';
import { formatDuration } from '../../logging/quantity-text.ts';
import type { DeployResult } from '../../operations/deploy.ts';
import { details, joinLines, list, table } from './markdown.ts';

const MAX_WARNINGS = 20;
/** A log's last lines, or the faults of a compose file. */
const MAX_LINES = 50;

/** A deployment in the job's summary: what runs now, and why if it is not the commit. */
export function summarizeDeploy(result: DeployResult, environmentUrl: string | undefined): string {
  const { verdict, commit, previous, project, url, deployment, durationMs, problem, warnings } = result;
  const title = {
    deployed: '### ✅ Development runs this commit',
    'rolled-back': '### ❌ Rolled back: the commit did not come up',
    refused: '### ❌ Not deployed: what runs was not touched',
    down: '### ❌ Development is down',
  }[verdict];
  const running = verdict === 'deployed' ? commit : verdict === 'down' ? undefined : previous;
  const [first, ...rest] = (problem?.message ?? '').split('\n');
  const said = list(
    rest.map((line) => line.trim()),
    MAX_LINES,
  );
  return joinLines([
    title,
    '',
    ...(problem
      ? [
          code(first ?? ''),
          '',
          ...(verdict === 'refused' ? said : said.length > 0 ? details('What was said', said) : []),
          '',
          `**Next:** ${code(problem.next)}`,
        ]
      : []),
    ...table(
      ['Deployment', ''],
      [
        ['Commit', code(commit)],
        ['Runs now', running === undefined ? 'nothing' : code(running)],
        ['Before', previous === undefined ? 'nothing' : code(previous)],
        ['Project', code(project)],
        ['Asked', url === undefined ? 'nothing' : code(url)],
        ['Address', environmentUrl === undefined ? 'none' : code(environmentUrl)],
        ['Record at GitHub', deployment === undefined ? 'none' : String(deployment)],
        ['Took', formatDuration(durationMs)],
      ],
    ),
    ...(warnings.length > 0 ? ['**Warnings**', '', ...list(warnings, MAX_WARNINGS)] : []),
  ]);
}
