import { describe, expect, it } from '@jest/globals';
import { silent } from '../../../src/logging/logger.ts';
import { watch, type WatchOptions } from '../../../src/operations/watch.ts';
import { isNamed, parseWatchedJobs } from '../../../src/operations/watch/watched-job.ts';

const options: WatchOptions = {
  repository: 'acme/hub',
  // Nobody listens there: what is refused is refused before anything is asked.
  apiUrl: 'http://127.0.0.1:1',
  serverUrl: 'https://github.example',
  token: 'ghs_token',
  runnerLabel: 'skills-hub-production',
  branch: 'main',
  backupJobs: ['backup.yml/Back up'],
  verifyJobs: ['verify.yml/Verify'],
  fullVerifyJobs: ['verify.yml/Verify'],
  maximumAgeMs: 1000,
  fullVerifyMaximumAgeMs: 7000,
  label: 'continuity',
  logger: silent,
  wait: async () => {},
};

describe('options of watch', () => {
  it.each([
    ['a repository without owner', { repository: 'hub' }, 'the repository'],
    ['a repository that climbs', { repository: '../hub' }, 'the repository'],
    ['an empty token', { token: '' }, 'input token'],
    ['a token of two lines', { token: 'ghs_a\nX-Evil: 1' }, 'input token'],
    ['a runner token of two lines', { runnerToken: 'ghs_a\nX-Evil: 1' }, 'input runner-token'],
    ['two labels', { label: 'a,b' }, 'label'],
    ['a label of 1 MB', { label: 'x'.repeat(1e6) }, 'label'],
    ['an empty branch', { branch: '' }, 'branch'],
    ['a branch of two lines', { branch: 'main\n' }, 'branch'],
    ['no age', { maximumAgeMs: NaN }, 'maximum-age'],
    ['no age of full verifications', { fullVerifyMaximumAgeMs: 0 }, 'full-verify-maximum-age'],
    ['no job', { backupJobs: [] }, 'backup-jobs'],
    ['a job without workflow', { verifyJobs: ['Verify'] }, 'verify-jobs'],
    ['a full verification without workflow', { fullVerifyJobs: ['Verify'] }, 'full-verify-jobs'],
    ['a workflow that climbs', { verifyJobs: ['../verify.yml/Verify'] }, 'verify-jobs'],
    ['a workflow with a query', { backupJobs: ['backup.yml?x/Back up'] }, 'backup-jobs'],
  ])('are refused without asking GitHub: %s', async (_name, changes, named) => {
    await expect(watch({ ...options, ...changes })).rejects.toMatchObject({
      kind: 'usage',
      message: expect.stringMatching(new RegExp(`^${named}: [^\\n]{1,100}$`)),
    });
  });

  it('name jobs after the first slash: a caller is part of the name', () => {
    expect(parseWatchedJobs(['ci.yaml/caller / Back up'], 'backup', 'backup-jobs')).toEqual([
      { subject: 'backup', workflow: 'ci.yaml', job: 'caller / Back up' },
    ]);
  });
});

describe('the name of a job', () => {
  const watched = { subject: 'backup', workflow: 'backup.yml', job: 'Back up' } as const;

  it.each([
    ['Back up', true],
    ['caller / Back up', true],
    ['a / b / Back up', true],
    ['caller /Back up', false],
    ['Back up / Verify', false],
    ['back up', false],
    ['Do not Back up', false],
  ])('%s counts: %s', (name, counts) => {
    expect(isNamed(name, watched)).toBe(counts);
  });
});
