import { describe, expect, it } from '@jest/globals';
import type { WatchResult } from '../../src/operations/watch.ts';
import { summarizeWatch } from '../../src/report/summary/watch-summary.ts';
import { startWatchWorld, type WatchWorld } from '../fixtures/watch-world.ts';

const MILLISECOND_IN_HOURS = 1 / 3_600_000;
const WEEK_AND_DAY_IN_HOURS = 8 * 24;

const keysOf = ({ findings }: WatchResult) => findings.map(({ key }) => key);
const verifyAll = (world: WatchWorld, conclusion = 'success') => world.run('verify.yml', { Verify: conclusion });

/** Nights go on as ever, so that nothing else is wrong when a look follows. */
function passHours(world: WatchWorld, hours: number): void {
  const endMs = world.now().getTime() + hours * 3_600_000;
  const leftInHours = () => (endMs - world.now().getTime()) / 3_600_000;
  while (leftInHours() > 1) {
    world.goodNight();
    world.advance(Math.min(23, leftInHours()));
  }
}

describe('the full verification', () => {
  it('may be exactly 8 days old, and not a millisecond more, however recent the verification of last night is', async () => {
    await using world = await startWatchWorld();
    const { id } = verifyAll(world);
    passHours(world, WEEK_AND_DAY_IN_HOURS);
    const healthy = await world.look();
    expect(keysOf(healthy)).toEqual([]);
    expect(healthy.lastFullVerification).toMatchObject({ runId: id, workflow: 'verify.yml' });
    expect(healthy.lastVerification?.workflow).toBe('backup.yml');

    world.advance(MILLISECOND_IN_HOURS);
    const { findings } = await world.look();
    expect(findings.map(({ key }) => key)).toEqual([`age:full-verification:${id}`]);
    expect(findings[0]?.what).toEqual({
      french:
        'Aucune vérification complète réussie depuis plus de 8 j 0 h : la dernière date du 2026-03-01 03:10 UTC (il y a 8 j 0 h).',
      english:
        'No successful full verification for more than 8 d 0 h: the last one ended at 2026-03-01 03:10 UTC (8 d 0 h ago).',
    });
    expect(findings[0]?.next.english).toContain('Open the runs of `verify.yml`');
  });

  it('has an age of its own, and does not lend it to the verification', async () => {
    await using world = await startWatchWorld();
    const { id } = verifyAll(world);
    world.advance(27);
    world.run('backup.yml', { 'Back up': 'success' });
    expect(keysOf(await world.look())).toEqual([`age:verification:${id}`]);
    expect(keysOf(await world.look({ fullVerifyMaximumAgeMs: 3_600_000 }))).toEqual([
      `age:verification:${id}`,
      `age:full-verification:${id}`,
    ]);
  });

  it('is not due while its workflow is younger than that: a new set-up does not fail before its first Sunday', async () => {
    await using world = await startWatchWorld();
    passHours(world, WEEK_AND_DAY_IN_HOURS);
    expect(await world.look()).toMatchObject({ verdict: 'healthy', findings: [] });
    expect(world.said).toContain('info: last full-verification: none yet, and none is due');
    world.advance(MILLISECOND_IN_HOURS);
    const result = await world.look();
    expect(keysOf(result)).toEqual(['age:full-verification:']);
    expect(result.findings[0]?.what.english).toContain('none was found');
  });

  it('that failed is a finding in a new set-up as well', async () => {
    await using world = await startWatchWorld();
    world.goodNight();
    const { id } = verifyAll(world, 'failure');
    expect(keysOf(await world.look())).toEqual([`run:${id}:1`]);
  });

  it('was due where one of its workflows is old, or of an age that nobody tells; one that is missing is the cause alone', async () => {
    await using world = await startWatchWorld();
    world.goodNight();
    const fullVerifyJobs = ['verify.yml/Verify', 'other.yml/Verify'];
    const { workflows } = world.gitHub;
    expect(keysOf(await world.look({ fullVerifyJobs }))).toEqual(['workflow:other.yml:missing']);
    workflows['other.yml'] = { state: 'active', created_at: '2025-01-01T00:00:00.000+01:00', runs: [] };
    expect(keysOf(await world.look({ fullVerifyJobs }))).toEqual(['age:full-verification:']);
    delete workflows['verify.yml']!.created_at;
    expect(keysOf(await world.look())).toEqual(['age:full-verification:']);
  });

  it('that never runs opens one issue, told once, and closes it once it ran', async () => {
    await using world = await startWatchWorld();
    passHours(world, WEEK_AND_DAY_IN_HOURS + 1);
    expect((await world.look()).issue).toMatchObject({ number: 1, action: 'opened' });
    for (let count = 0; count < 3; count += 1) {
      passHours(world, 24);
      expect((await world.look()).issue).toMatchObject({ number: 1, action: 'unchanged' });
    }
    verifyAll(world);
    const result = await world.look();
    expect(result).toMatchObject({ verdict: 'healthy', issue: { number: 1, action: 'closed' } });
    const { all } = world.gitHub.issues;
    expect(all.map(({ comments }) => comments.length)).toEqual([1]);
    expect(all[0]?.comments[0]?.body).toMatch(
      /Aucune vérification complète n’est en retard\.[^]*Dernière vérification complète : \[2026-03-12/,
    );
    expect(all[0]?.comments[0]?.body).toMatch(/No full verification is overdue\.[^]*Last full verification: \[2026-/);
  });

  it('joins the issue that is open, with one comment', async () => {
    await using world = await startWatchWorld();
    verifyAll(world);
    world.goodNight();
    world.advance(30);
    expect((await world.look()).issue).toMatchObject({ number: 1, action: 'opened' });
    world.advance(WEEK_AND_DAY_IN_HOURS);
    expect((await world.look()).issue).toMatchObject({ number: 1, action: 'commented' });
    expect(world.gitHub.issues.all.map(({ comments }) => comments.length)).toEqual([1]);
    expect(world.gitHub.issues.all[0]?.comments[0]?.body).not.toMatch(/told age:(backup|verification):/);
  });

  it('is looked for without asking for the jobs of hundreds of runs, and costs the others none of theirs', async () => {
    await using world = await startWatchWorld();
    for (let count = 0; count < 230; count += 1) verifyAll(world, 'failure');
    const { id } = world.goodNight();
    const result = await world.look();
    expect(keysOf(result)).toContain('run:9000000230:1');
    expect([result.lastBackup?.runId, result.lastVerification?.runId]).toEqual([id, id]);
    // 60 of verify.yml, and the night.
    expect(world.gitHub.count('GET', '/jobs')).toBe(61);
    expect(world.gitHub.count('GET', 'verify.yml/runs')).toBe(3);
  });

  it('stands in the summary beside the other two', async () => {
    await using world = await startWatchWorld();
    world.goodNight();
    expect(summarizeWatch(await world.look())).toContain('| Last full verification | none found |');
    verifyAll(world);
    const summary = summarizeWatch(await world.look());
    expect(summary).toMatch(/\| Last full verification \| \[`2026-03-01 [^|]*\]\(https:[^|]*, 0\.0 s ago, `Verify` \|/);
    expect(summary).toContain('| Allowed age of a full verification | 8 d 0 h |');
  });
});
