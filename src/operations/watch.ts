import { openGitHub, type GitHubApi } from '../github/github-api.ts';
import { parseRepository } from '../github/repository.ts';
import { Failure } from '../logging/failure.ts';
import type { Logger } from '../logging/logger.ts';
import { checkRunner, type RunnerState } from './watch/check-runner.ts';
import { checkWorkflow, type CheckedWorkflow } from './watch/check-workflow.ts';
import type { WatchContext } from './watch/context.ts';
import { findFailedRun } from './watch/find-failed-run.ts';
import { findQueuedRun } from './watch/find-queued-run.ts';
import type { Finding } from './watch/finding.ts';
import { isNotYetDue, judgeAge } from './watch/judge-age.ts';
import { keepIssue, type KeptIssue } from './watch/keep-issue.ts';
import type { Look } from './watch/look.ts';
import { findNewestSuccesses, type Success } from './watch/newest-success.ts';
import { createJobFinder, readRuns, type WatchedRun } from './watch/read-runs.ts';
import { parseWatchedJobs, subjects } from './watch/watched-job.ts';

export interface WatchOptions {
  /** `OWNER/NAME` */
  repository: string;
  /** `https://api.github.com` */
  apiUrl: string;
  /** `https://github.com` */
  serverUrl: string;
  /** The run that looks, for links. */
  runId?: string | undefined;
  token: string;
  /** Token that may list runners; without one nobody looks whether the runner is online. */
  runnerToken?: string | undefined;
  runnerLabel: string;
  branch: string;
  /** `WORKFLOW-FILE/JOB-NAME`, each. */
  backupJobs: readonly string[];
  verifyJobs: readonly string[];
  /** Those that read an archive to its last byte. */
  fullVerifyJobs: readonly string[];
  /** Of a backup and of a verification of any kind. A success of exactly this age is recent enough. */
  maximumAgeMs: number;
  /** Of a full verification. */
  fullVerifyMaximumAgeMs: number;
  /** Label of the issue. */
  label: string;
  logger: Logger;
  signal?: AbortSignal | undefined;
  now?: (() => Date) | undefined;
  /** Waits between tries; tests need not. */
  wait?: ((milliseconds: number) => Promise<void>) | undefined;
  requestTimeoutMs?: number | undefined;
}

/** What one look found; times RFC 3339. */
export interface WatchResult {
  verdict: 'healthy' | 'failing';
  repository: string;
  branch: string;
  checkedAt: string;
  maximumAgeMs: number;
  fullVerifyMaximumAgeMs: number;
  /** Causes before their consequences. */
  findings: Finding[];
  lastBackup?: Success;
  lastVerification?: Success;
  lastFullVerification?: Success;
  /** `unknown` where nobody may look. */
  runner: RunnerState;
  issue?: KeptIssue;
  /** Why the issue is not as it should be; the findings hold all the same. */
  issueProblem?: { message: string; next: string };
}

/**
 * Looks through GitHub's API whether backups and verifications succeed in time, and keeps one issue while they do not.
 * @throws Failure where an option is wrong (`usage`) or GitHub does not tell enough: that is never healthy.
 */
export async function watch(options: WatchOptions): Promise<WatchResult> {
  const { context, runnerApi } = openContext(options);
  const { logger, now } = context;
  const seen = await look(context);
  const runner = runnerApi
    ? await checkRunner(context, runnerApi, options.runnerLabel)
    : { state: 'unknown' as const, finding: undefined };
  const findings = [...(runner.finding ? [runner.finding] : []), ...seen.findings];
  for (const { what, next } of findings) logger.error(`${what.english} ${next.english}`);
  if (findings.length === 0) logger.info('Backups and verifications succeed in time.');

  logger.phase('Issue');
  const runUrl =
    options.runId === undefined ? {} : { runUrl: `${context.repositoryUrl}/actions/runs/${options.runId}` };
  const { backup, verification, 'full-verification': fullVerification } = seen.successes;
  return {
    verdict: findings.length > 0 ? 'failing' : 'healthy',
    repository: options.repository,
    branch: options.branch,
    checkedAt: now.toISOString(),
    maximumAgeMs: options.maximumAgeMs,
    fullVerifyMaximumAgeMs: options.fullVerifyMaximumAgeMs,
    findings,
    ...(backup ? { lastBackup: backup } : {}),
    ...(verification ? { lastVerification: verification } : {}),
    ...(fullVerification ? { lastFullVerification: fullVerification } : {}),
    runner: runner.state,
    ...(await tryToKeepIssue(context, { findings, successes: seen.successes, ...runUrl })),
  };
}

