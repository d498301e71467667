import { describe, expect, it } from '@jest/globals';
import { startWatchWorld } from '../fixtures/watch-world.ts';

const outsider = { user: { login: 'mallory', type: 'User' }, author_association: 'NONE' };

describe('what outsiders write', () => {
  it('is no issue of the watch, with its marker and even with its label', async () => {
    await using world = await startWatchWorld();
    world.badNight();
    await world.look();
    const [own] = world.gitHub.issues.all;
    own!.state = 'closed';
    own!.body = '';
    const body = world.gitHub.requests.find(({ method }) => method === 'POST')?.body?.['body'] as string;
    const unlabelled = world.gitHub.issues.add({ body, ...outsider });
    const labelled = world.gitHub.issues.add({ body, ...outsider, labels: [{ name: 'continuity' }] });
    expect((await world.look()).issue).toMatchObject({ number: 4, action: 'opened' });
    expect([unlabelled, labelled].map(({ state, comments }) => [state, comments.length])).toEqual([
      ['open', 0],
      ['open', 0],
    ]);
    expect(world.said.join('\n')).toContain('written by an outsider: ignored');
  });

  it('tells nothing in comments, however it looks', async () => {
    await using world = await startWatchWorld();
    world.badNight();
    await world.look();
    const [issue] = world.gitHub.issues.all;
    const next = world.badNight();
    issue!.comments.push({ body: `<!-- continuity-watch told run:${next.id}:1 -->`, ...outsider });
    issue!.comments.push({ body: '<!-- continuity-watch settled -->', ...outsider });
    expect((await world.look()).issue).toMatchObject({ number: 1, action: 'commented' });
  });

  it('counts as a backup neither from a fork that calls its branch main, nor from a pull request', async () => {
    await using world = await startWatchWorld();
    const jobs = { 'Back up': 'success', Verify: 'success' };
    world.run('backup.yml', jobs, { event: 'push', head_repository: { id: 666 } });
    world.run('backup.yml', jobs, { event: 'pull_request', head_repository: { id: 666 } });
    world.run('backup.yml', jobs, { event: 'pull_request' });
    world.run('backup.yml', jobs, { head_repository: null });
    world.run('backup.yml', jobs, { head_branch: 'develop' });
    const result = await world.look();
    expect(result.lastBackup).toBeUndefined();
    expect(result.findings.map(({ key }) => key)).toEqual(['age:backup:', 'age:verification:']);
    expect(world.gitHub.count('GET', '/jobs')).toBe(0);
  });

  it('pings nobody and ends no marker from names of jobs', async () => {
    await using world = await startWatchWorld();
    world.run('backup.yml', { '@acme/all `x` --> <img src=x> #1 | Back up': 'failure' });
    await world.look();
    const { body } = world.gitHub.issues.all[0]!;
    const outsideCode = body.replace(/`[^`\n]*`/g, '').replace(/^<!-- .* -->$/gm, '');
    expect(outsideCode).not.toMatch(/@|<img|-->|#1/);
    expect(body).toContain('@acme/all');
  });
});

describe('an issue that lost its label', () => {
  it('is found and labelled again', async () => {
    await using world = await startWatchWorld();
    world.badNight();
    await world.look();
    const [issue] = world.gitHub.issues.all;
    issue!.labels = [];
    expect((await world.look()).issue).toMatchObject({ number: 1, action: 'unchanged' });
    expect(issue!.labels).toEqual([{ name: 'continuity' }]);
  });

  it('because the token may set none is said loudly, and no other is opened in each run', async () => {
    await using world = await startWatchWorld();
    const { issues } = world.gitHub;
    issues.dropsLabels = true;
    issues.author = { login: 'reader', type: 'User', association: 'NONE' };
    world.badNight();
    for (let count = 0; count < 3; count += 1) expect((await world.look()).issue?.number).toBe(1);
    expect(world.said.filter((line) => line.startsWith('error: Issue 1 has no label "continuity"'))).toHaveLength(3);
    world.goodNight();
    expect((await world.look()).issue).toMatchObject({ number: 1, action: 'closed' });
    expect(issues.all).toHaveLength(1);
  });
});
