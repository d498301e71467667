import { describe, expect, it } from '@jest/globals';
import { checkWorkflow } from '../../fixtures/workflow-rules.ts';
import { checkout, deployment, good, ours, pullRequest } from '../../fixtures/workflow-rules/samples.ts';

const check = (text: string, name = 'restore.yml') => checkWorkflow(name, text, { toolkit: 'skills-hub/continuity' });

/** Replaces what is there for sure. */
function change(text: string, from: string, to: string): string {
  expect(text).toContain(from);
  return text.replace(from, () => to);
}

describe('the rules for workflows', () => {
  it('have nothing against good ones', async () => {
    expect(await check(good)).toEqual([]);
    expect(await check(pullRequest, 'pull-request.yml')).toEqual([]);
  });

  // What is wrong, and how to make it so.
  it.each([
    ["GitHub's parser: unknown keys", 'Unexpected value', 'timeout-minutes: 5', 'timeout-minuets: 5'],
    ["GitHub's parser: unknown needs", 'depends on unknown job', 'needs: gate', 'needs: [gate, plan]'],
    [
      "GitHub's parser: unknown functions",
      'Unrecognized function',
      "'refs/heads/main' &&",
      "'refs/heads/main' && f() &&",
    ],
    ["GitHub's parser: contexts out of place", 'Unrecognized named-value', "'yes'", 'secrets.READER_KEY'],
    ["GitHub's parser: broken YAML", 'restore.yml: ', 'permissions: {}', 'permissions: {'],
    ['permissions at the top', 'lacks permissions: {} at the top', 'permissions: {}\njobs', 'jobs'],
    ['wide permissions at the top', 'lacks permissions: {}', 'permissions: {}\njobs', 'permissions: read-all\njobs'],
    ['permissions of a job', 'job gate has no map of permissions', '    permissions: {}\n', ''],
    [
      'all permissions for a job',
      'job restore has no map',
      'permissions:\n      contents: read',
      'permissions: write-all',
    ],
    ['permissions to write', 'job restore may write contents', 'contents: read', 'contents: write'],
    ['timeouts', 'job gate has no timeout-minutes', '    timeout-minutes: 5\n', ''],
    ['names of workflows', 'has no name', 'name: Restore\non', 'on'],
    ['names of jobs', 'job gate has no name', '    name: Approval\n', ''],
    ['names of steps', 'step 1 has no name', '- name: Ask\n        id', '- id'],
    [
      'pull_request_target',
      'pull_request_target, which is not allowed',
      '  workflow_dispatch:',
      '  pull_request_target:\n  workflow_dispatch:',
    ],
    [
      'workflow_run',
      'workflow_run, which is not allowed',
      '  workflow_dispatch:',
      '  workflow_run:\n    workflows: [CI]\n  workflow_dispatch:',
    ],
    ['any branch on our runner', 'not only for main', "github.ref == 'refs/heads/main' && ", ''],
    ['another branch on our runner', 'not only for main', "'refs/heads/main' &&", "'refs/heads/main' || true &&"],
    [
      'any machine, by expression',
      'job gate runs on our runner',
      'runs-on: ubuntu-latest',
      'runs-on: ${{ inputs.archive }}',
    ],
    ['any machine, by group', 'job gate runs on our runner', 'runs-on: ubuntu-latest', 'runs-on: { group: ours }'],
    ['expressions in scripts', 'inside run', 'echo "answer', 'echo "${{ inputs.archive }} answer'],
    [
      'secrets of a workflow',
      'in the env of the workflow',
      'permissions: {}\njobs',
      'permissions: {}\nenv:\n  KEY: ${{ secrets.READER_KEY }}\njobs',
    ],
    [
      'secrets of a job',
      'restore has a secret in the env',
      'timeout-minutes: 60',
      'timeout-minutes: 60\n    env:\n      KEY: ${{ secrets.READER_KEY }}',
    ],
    [
      'secrets for others',
      'to the action of others',
      'persist-credentials: false',
      'persist-credentials: false\n          ssh-key: ${{ secrets.READER_KEY }}',
    ],
    ['all secrets', 'whole contexts', '${{ secrets.READER_KEY }}', '${{ toJSON(secrets) }}'],
    ['secrets that nobody can pass', 'secret OTHER_KEY', 'secrets.READER_KEY', 'secrets.OTHER_KEY'],
    ['the lock', 'restore changes things without the lock', '      queue: max\n', ''],
    ['cancellation', 'restore may be cancelled', 'cancel-in-progress: false', 'cancel-in-progress: true'],
    [
      'cancellation by expression',
      'restore may be cancelled',
      'cancel-in-progress: false',
      "cancel-in-progress: ${{ github.ref == 'x' }}",
    ],
    [
      'the lock of a workflow',
      'of the whole workflow',
      'permissions: {}\njobs',
      'permissions: {}\nconcurrency: production\njobs',
    ],
    [
      'approvals that hold the lock',
      'waits for an approval',
      'environment: production-restore',
      'environment: production-restore\n    concurrency: production',
    ],
    ['tags in place of commits', 'without the SHA', `${checkout} # v7.0.1`, 'actions/checkout@v7 # v7.0.1'],
    ['pins of our own', 'without the SHA', ours, 'skills-hub/continuity/actions/restore@v1 # v1.2.3'],
    ['commits without a version', 'without the version', ' # v7.0.1', ''],
    ['unknown actions', 'not on the list', checkout, 'somebody/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1'],
    ['images', 'not on the list', `${checkout} # v7.0.1`, 'docker://alpine:3 # v7.0.1'],
    ['actions of ours that are none', 'which is none', 'actions/restore@', 'actions/rewind@'],
    ['local actions that are none', 'does not exist', ours, './.continuity/actions/rewind'],
    ['credentials left behind', 'persist-credentials', 'persist-credentials: false', 'fetch-depth: 1'],
    ['inputs that an action does not have', 'gives dryrun', 'dry-run: false', 'dryrun: false'],
    ['inputs that an action needs', 'lacks archive', '          archive: ${{ inputs.archive }}\n', ''],
    ['inputs that nobody declares', 'inputs.archiv,', '${{ inputs.archive }}', '${{ inputs.archiv }}'],
    [
      'inputs that nobody reads',
      'input other, and ignores it',
      '      archive:\n        type',
      '      other:\n        type: string\n      archive:\n        type',
    ],
    ['jobs that are not needed', 'reads needs.gate', '    needs: gate\n', ''],
    ['outputs of jobs', 'needs.gate.outputs.answers', 'gate.outputs.answer ', 'gate.outputs.answers '],
    ['steps', 'reads steps.restored', 'steps.restore.', 'steps.restored.'],
    [
      'outputs of actions',
      'steps.restore.outputs.verdicts',
      'steps.restore.outputs.verdict',
      'steps.restore.outputs.verdicts',
    ],
    ['outputs of scripts', 'steps.ask.outputs.reply', 'steps.ask.outputs.answer', 'steps.ask.outputs.reply'],
    ['outputs of the workflow', 'output verdict', 'jobs.restore.outputs.verdict', 'jobs.restore.outputs.verdicts'],
    ['minutes', 'minute', '0 3 * * *', '60 3 * * *'],
    ['hours', 'hour', '0 3 * * *', '0 24 * * *'],
    ['days', 'day', '0 3 * * *', '0 3 0 * *'],
    ['months', 'month', '0 3 * * *', '0 3 * 13 *'],
    ['weekdays', 'weekday', '0 3 * * *', '0 3 * * 5-1'],
    ['nicknames of schedules', 'restore.yml', '0 3 * * *', '@daily'],
    ['unknown timezones', 'timezone Europe/Pari', 'Europe/Paris', 'Europe/Pari'],
    ['timezones without summer time', 'timezone CET', 'Europe/Paris', 'CET'],
  ])('find: %s', async (_what, finding, from, to) => {
    expect((await check(change(good, from, to))).join('\n')).toContain(finding);
  });

  it.each([
    ['our runner', 'not surely on a machine of GitHub', 'ubuntu-latest', '[self-hosted, skills-hub-production]'],
    ['an unknown label', 'not surely on a machine of GitHub', 'ubuntu-latest', 'skills-hub-dev'],
    ['a chosen label', 'not surely on a machine of GitHub', 'ubuntu-latest', '${{ matrix.machine }}'],
    [
      'secrets',
      'has secrets',
      'run: npm test',
      'env:\n          KEY: ${{ secrets.READER_KEY }}\n        run: npm test',
    ],
  ])('keep pull requests from %s', async (_what, finding, from, to) => {
    expect((await check(change(pullRequest, from, to), 'pull-request.yml')).join('\n')).toContain(finding);
  });

  it('allow to write what the work of a file is', async () => {
    const text = change(pullRequest, 'on: pull_request', 'on: workflow_dispatch').replace(
      'contents: read',
      'issues: write',
    );
    expect(await check(text, 'watch.yml')).toEqual([]);
    expect(await check(text, 'other.yml')).toEqual(['other.yml job test may write issues']);
  });

  it('have nothing against a deployment of develop on the runner of development', async () => {
    expect(await check(deployment, 'deploy-dev.yml')).toEqual([]);
  });

  it.each([
    ['main on the development runner', 'not only for develop', "'refs/heads/develop'", "'refs/heads/main'"],
    ['develop on the production runner', 'not only for main', 'skills-hub-dev]', 'skills-hub-production]'],
    ['both runners at once', 'not only for main', 'skills-hub-dev]', 'skills-hub-dev, skills-hub-production]'],
    ['two deployments at once', 'deploys without the lock', 'group: development', 'group: other'],
    ['a deployment cut off', 'may be cancelled', 'cancel-in-progress: false', 'cancel-in-progress: true'],
    ['more to write', 'job deploy may write contents', 'contents: read', 'contents: write'],
  ])('keep a deployment from %s', async (_what, finding, from, to) => {
    expect((await check(change(deployment, from, to), 'deploy-dev.yml')).join('\n')).toContain(finding);
  });

  it('know a call of a reusable workflow', async () => {
    const call = (ref: string) => `name: Backup
on: push
permissions: {}
jobs:
  backup:
    name: Nightly
    uses: skills-hub/continuity/.github/workflows/backup.yml@${ref}
    permissions:
      contents: read
    secrets: inherit
`;
    expect(await check(call('0123456789abcdef0123456789abcdef01234567 # v1.2.3'))).toEqual([]);
    expect((await check(call('main'))).join('\n')).toContain('without the SHA');
  });
});
