import { parseDurationMs } from '../../src/config/quantities.ts';
import { Failure } from '../../src/logging/failure.ts';
import { watch, type WatchResult } from '../../src/operations/watch.ts';
import { summarizeWatch } from '../../src/report/summary/watch-summary.ts';
import { runAction } from '../frame/run-action.ts';

await runAction({
  name: 'watch',
  async run({ inputs, environment, logger, signal }) {
    const result = await watch({
      token: inputs.secret('token') ?? '',
      runnerToken: inputs.secret('runner-token'),
      runnerLabel: inputs.text('runner-label') ?? 'skills-hub-production',
      branch: inputs.text('branch') ?? 'main',
      backupJobs: inputs.list('backup-jobs') ?? ['backup.yml/Back up'],
      verifyJobs: inputs.list('verify-jobs') ?? ['backup.yml/Verify', 'verify.yml/Verify'],
      maximumAgeMs: readMaximumAgeMs(inputs.text('maximum-age') ?? '26h'),
      label: inputs.text('label') ?? 'continuity',
      repository: environment['GITHUB_REPOSITORY'] ?? '',
      apiUrl: environment['GITHUB_API_URL'] ?? 'https://api.github.com',
      serverUrl: environment['GITHUB_SERVER_URL'] ?? 'https://github.com',
      runId: environment['GITHUB_RUN_ID'],
      logger,
      signal,
    });
    const failure = describeFailure(result);
    return {
      result,
      outputs: {
        verdict: result.verdict,
        findings: JSON.stringify(result.findings.map(({ what }) => what.english)),
        issue: result.issue?.number,
        'last-backup': result.lastBackup?.completedAt,
        'last-verification': result.lastVerification?.completedAt,
      },
      report: `${result.verdict}: ${result.findings.length} of what is watched is wrong.`,
      summary: summarizeWatch(result),
      ...(failure ? { failure } : {}),
    };
  },
});

function readMaximumAgeMs(text: string): number {
  const milliseconds = parseDurationMs(text);
  if (milliseconds !== undefined) return milliseconds;
  throw new Failure('usage', 'input maximum-age: expected a duration such as 26h or 2d', 'Nothing was looked at.');
}

function describeFailure({ findings, issue, issueProblem }: WatchResult): Failure | undefined {
  const where = issue ? `See ${issue.url}.` : 'See the summary of this run.';
  if (findings.length > 0) return new Failure('stale', `${findings.length} of what is watched is wrong.`, where);
  return (
    issueProblem && new Failure('failed', `the issue could not be kept: ${issueProblem.message}`, issueProblem.next)
  );
}
