import { chmod, chown, mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  type RunnerRoot,
  describeJob,
  makeRunnerRoot,
  repository,
  runAs,
  runHook,
  workflowRef,
} from '../fixtures/runner-job.ts';

const line = `${repository} push ${workflowRef}`;
let runner: RunnerRoot;
beforeEach(async () => {
  runner = await makeRunnerRoot([line]);
});
afterEach(() => runner.remove());

const runPush = async (change: Record<string, string> = {}) =>
  runHook(runner.hook, { ...(await describeJob('push')), ...change });
const asRoot = process.getuid?.() === 0 ? describe : describe.skip;

asRoot("the runner's list", () => {
  it('allows what it names, and nothing by likeness', async () => {
    expect((await runPush()).status).toBe(0);
    expect(runHook(runner.hook, await describeJob('schedule'))).toMatchObject({
      status: 1,
      stdout: expect.stringContaining('is not on its list'),
    });
  });

  it.each<[string, string]>([
    ['nothing', ''],
    ['only a comment', '# nobody\n'],
    ['a pattern', `${repository} push ${workflowRef.replace('backup', '*')}\n`],
    ['a tag', `${line.replace('heads', 'tags')}\n`],
    ['another event', `${line.replace(' push ', ' pull_request_target ')}\n`],
    ['a workflow of another repository', `x/y push ${workflowRef}\n`],
    ['a good line and a misspelt one', `${line}\n${line} protcted\n`],
    ['a trailing space', `${line} \n`],
    ['two spaces', `${line.replace(' push', '  push')}\n`],
    ['a carriage return', `${line}\r\n`],
  ])('with %s refuses every job', async (_, text) => {
    await writeFile(runner.list, text);
    expect((await runPush()).status).toBe(1);
  });

  it('may end without a newline', async () => {
    await writeFile(runner.list, line);
    expect((await runPush()).status).toBe(0);
  });

  it('asks for a protected branch where a line says so', async () => {
    await writeFile(runner.list, `${line} protected\n`);
    expect((await runPush({ GITHUB_REF_PROTECTED: 'true' })).status).toBe(0);
    for (const value of ['false', '', 'TRUE']) {
      expect(await runPush({ GITHUB_REF_PROTECTED: value })).toMatchObject({
        status: 1,
        stdout: expect.stringContaining('branch main is not protected'),
      });
    }
  });

  it.each<[string, () => Promise<unknown>]>([
    ['the list is missing', () => rm(runner.list)],
    ['the list is a folder', () => rm(runner.list).then(() => mkdir(runner.list))],
    ["the list is somebody else's", () => chown(runner.list, 65534, 0)],
    ['the group may write the list', () => chmod(runner.list, 0o664)],
    ['others may write the list', () => chmod(runner.list, 0o646)],
    ["the list's folder is somebody else's", () => chown(dirname(runner.list), 65534, 0)],
    ["others may write the list's folder", () => chmod(dirname(runner.list), 0o1777)],
    ['the group may write /etc', () => chmod(dirname(dirname(runner.list)), 0o775)],
    ['others may write the hook', () => chmod(runner.hook, 0o757)],
    ["the hook's folder is somebody else's", () => chown(dirname(runner.hook), 65534, 0)],
    [
      'the list is a link',
      () => rename(runner.list, `${runner.list}.real`).then(() => symlink(`${runner.list}.real`, runner.list)),
    ],
  ])('is worth nothing when %s', async (_, spoil) => {
    await spoil();
    const ran = await runPush();
    expect(ran.status).toBe(1);
    expect(ran.stdout).toMatch(/job refused: .* \/ Runner : job refusé : /);
  });

  it('is worth nothing to an account that cannot read it', async () => {
    await chmod(runner.list, 0o600);
    const asNobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', 'bash', '-e', runner.hook];
    const environment = await describeJob('push');
    expect(runAs(asNobody, environment)).toMatchObject({
      status: 1,
      stdout: expect.stringContaining('cannot be read'),
    });
    await chmod(runner.list, 0o644);
    expect(runAs(asNobody, environment).stdout).not.toContain('its list');
  });

  it('is not found by a hook that lies elsewhere', async () => {
    const elsewhere = `${runner.path}/job-started.sh`;
    await rename(runner.hook, elsewhere);
    expect(runHook(elsewhere, await describeJob('push')).status).toBe(1);
  });
});
