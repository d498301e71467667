import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  type Environment,
  type RunnerRoot,
  describeJob,
  makeRunnerRoot,
  repository,
  runHook,
  workflowRef,
} from '../fixtures/runner-job.ts';

let runner: RunnerRoot;
let folder: string;
beforeAll(async () => {
  runner = await makeRunnerRoot();
  folder = await mkdtemp(join(tmpdir(), 'runner-events-'));
});
afterAll(async () => {
  await runner.remove();
  await rm(folder, { recursive: true });
});

/** A payload that differs from the real one. */
async function alterPayload(
  event: string,
  change: (payload: Record<string, unknown>) => unknown,
): Promise<Environment> {
  const job = await describeJob(event);
  const payload = JSON.parse(await readFile(job['GITHUB_EVENT_PATH']!, 'utf8')) as Record<string, unknown>;
  const path = join(folder, 'event.json');
  await writeFile(path, JSON.stringify(change(payload)));
  return { ...job, GITHUB_EVENT_PATH: path };
}

const asRoot = process.getuid?.() === 0 ? describe : describe.skip;

asRoot('the job-started hook', () => {
  it.each(['push', 'schedule', 'workflow_dispatch'])('lets %s of a listed workflow on main start', async (event) => {
    expect(runHook(runner.hook, await describeJob(event))).toMatchObject({
      status: 0,
      stdout: 'Runner: job allowed. / Runner : job accepté.\n',
      stderr: '',
    });
  });

  it.each([
    ['pull_request', 'pull_request.json'],
    ['pull_request_target', 'pull_request.json'],
    ['workflow_run', 'workflow_run.json'],
    ['repository_dispatch', 'repository_dispatch.json'],
    ['issue_comment', 'issue_comment.json'],
    ['', 'push.json'],
    ['PUSH', 'push.json'],
    ['push ', 'push.json'],
  ])('refuses the event %j whatever else fits', async (event, file) => {
    const ran = runHook(runner.hook, await describeJob(event, file));
    expect(ran.status).toBe(1);
    expect(ran.stdout).toMatch(
      /^::error title=Runner::Runner: job refused: .* never runs here\. \/ Runner : job refusé : .*\n$/,
    );
  });

  it.each(['pull_request', 'workflow_run', 'repository_dispatch', 'issue_comment'])(
    'refuses the payload of %s under the name of push',
    async (event) => {
      const ran = runHook(runner.hook, { ...(await describeJob(event)), GITHUB_EVENT_NAME: 'push' });
      expect(ran).toMatchObject({ status: 1, stdout: expect.stringContaining('payload contradicts') });
    },
  );

  it.each([
    [{ GITHUB_REPOSITORY: 'mallory/Hello-World', GITHUB_WORKFLOW_REF: workflowRef.replace('Codertocat', 'mallory') }],
    [{ GITHUB_REPOSITORY: 'codertocat/hello-world', GITHUB_WORKFLOW_REF: workflowRef.toLowerCase() }],
    [{ GITHUB_WORKFLOW_REF: `mallory/x/.github/workflows/backup.yml@refs/heads/main` }],
    [{ GITHUB_WORKFLOW_REF: workflowRef.replace('backup', 'evil') }],
    [{ GITHUB_WORKFLOW_REF: workflowRef.replace('backup.yml', '*') }],
    [{ GITHUB_WORKFLOW_REF: `${workflowRef}\n` }],
    [{ GITHUB_WORKFLOW_REF: `${workflowRef} ` }],
    [{ GITHUB_WORKFLOW_REF: `${workflowRef}\n::stop-commands::x` }],
    [{ GITHUB_WORKFLOW_REF: '' }],
    [{ GITHUB_WORKFLOW_SHA: 'a'.repeat(40) }],
    [{ GITHUB_SHA: 'a'.repeat(40), GITHUB_WORKFLOW_SHA: 'a'.repeat(40) }],
    [{ GITHUB_REPOSITORY_ID: '1' }],
    [{ GITHUB_REF_TYPE: 'tag' }],
    [{ GITHUB_HEAD_REF: 'evil' }],
    [{ GITHUB_BASE_REF: 'main' }],
    [{ GITHUB_EVENT_PATH: '/nowhere/event.json' }],
    [{ GITHUB_EVENT_PATH: '/' }],
  ])('refuses %j', async (change) => {
    const ran = runHook(runner.hook, { ...(await describeJob('push')), ...(change as Environment) });
    expect(ran.status).toBe(1);
    // One line, whatever the values hold.
    expect(ran.stdout).toMatch(/^::error title=Runner::Runner: job refused: [^\n]*\n$/);
  });

  it.each([
    'heads/main-x',
    'tags/main',
    'heads/x@refs/heads/main',
    'heads/Main',
    'heads/refs/heads/main',
    'pull/2/merge',
  ])('refuses a job of refs/%s that agrees with itself', async (name) => {
    const ref = `refs/${name}`;
    const job = await alterPayload('push', (payload) => ({ ...payload, ref }));
    const ran = runHook(runner.hook, {
      ...job,
      GITHUB_REF: ref,
      GITHUB_REF_NAME: name.replace(/^(heads|tags|pull)\//, ''),
      GITHUB_REF_TYPE: name.startsWith('tags') ? 'tag' : 'branch',
      GITHUB_WORKFLOW_REF: workflowRef.replace('refs/heads/main', ref),
    });
    expect(ran.status).toBe(1);
  });

  it.each<[string, string, (payload: Record<string, unknown>) => unknown]>([
    ['push', 'repository.full_name', (p) => ({ ...p, repository: { id: 186853002, full_name: 'mallory/x' } })],
    ['push', 'repository.id', (p) => ({ ...p, repository: { id: '186853002', full_name: repository } })],
    ['push', 'ref', (p) => ({ ...p, ref: 'refs/heads/evil' })],
    ['push', 'after', (p) => ({ ...p, after: '0'.repeat(40) })],
    ['push', 'deleted', (p) => ({ ...p, deleted: true })],
    ['workflow_dispatch', 'ref', (p) => ({ ...p, ref: 'refs/heads/evil' })],
    ['workflow_dispatch', 'workflow', (p) => ({ ...p, workflow: '.github/workflows/evil.yml' })],
    ['schedule', 'schedule', (p) => ({ ...p, schedule: undefined })],
    ['schedule', 'workflow', (p) => ({ ...p, workflow: '.github/workflows/evil.yml' })],
    ['schedule', 'client_payload', (p) => ({ ...p, client_payload: {} })],
    ['push', 'payload', () => []],
  ])('refuses %s whose payload has another %s', async (event, field, change) => {
    const ran = runHook(runner.hook, await alterPayload(event, change));
    expect(ran).toMatchObject({ status: 1, stdout: expect.stringContaining(`payload contradicts: ${field}.`) });
  });

  it.each(['', '{', '{}{}'])('refuses the payload %j', async (text) => {
    const path = join(folder, 'broken.json');
    await writeFile(path, text);
    expect(runHook(runner.hook, { ...(await describeJob('push')), GITHUB_EVENT_PATH: path }).status).toBe(1);
  });
});
