import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdtemp, open, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type Environment, type RunnerRoot, describeJob, makeRunnerRoot } from '../fixtures/runner-job.ts';

let runner: RunnerRoot;
let folder: string;
beforeAll(async () => {
  runner = await makeRunnerRoot();
});
afterAll(() => runner.remove());
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'runner-worker-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** Stands in for Runner.Worker: starts the hook as its child, then goes on to a step with `if: always()`. */
async function runJob(environment: Environment, hook = runner.hook) {
  const errors = await open(join(folder, 'stderr'), 'a');
  const worker = spawn('bash', ['-c', 'bash -e "$1" >"$2/log" 2>&1; touch "$2/always"', 'worker', hook, folder], {
    env: { GITHUB_ACTIONS: 'true', ...environment },
    stdio: ['ignore', 'ignore', errors.fd],
  });
  const [, signal] = (await once(worker, 'exit')) as [number | null, NodeJS.Signals | null];
  await errors.close();
  const read = (name: string) => readFile(join(folder, name), 'utf8');
  const alwaysRan = await access(join(folder, 'always')).then(
    () => true,
    () => false,
  );
  return { signal, alwaysRan, log: await read('log'), stderr: await read('stderr') };
}

const asRoot = process.getuid?.() === 0 ? describe : describe.skip;

asRoot("the runner's worker", () => {
  it('goes on to the steps of a job that is allowed', async () => {
    const job = await runJob(await describeJob('schedule'));
    expect(job).toMatchObject({ signal: null, alwaysRan: true, stderr: '' });
  });

  it('ends before steps that run always when the job is refused, and says why as its last words', async () => {
    const job = await runJob(await describeJob('pull_request'));
    expect(job).toMatchObject({ signal: 'SIGKILL', alwaysRan: false });
    expect(job.log).toBe(`::error title=Runner::${job.stderr}`);
    expect(job.stderr).toBe(
      "Runner: job refused: event pull_request never runs here. / Runner : job refusé : l'événement pull_request ne passe jamais ici.\n",
    );
  });

  it('ends as well when the hook cannot do its work', async () => {
    const job = await runJob({ ...(await describeJob('push')), GITHUB_EVENT_PATH: '/nowhere' });
    expect(job).toMatchObject({ signal: 'SIGKILL', alwaysRan: false });
  });

  it('ends although the job is being cancelled meanwhile', async () => {
    const environment = { ...(await describeJob('push')), GITHUB_EVENT_NAME: 'issue_comment' };
    const running = runJob(environment);
    const started = Date.now();
    let interrupted = false;
    while (!interrupted && Date.now() - started < 2000) {
      const log = await readFile(join(folder, 'log'), 'utf8').catch(() => '');
      if (log.includes('refused')) {
        const pids = await findHooks();
        for (const pid of pids) for (const signal of ['SIGINT', 'SIGTERM'] as const) process.kill(pid, signal);
        interrupted = pids.length > 0;
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect(interrupted).toBe(true);
    expect(await running).toMatchObject({ signal: 'SIGKILL', alwaysRan: false });
  });
});

/** The processes that run this test's hook (not the worker, whose command line holds it as well). */
async function findHooks(): Promise<number[]> {
  const found: number[] = [];
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const words = (await readFile(`/proc/${name}/cmdline`, 'utf8').catch(() => '')).split('\0');
    if (words.includes(runner.hook) && words.includes('--clean')) found.push(Number(name));
  }
  return found;
}
