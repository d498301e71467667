import { describe, expect, it } from '@jest/globals';
import type { WatchResult } from '../../src/operations/watch.ts';
import { repositoryId } from '../fixtures/github-api.ts';
import { makeJob, startWatchWorld } from '../fixtures/watch-world.ts';

const keysOf = ({ findings }: WatchResult) => findings.map(({ key }) => key);

describe('the age of the newest success', () => {
  it('may be exactly the allowed one, and not a millisecond more', async () => {
    await using world = await startWatchWorld();
    const { id } = world.goodNight();
    world.advance(26);
    expect(keysOf(await world.look())).toEqual([]);
    world.advance(1 / 3_600_000);
    const result = await world.look();
    expect(keysOf(result)).toEqual([`age:backup:${id}`, `age:verification:${id}`]);
    expect(result.findings[0]?.what.english).toContain('the last one ended at 2026-03-01 03:10 UTC (26 h 00 min ago)');
  });

  it('is that of the job, not of the run: a backup counts though its verification fails', async () => {
    await using world = await startWatchWorld();
    const { id } = world.run('backup.yml', { 'Back up': 'success', Verify: 'failure' });
    const result = await world.look();
    expect(result.lastBackup?.runId).toBe(id);
    expect(keysOf(result)).toEqual([`run:${id}:1`, 'age:verification:']);
  });

  it('counts jobs of reusable workflows by the end of their name, and no other', async () => {
    await using world = await startWatchWorld();
    world.run('backup.yml', { 'production / Back up': 'success', 'production / Verify': 'success' });
    expect((await world.look()).lastBackup?.job).toBe('production / Back up');
    world.gitHub.workflows['backup.yml']!.runs.pop();
    world.run('backup.yml', { 'Do not Back up': 'success', 'Verify nothing': 'success' });
    expect(keysOf(await world.look())).toEqual(['age:backup:', 'age:verification:']);
  });

  it('is found in an older run that somebody ran again', async () => {
    await using world = await startWatchWorld();
    const again = world.badNight();
    world.badNight();
    world.advance(30);
    const ended = world.now().toISOString();
    Object.assign(again, { run_attempt: 2, conclusion: 'success', run_started_at: ended, updated_at: ended });
    again.jobs = ['Back up', 'Verify'].map((name) => makeJob(name, 'success', { began: ended, ended }));
    expect(await world.look()).toMatchObject({ verdict: 'healthy', lastBackup: { runId: again.id } });
  });

  it('is found in a first attempt while the second one runs', async () => {
    await using world = await startWatchWorld();
    const run = world.goodNight();
    Object.assign(run, { run_attempt: 2, status: 'in_progress', conclusion: null, attempts: [{ ...run, jobs: [] }] });
    expect(await world.look()).toMatchObject({ verdict: 'healthy', lastBackup: { runId: run.id } });
  });

  it('is looked for a little beyond what is allowed, to say when it was, and not for ever', async () => {
    await using world = await startWatchWorld();
    const { id } = world.goodNight();
    for (let count = 0; count < 11; count += 1) world.badNight();
    world.advance(100);
    expect((await world.look()).lastBackup?.runId).toBe(id);
    world.advance(-100);
    world.badNight();
    world.advance(100);
    const result = await world.look();
    expect(result.lastBackup).toBeUndefined();
    // It was told with its last success: that this can no longer be found is no news.
    expect(result.issue?.action).toBe('commented');
    expect(world.gitHub.issues.all[0]?.comments[0]?.body).not.toContain('age:');
  });

  it('is looked for without asking for the jobs of hundreds of runs', async () => {
    await using world = await startWatchWorld();
    for (let count = 0; count < 230; count += 1) world.badNight();
    const result = await world.look({ maximumAgeMs: 60 * 3_600_000 });
    expect(result.verdict).toBe('failing');
    expect(world.gitHub.count('GET', '/jobs')).toBe(60);
    expect(world.gitHub.count('GET', 'backup.yml/runs')).toBe(3);
  });
});

describe('a run that went wrong', () => {
  it.each(['failure', 'cancelled', 'timed_out'])('is a finding where it is the newest: %s', async (conclusion) => {
    await using world = await startWatchWorld();
    world.goodNight();
    const run = world.run('backup.yml', { 'Back up': conclusion });
    expect(keysOf(await world.look())).toEqual([`run:${run.id}:1`]);
  });

  it('is healed by a success that followed, in its own workflow', async () => {
    await using world = await startWatchWorld();
    world.badNight();
    world.goodNight();
    expect((await world.look()).verdict).toBe('healthy');
  });

  it('is healed by a verification by hand, in another workflow, but by none that came before', async () => {
    await using world = await startWatchWorld();
    world.run('verify.yml', { Verify: 'success' });
    const { id } = world.run('backup.yml', { 'Back up': 'success', Verify: 'failure' });
    expect(keysOf(await world.look())).toEqual([`run:${id}:1`]);
    world.run('verify.yml', { Verify: 'success' });
    expect((await world.look()).verdict).toBe('healthy');
  });

  it('of a verification in a workflow of its own is healed there alone, and not by the next night', async () => {
    await using world = await startWatchWorld();
    const { id } = world.run('verify.yml', { Verify: 'failure' });
    world.goodNight();
    expect(keysOf(await world.look())).toEqual([`run:${id}:1`]);
    world.run('verify.yml', { Verify: 'success' });
    expect((await world.look()).verdict).toBe('healthy');
  });

  it('without any job, because the workflow file is broken, is a finding as well', async () => {
    await using world = await startWatchWorld();
    world.goodNight();
    const run = world.run('backup.yml', {}, { conclusion: 'startup_failure' });
    expect(keysOf(await world.look())).toEqual([`run:${run.id}:1`]);
  });
});

