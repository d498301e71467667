import { access, chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  type Environment,
  type RunnerRoot,
  describeJob,
  makeRunnerRoot,
  runAs,
  runHook,
} from '../fixtures/runner-job.ts';

let runner: RunnerRoot;
let folder: string;
let mark: string;
beforeAll(async () => {
  runner = await makeRunnerRoot();
});
afterAll(() => runner.remove());
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'runner-environment-'));
  mark = join(folder, 'mark');
});
afterEach(() => rm(folder, { recursive: true }));

const marked = () =>
  access(mark).then(
    () => true,
    () => false,
  );

async function writeProgram(name: string): Promise<void> {
  await writeFile(join(folder, name), `#!/bin/sh\ntouch ${mark}\nexit 0\n`);
  await chmod(join(folder, name), 0o755);
}

/** One job that is allowed and one that is refused, with more in their environment than the runner would give. */
async function runBoth(more: Environment): Promise<[number | null, number | null]> {
  const allowed = runAs(['/bin/bash', '-e', runner.hook], { ...(await describeJob('push')), ...more });
  const refused = runAs(['/bin/bash', '-e', runner.hook], { ...(await describeJob('pull_request')), ...more });
  return [allowed.status, refused.status];
}

const asRoot = process.getuid?.() === 0 ? describe : describe.skip;

// The runner gives a hook nothing of the workflow's `env:` (JobHookProvider.cs). These are for the day when it does.
asRoot('a hostile environment', () => {
  it('finds no program of its own behind PATH', async () => {
    for (const name of ['jq', 'node', 'bash', 'env', 'stat', 'logger', 'sleep', 'kill']) await writeProgram(name);
    expect(await runBoth({ PATH: `${folder}:/usr/bin:/bin` })).toEqual([0, 1]);
    expect(await marked()).toBe(false);
  });

  it('brings no functions, whatever built-in or program they replace', async () => {
    const names = ['exec', 'unset', 'trap', 'exit', 'set', 'kill', 'stat', 'jq', 'read', 'printf', 'logger'];
    const functions = names.map((name) => [`BASH_FUNC_${name}%%`, `() { touch ${mark}; builtin exit 0; }`]);
    expect(await runBoth(Object.fromEntries(functions) as Environment)).toEqual([0, 1]);
    expect(await marked()).toBe(false);
  });

  it('changes no option of the shell that compares', async () => {
    const more = {
      BASHOPTS: 'nocasematch:extglob:nullglob',
      SHELLOPTS: 'noglob:allexport',
      IFS: '/:',
      LC_ALL: 'tr_TR.UTF-8',
    };
    expect(await runBoth(more)).toEqual([0, 1]);
    const upper = { ...(await describeJob('push')), ...more, GITHUB_REPOSITORY: 'CODERTOCAT/HELLO-WORLD' };
    expect(runHook(runner.hook, upper).status).toBe(1);
  });

  it('does not reach the deciding shell through BASH_ENV, ENV or LD_PRELOAD', async () => {
    const script = join(folder, 'env.sh');
    await writeFile(
      script,
      `list=/dev/null found=yes GITHUB_EVENT_NAME=push\nrefuse() { exit 0; }\nshow() { exit 0; }\n`,
    );
    expect(await runBoth({ BASH_ENV: script, ENV: script, LD_PRELOAD: join(folder, 'missing.so') })).toEqual([0, 1]);
  });

  it("has its word in the first shell, which no script can prevent: why .env and .path are root's (docs/runner.md)", async () => {
    expect(await runBoth({ BASH_ENV: '$(exit 0; touch nothing)/dev/null' })).toEqual([0, 1]);
    await runBoth({ BASH_ENV: `$(touch ${mark})` });
    expect(await marked()).toBe(true);
    const script = join(folder, 'exit.sh');
    await writeFile(script, 'exit 0\n');
    expect(await runBoth({ BASH_ENV: script })).toEqual([0, 0]);
  });

  it('is not read from GITHUB_ variables that the hook does not know', async () => {
    expect(
      await runBoth({ GITHUB_ENV: mark, GITHUB_PATH: folder, RUNNER_TEMP: folder, SKILLS_HUB_LIST: '/dev/null' }),
    ).toEqual([0, 1]);
    expect(await marked()).toBe(false);
  });
});
