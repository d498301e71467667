import { execFileSync } from 'node:child_process';
import { appendFile, chmod, chown, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { describeJob, label, repository, runHook, runInstall, workflowRef } from '../fixtures/runner-job.ts';

const line = `${repository} push ${workflowRef}`;
const directory = '/opt/actions-runner/production';
const production = ['--label', label, '--directory', directory];
let root: string;
let hook: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'runner-install-'));
  await chmod(root, 0o755);
  hook = join(root, 'usr/local/lib/skills-hub-runner', label, 'job-started.sh');
});
afterEach(() => rm(root, { recursive: true }));

/** Everything below the root: mode, owner, time of change, size, path. */
const listTree = (): string => execFileSync('find', [root, '-printf', '%m %U:%G %C@ %s %p\n'], { encoding: 'utf8' });

/** What the runner's archive, config.sh and svc.sh leave behind, as the account that ran them. */
async function unpackRunner(uid: number): Promise<string> {
  const runner = join(root, directory);
  await mkdir(join(runner, 'bin'), { recursive: true });
  for (const name of [
    'bin/Runner.Worker',
    'runsvc.sh',
    '.runner',
    '.credentials',
    '.credentials_rsaparams',
    '.service',
  ]) {
    await writeFile(join(runner, name), name);
    await chown(join(runner, name), uid, uid);
  }
  await writeFile(join(runner, '.env'), 'LANG=C.UTF-8\nBASH_ENV=/tmp/x\nLD_PRELOAD=/tmp/x.so\n');
  await writeFile(join(runner, '.path'), '/tmp/evil:/usr/bin\n');
  return runner;
}

const asRoot = process.getuid?.() === 0 ? describe : describe.skip;

asRoot('install.sh', () => {
  it('puts a hook in place that decides by its list, and finds nothing to do the second time', async () => {
    expect(runInstall(root, ...production, '--allow', line).status).toBe(0);
    expect(runHook(hook, await describeJob('push')).status).toBe(0);
    expect(runHook(hook, await describeJob('schedule')).status).toBe(1);
    const before = listTree();
    expect(runInstall(root, ...production, '--allow', line)).toMatchObject({ status: 0, stdout: 'Nothing to do.\n' });
    expect(runInstall(root, ...production, '--check')).toMatchObject({ status: 0, stdout: 'Nothing to do.\n' });
    expect(listTree()).toBe(before);
  });

  it('changes nothing in a dry run', () => {
    const before = listTree();
    const ran = runInstall(root, ...production, '--allow', line, '--dry-run');
    expect(ran).toMatchObject({ status: 0, stdout: expect.stringContaining(`would: ${hook} is written`) });
    expect(listTree()).toBe(before);
  });

  it('cleans what the runner reads before a job, and keeps the rest of it', async () => {
    const runner = await unpackRunner(0);
    expect(runInstall(root, ...production, '--allow', line).status).toBe(0);
    expect(await readFile(join(runner, '.env'), 'utf8')).toBe(
      `LANG=C.UTF-8\nACTIONS_RUNNER_HOOK_JOB_STARTED=${hook}\n`,
    );
    expect(await readFile(join(runner, '.path'), 'utf8')).not.toContain('/tmp/evil');
  });

  it('takes the programs of the development runner from its account', async () => {
    const runner = await unpackRunner(65534);
    const development = ['--label', 'skills-hub-dev', '--user', 'nobody', '--directory', directory];
    const develop = line.replace('refs/heads/main', 'refs/heads/develop');
    expect(runInstall(root, ...development, '--allow', develop).status).toBe(0);
    for (const name of ['', 'bin', 'bin/Runner.Worker', 'runsvc.sh', '.env', '.path', '.service']) {
      const { uid, mode } = await stat(join(runner, name));
      expect([name, uid, mode & 0o022]).toEqual([name, 0, 0]);
    }
    expect(await stat(join(runner, '.credentials'))).toMatchObject({ uid: 0, gid: 65534, mode: 0o100640 });
    expect(await stat(join(runner, '_work'))).toMatchObject({ uid: 65534, mode: 0o40750 });
    expect(runInstall(root, ...development, '--check')).toMatchObject({ status: 0 });
  });

  it.each<[string, (runner: string) => Promise<unknown>]>([
    ['the hook was edited', () => appendFile(hook, '\nexit 0\n')],
    ['the hook may be written by others', () => chmod(hook, 0o666)],
    ['.env says BASH_ENV', (runner) => appendFile(join(runner, '.env'), 'BASH_ENV=/tmp/x\n')],
    [
      '.env names another hook',
      (runner) => appendFile(join(runner, '.env'), 'ACTIONS_RUNNER_HOOK_JOB_STARTED=/bin/x.sh\n'),
    ],
    ['.env is gone', (runner) => rm(join(runner, '.env'))],
    ['.path finds another bash', (runner) => writeFile(join(runner, '.path'), '/tmp/x:/usr/bin\n')],
    ['svc.sh gave runsvc.sh away', (runner) => chown(join(runner, 'runsvc.sh'), 65534, 65534)],
    ['a program may be written by others', (runner) => chmod(join(runner, 'bin/Runner.Worker'), 0o777)],
    ["the runner's folder is somebody else's", (runner) => chown(runner, 65534, 65534)],
  ])('--check reports that %s, changes nothing, and the next run mends it', async (_, spoil) => {
    const runner = await unpackRunner(0);
    expect(runInstall(root, ...production, '--allow', line).status).toBe(0);
    await spoil(runner);
    const before = listTree();
    expect(runInstall(root, ...production, '--check')).toMatchObject({
      status: 1,
      stdout: expect.stringMatching(/^(drift: .*\n)+$/),
    });
    expect(listTree()).toBe(before);
    expect(runInstall(root, ...production).status).toBe(0);
    expect(runInstall(root, ...production, '--check').status).toBe(0);
  });

  it.each([
    [[...production], 'name its lines with --allow'],
    [[...production, '--allow', `${line} protcted`], 'not well formed'],
    [
      [...production, '--allow', line.replace('refs/heads/main', 'refs/heads/develop')],
      'only workflows of refs/heads/main',
    ],
    [[...production, '--allow', line, '--user', 'nobody'], 'runs as root'],
    [
      ['--label', 'skills-hub-dev', '--user', 'root', '--directory', directory, '--allow', line],
      'does not run as root',
    ],
    [['--label', 'skills-hub-staging', '--directory', directory, '--allow', line], '--label is'],
    [['--label', label, '--directory', 'relative', '--allow', line], '--directory is'],
  ])('refuses %j', (options, message) => {
    expect(runInstall(root, ...options)).toMatchObject({ status: 2, stderr: expect.stringContaining(message) });
  });

  it('refuses a folder above the runner that others may write', async () => {
    await mkdir(join(root, 'opt'));
    await chmod(join(root, 'opt'), 0o777);
    expect(runInstall(root, ...production, '--allow', line)).toMatchObject({ status: 2 });
  });
});