describe('a run that waits for a runner', () => {
  it('is a finding after two hours, and only then', async () => {
    await using world = await startWatchWorld();
    world.goodNight();
    const began = world.now().toISOString();
    const waiting = world.run('backup.yml', {}, { status: 'queued', conclusion: null, run_started_at: began });
    waiting.jobs = [{ name: 'Back up', status: 'queued', conclusion: null, created_at: began, completed_at: null }];
    world.advance(2 - 10 / 60);
    expect(keysOf(await world.look())).toEqual([]);
    world.advance(0.001);
    expect(keysOf(await world.look())).toEqual([`queued:${waiting.id}:1`]);
  });

  it('is none while it waits for its turn or for an approval', async () => {
    await using world = await startWatchWorld();
    world.goodNight();
    const began = world.now().toISOString();
    const waiting = world.run('backup.yml', {}, { status: 'pending', conclusion: null });
    waiting.jobs = [{ name: 'Back up', status: 'pending', conclusion: null, created_at: began, completed_at: null }];
    world.advance(5);
    expect((await world.look()).verdict).toBe('healthy');
  });
});

describe('a workflow', () => {
  it.each([
    ['disabled_inactivity', '60 days without activity'],
    ['disabled_manually', 'by hand'],
  ])('that is %s is a finding that says how to enable it', async (state, why) => {
    await using world = await startWatchWorld();
    world.goodNight();
    world.gitHub.workflows['backup.yml']!.state = state;
    const { findings } = await world.look();
    expect(findings.map(({ key }) => key)).toEqual([`workflow:backup.yml:${state}`]);
    expect(findings[0]?.what.english).toContain(why);
    expect(findings[0]?.next.english).toContain('gh workflow enable backup.yml');
  });

  it('that is missing is a finding; a repository that the token cannot see is a failure', async () => {
    await using world = await startWatchWorld();
    world.goodNight();
    delete world.gitHub.workflows['verify.yml'];
    expect(keysOf(await world.look())).toEqual(['workflow:verify.yml:missing']);
    await expect(world.look({ repository: 'acme/other' })).rejects.toThrow(
      'HTTP 404, not found, or not visible for this token (GET /repos/{owner}/{repo}: Not Found)',
    );
  });
});

describe('the runner', () => {
  const runner = (status: string, label: string) => ({ name: 'r', status, labels: [{ name: label }] });

  it.each([
    ['online', [runner('offline', 'skills-hub-production'), runner('online', 'Skills-Hub-Production')], []],
    ['offline', [runner('offline', 'skills-hub-production')], ['runner:skills-hub-production:offline']],
    ['absent', [runner('online', 'skills-hub-dev')], ['runner:skills-hub-production:absent']],
  ])('is %s', async (state, runners, keys) => {
    await using world = await startWatchWorld();
    world.goodNight();
    world.gitHub.runners = runners;
    const result = await world.look({ runnerToken: 'ghp_runner' });
    expect([result.runner, keysOf(result)]).toEqual([state, keys]);
    const [asked] = world.gitHub.requests.filter(({ path }) => path.endsWith('/runners'));
    expect(asked?.authorization).toBe('token ghp_runner');
  });

  it.each([403, 404])('is unknown, with a warning, where the token may not list runners: %d', async (status) => {
    await using world = await startWatchWorld();
    world.goodNight();
    world.gitHub.disturb = ({ path }) => (path.endsWith('/runners') ? { status } : undefined);
    expect(await world.look({ runnerToken: 'ghp_runner' })).toMatchObject({ verdict: 'healthy', runner: 'unknown' });
    expect(world.said.join('\n')).toMatch(/warning: Nobody looks whether the runner is online: .*administration: read/);
  });

  it('is a finding where its token was revoked', async () => {
    await using world = await startWatchWorld();
    world.goodNight();
    world.gitHub.disturb = ({ authorization }) => (authorization === 'token ghp_runner' ? { status: 401 } : undefined);
    expect(keysOf(await world.look({ runnerToken: 'ghp_runner' }))).toEqual(['runner-token:refused']);
  });

  it('is nobody asked for without a token', async () => {
    await using world = await startWatchWorld();
    world.goodNight();
    expect((await world.look()).runner).toBe('unknown');
    expect(world.gitHub.count('GET', '/runners')).toBe(0);
    expect(world.gitHub.workflows['backup.yml']?.runs[0]?.repository.id).toBe(repositoryId);
  });
});
