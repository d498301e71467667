import { describe, expect, it } from '@jest/globals';
import { startWatchWorld, secretToken } from '../fixtures/watch-world.ts';

/** Long enough for the next night, too short for an age to be exceeded. */
const DAY = 23.5;

describe('the issue of the watch', () => {
  it('is none while all is well', async () => {
    await using world = await startWatchWorld();
    world.goodNight();
    world.goodNight();
    world.advance(1);
    const result = await world.look();
    expect(result).toMatchObject({ verdict: 'healthy', findings: [], runner: 'unknown' });
    expect(result.lastBackup?.completedAt).toBe('2026-03-01T03:20:00.000Z');
    expect(result.issue).toBeUndefined();
    expect(world.gitHub.count('POST') + world.gitHub.count('PATCH')).toBe(0);
    // Two workflows, two lists of runs, one of jobs, two of issues.
    expect(world.gitHub.requests).toHaveLength(7);
  });

  it('is one with two comments, closed, after two failures and a recovery', async () => {
    await using world = await startWatchWorld();
    const { gitHub } = world;
    world.goodNight();
    world.advance(DAY);
    const first = world.badNight();
    expect((await world.look()).issue).toMatchObject({ number: 1, action: 'opened' });
    world.advance(1);
    const second = world.badNight();
    expect((await world.look()).issue).toMatchObject({ number: 1, action: 'commented' });
    world.advance(1);
    world.goodNight();
    const result = await world.look();
    expect(result).toMatchObject({ verdict: 'healthy', issue: { number: 1, action: 'closed' } });

    expect(gitHub.issues.all).toHaveLength(1);
    const [issue] = gitHub.issues.all;
    expect(issue).toMatchObject({ state: 'closed', state_reason: 'completed', labels: [{ name: 'continuity' }] });
    expect(issue?.comments).toHaveLength(2);
    expect(issue?.body).toContain(`https://github.example/acme/hub/actions/runs/${first.id}/attempts/1`);
    expect(issue?.comments[0]?.body).toContain(`/actions/runs/${second.id}/attempts/1`);
    expect(issue?.comments[1]?.body).toMatch(/Durée de la panne : 2 h 20 min[^]*It lasted: 2 h 20 min/);
    expect(issue?.comments[1]?.body).toContain('The newest run succeeded.');
    // French comes first.
    expect(issue?.body.indexOf('Les sauvegardes')).toBeLessThan(issue?.body.indexOf('Backups are failing') ?? 0);
    expect(JSON.stringify(gitHub.issues.all) + world.said.join()).not.toContain(secretToken);

    world.advance(1);
    expect((await world.look()).issue).toBeUndefined();
    expect(issue?.comments).toHaveLength(2);
  });

  it('tells a standing failure once, however often it is looked at', async () => {
    await using world = await startWatchWorld();
    world.badNight();
    for (let count = 0; count < 4; count += 1) {
      world.advance(3);
      await world.look();
    }
    expect(world.gitHub.count('POST')).toBe(1);
    expect(world.gitHub.issues.all[0]?.comments).toEqual([]);
    expect((await world.look()).issue?.action).toBe('unchanged');
  });

  it('opens a new one for a failure after a recovery', async () => {
    await using world = await startWatchWorld();
    world.badNight();
    await world.look();
    world.goodNight();
    await world.look();
    world.badNight();
    expect((await world.look()).issue).toMatchObject({ number: 2, action: 'opened' });
  });

  it('tells a second failed attempt of the same run', async () => {
    await using world = await startWatchWorld();
    world.goodNight();
    const run = world.badNight();
    await world.look();
    // Tried again: while it runs, the first attempt is the newest that finished.
    const finished = { ...run, jobs: [] };
    Object.assign(run, { run_attempt: 2, status: 'in_progress', conclusion: null, attempts: [finished] });
    expect((await world.look()).issue?.action).toBe('unchanged');
    Object.assign(run, { status: 'completed', conclusion: 'failure' });
    expect((await world.look()).issue?.action).toBe('commented');
  });

  it('is opened again when somebody closed it while the same failure stands, and stays one', async () => {
    await using world = await startWatchWorld();
    world.badNight();
    await world.look();
    const issue = world.gitHub.issues.all[0]!;
    issue.state = 'closed';
    expect((await world.look()).issue).toMatchObject({ number: 1, action: 'reopened' });
    expect(issue).toMatchObject({ state: 'open', state_reason: 'reopened' });
    expect(issue.comments).toHaveLength(1);
    expect(issue.comments[0]?.body).toContain('closed by hand');
    expect((await world.look()).issue?.action).toBe('unchanged');
    expect(world.gitHub.issues.all).toHaveLength(1);
  });

  it('is a new one when somebody closed the last one, and something else fails', async () => {
    await using world = await startWatchWorld();
    world.goodNight();
    world.badNight();
    await world.look();
    world.gitHub.issues.all[0]!.state = 'closed';
    world.badNight();
    expect((await world.look()).issue).toMatchObject({ number: 2, action: 'opened' });
  });

  it('only closes what an earlier look said was over, and did not come to close', async () => {
    await using world = await startWatchWorld();
    world.badNight();
    await world.look();
    world.goodNight();
    world.gitHub.disturb = ({ method }) => (method === 'PATCH' ? { status: 500 } : undefined);
    const result = await world.look();
    expect(result.issueProblem?.message).toContain('HTTP 500 (PATCH');
    world.gitHub.disturb = () => undefined;
    expect((await world.look()).issue?.action).toBe('closed');
    expect(world.gitHub.issues.all[0]?.comments).toHaveLength(1);
  });

  it('is the older of two that a race opened; the other is closed with a pointer', async () => {
    await using world = await startWatchWorld();
    world.badNight();
    await world.look();
    const [first] = world.gitHub.issues.all;
    world.advance(1);
    const second = world.gitHub.issues.add({ body: first!.body, labels: [{ name: 'continuity' }] });
    expect((await world.look()).issue).toMatchObject({ number: 1, action: 'unchanged' });
    expect(second).toMatchObject({ state: 'closed', state_reason: 'not_planned' });
    expect(second.comments.map(({ body }) => body.split('\n')[0])).toEqual(['Doublon de #1, qui continue.']);
  });
});
