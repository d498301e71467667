import { Failure } from '../../src/logging/failure.ts';
import { watch, type WatchResult } from '../../src/operations/watch.ts';
import { summarizeWatch } from '../../src/report/summary/watch-summary.ts';
import { runAction } from '../frame/run-action.ts';

/** 26 h: a nightly that is two hours late. */
const DEFAULT_AGE_MS = 26 * 3_600_000;
/** 8 d: a weekly that takes most of a day. */
const DEFAULT_FULL_VERIFY_AGE_MS = 8 * 86_400_000;

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
      fullVerifyJobs: inputs.list('full-verify-jobs') ?? ['verify.yml/Verify'],
      maximumAgeMs: inputs.durationMs('maximum-age') ?? DEFAULT_AGE_MS,
      fullVerifyMaximumAgeMs: inputs.durationMs('full-verify-maximum-age') ?? DEFAULT_FULL_VERIFY_AGE_MS,
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
        'last-full-verification': result.lastFullVerification?.completedAt,
      },
      report: `${result.verdict}: ${result.findings.length} of what is watched is wrong.`,
      summary: summarizeWatch(result),
      ...(failure ? { failure } : {}),
    };
  },
});

function describeFailure({ findings, issue, issueProblem }: WatchResult): Failure | undefined {
  const where = issue ? `See ${issue.url}.` : 'See the summary of this run.';
  if (findings.length > 0) return new Failure('stale', `${findings.length} of what is watched is wrong.`, where);
  return (
    issueProblem && new Failure('failed', `the issue could not be kept: ${issueProblem.message}`, issueProblem.next)
  );
}