function openContext(options: WatchOptions): { context: WatchContext; runnerApi: GitHubApi | undefined } {
  const { branch, label, logger, maximumAgeMs, fullVerifyMaximumAgeMs } = options;
  if (!/^[^\p{Cc},]{1,50}$/u.test(label)) throw refuse('label: expected 1 to 50 characters without a comma');
  if (!/^[^\p{Cc}\s]{1,255}$/u.test(branch)) throw refuse('branch: expected the name of a branch');
  if (!(maximumAgeMs > 0)) throw refuse('maximum-age: expected a positive duration');
  if (!(fullVerifyMaximumAgeMs > 0)) throw refuse('full-verify-maximum-age: expected a positive duration');
  const repository = parseRepository(options.repository);
  const jobs = [
    ...parseWatchedJobs(options.backupJobs, 'backup', 'backup-jobs'),
    ...parseWatchedJobs(options.verifyJobs, 'verification', 'verify-jobs'),
    ...parseWatchedJobs(options.fullVerifyJobs, 'full-verification', 'full-verify-jobs'),
  ];
  const repositoryUrl = `${options.serverUrl.replace(/\/+$/, '')}/${repository.owner}/${repository.repo}`;
  const now = options.now ?? (() => new Date());
  const api = openGitHub({ ...options, tokenName: 'input token' });
  const runnerApi = options.runnerToken
    ? openGitHub({ ...options, token: options.runnerToken, tokenName: 'input runner-token' })
    : undefined;
  const maximumAgesMs = {
    backup: maximumAgeMs,
    verification: maximumAgeMs,
    'full-verification': fullVerifyMaximumAgeMs,
  };
  const context = { api, repository, repositoryUrl, branch, label, jobs, maximumAgesMs, logger, now: now() };
  return { context, runnerApi };
}

function refuse(message: string): Failure {
  return new Failure('usage', message, 'Correct it in the workflow that watches.');
}

/** Looks at the workflows and their runs. */
async function look(context: WatchContext): Promise<Pick<Look, 'findings' | 'successes'>> {
  const { jobs, logger } = context;
  const findJobs = createJobFinder(context);
  const workflows: Finding[] = [];
  const checked = new Map<string, CheckedWorkflow>();
  const runs = new Map<string, WatchedRun[]>();
  for (const workflow of new Set(jobs.map((job) => job.workflow))) {
    logger.phase(`Runs of ${workflow}`);
    const found = await checkWorkflow(context, workflow);
    checked.set(workflow, found);
    if (found.finding) workflows.push(found.finding);
    if (!found.isThere) continue;
    const listed = await readRuns(context, workflow);
    logger.info(`${workflow}: ${listed.length} runs on ${context.branch}`);
    runs.set(workflow, listed);
  }
  logger.phase('Successes');
  const successes = await findNewestSuccesses(context, [...runs.values()].flat(), findJobs);
  const queued: Finding[] = [];
  const failed: Finding[] = [];
  for (const listed of runs.values()) {
    const waiting = await findQueuedRun(context, listed, findJobs);
    if (waiting) queued.push(waiting);
    const wrong = await findFailedRun(context, listed, { successes, findJobs });
    if (wrong) failed.push(wrong);
  }
  const old: Finding[] = [];
  for (const subject of subjects) {
    const success = successes[subject];
    const isEarly = !success && isNotYetDue(context, subject, checked);
    const last = success && `${success.completedAt} (${success.job}, ${success.url})`;
    logger.info(`last ${subject}: ${last ?? (isEarly ? 'none yet, and none is due' : 'none found')}`);
    const finding = isEarly ? undefined : judgeAge(context, subject, success);
    if (finding) old.push(finding);
  }
  return { findings: [...workflows, ...queued, ...failed, ...old], successes };
}

async function tryToKeepIssue(context: WatchContext, seen: Look): Promise<Pick<WatchResult, 'issue' | 'issueProblem'>> {
  try {
    const issue = await keepIssue(context, seen);
    context.logger.info(issue ? `Issue ${issue.number}: ${issue.action} (${issue.url})` : 'No issue is needed.');
    return issue ? { issue } : {};
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    context.logger.error(`The issue could not be kept: ${error.message}`);
    return { issueProblem: { message: error.message, next: error.next } };
  }
}
