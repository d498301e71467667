import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openDockerGround } from '../fixtures/docker/ground.ts';
import { startServedPlatform, waitFor, type ServedPlatform } from '../fixtures/docker/served-platform.ts';

const ground = await openDockerGround();
const restoreLegacy = ['restore', 'latest', '--select', 'legacy', '--yes', '--no-safety'];
const tree =
  'cd /srv/legacy; for name in $(find . -path "./.continuity-*" -prune -o -type f -print | sort); do echo "$name $(cat $name)"; done';

ground.describe("a restore of files in a service's own container", () => {
  let made: ServedPlatform;
  let archived: string;
  beforeAll(async () => {
    made = await startServedPlatform(ground);
    const { code, stderr } = await made.run(['backup']);
    expect(code === 0 ? '' : stderr).toBe('');
    archived = await made.inside('legacy', tree);
  }, 600_000);
  afterAll(() => made.remove(), 120_000);

  async function spoil(): Promise<string> {
    await made.inside('legacy', 'cd /srv/legacy; echo spoilt >same; rm -rf folder; mkdir -p more; echo x >more/x');
    rmSync(join(made.directory, 'seen/legacy'), { force: true });
    return await made.inside('legacy', tree);
  }

  /** It runs, and its program, started afresh, has read what is there now. */
  async function expectServing(content: string): Promise<void> {
    expect((await made.stateOf('legacy')).state).toBe('running');
    expect(await made.inside('legacy', tree)).toBe(content);
    const left = await made.inside('legacy', 'ls -A /srv/legacy | grep continuity || true');
    expect(left).toBe('');
  }

  it('pauses it, puts them in place, and starts it afresh', async () => {
    const before = await spoil();
    expect(before).not.toBe(archived);
    const { code, stdout, stderr } = await made.run([...restoreLegacy, '--json']);
    expect(code === 0 ? '' : stderr).toBe('');
    const { services } = JSON.parse(stdout) as { services: unknown };
    expect(services).toMatchObject({ stopped: ['legacy'], started: ['legacy'], faults: [] });
    const seen = join(made.directory, 'seen/legacy');
    await waitFor('its program has read them', () => existsSync(seen) && readFileSync(seen, 'utf8') === 'archived\n');
    // What was replaced is kept in there, and goes with forget, although the path that leads there is another by now.
    expect(await made.inside('legacy', 'cat /srv/legacy/.continuity-kept-*/same')).toBe('spoilt\n');
    expect((await made.run(['forget', '--yes'])).code).toBe(0);
    await expectServing(archived);
  }, 300_000);

  it('takes it back, and that as well, by the same way, wherever the container is by then', async () => {
    const about = 'cd /srv/legacy; find . -path "./.continuity-*" -prune -o -printf "%p %y %m %U %G %T@\\n" | sort';
    await spoil();
    const before = [await made.inside('legacy', tree), await made.inside('legacy', about)];
    expect((await made.run(restoreLegacy)).code).toBe(0);
    const after = [await made.inside('legacy', tree), await made.inside('legacy', about)];
    expect(after[0]).toBe(archived);
    for (const expected of [before, after]) {
      const { code, stdout, stderr } = await made.run(['undo', '--yes', '--json']);
      expect(code === 0 ? '' : stderr).toBe('');
      const { services } = JSON.parse(stdout) as { services: unknown };
      expect(services).toMatchObject({ stopped: ['legacy'], started: ['legacy'], faults: [] });
      expect([await made.inside('legacy', tree), await made.inside('legacy', about)]).toEqual(expected);
    }
    // Killed in the middle, it is completed by the next command, and reached in the container that was started again.
    const whole = await made.run(['undo', '--yes']);
    const pause = whole.steps.findIndex((step) => step.includes('container pause'));
    const swapping = whole.steps.findIndex((step, at) => at > pause && step.includes('restore-journal.json'));
    expect((await made.run(['undo', '--yes'], { killAt: swapping + 3 })).signal).toBe('SIGKILL');
    await made.compose('kill', 'legacy').then(() => made.compose('start', 'legacy'));
    const next = await made.run(['undo', '--yes']);
    expect([next.code, next.stderr]).toEqual([9, expect.stringContaining('is complete now')]);
    expect([await made.inside('legacy', tree), await made.inside('legacy', about)]).toEqual(after);
    expect((await made.run(['forget', '--yes'])).code).toBe(0);
    await expectServing(archived);
  }, 300_000);

  it('keeps its program from writing what it knew into what was put in place', async () => {
    await spoil();
    writeFileSync(join(made.directory, 'seen/write'), '');
    await waitFor('it writes', async () => (await made.inside('legacy', 'cat /srv/legacy/same')) === 'known');
    const { code, stderr } = await made.run(restoreLegacy);
    expect(code === 0 ? '' : stderr).toBe('');
    expect((await made.run(['forget', '--yes'])).code).toBe(0);
    await expectServing(archived);
  }, 300_000);

  it('is made good by the next command wherever it was killed, also where the container was started again since', async () => {
    await spoil();
    const whole = await made.run(restoreLegacy);
    expect(whole.code).toBe(0);
    expect((await made.run(['forget', '--yes'])).code).toBe(0);
    const positionOf = (text: string, from = 0) =>
      whole.steps.findIndex((step, position) => position >= from && step.includes(text)) + 1;
    const pause = positionOf('container pause');
    const swapping = positionOf('restore-journal.json', pause);
    const journalGone = whole.steps.findLastIndex((step) => /^rm .*restore-journal\.json/.test(step)) + 1;
    expect(pause > 0 && swapping > pause && journalGone > swapping).toBe(true);
    const seen = new Set<boolean>();
    for (const [killAt, isRestarted] of [
      [pause - 2, true],
      [pause + 1, false],
      [swapping + 1, false],
      [swapping + 3, true],
      [Math.floor((swapping + journalGone) / 2), true],
      [journalGone, false],
      [journalGone + 2, true],
    ] as const) {
      const before = await spoil();
      const { signal, steps } = await made.run(restoreLegacy, { killAt });
      expect(signal).toBe('SIGKILL');
      if (isRestarted) await made.compose('kill', 'legacy').then(() => made.compose('start', 'legacy'));
      const next = await made.run(['forget', '--yes']);
      expect([`killed at ${steps.at(-1)}`, next.code === 0 ? '' : next.stderr]).toEqual([expect.anything(), '']);
      const now = await made.inside('legacy', tree);
      expect([archived, before]).toContain(now);
      expect(killAt <= swapping || now === archived).toBe(true);
      seen.add(now === archived);
      await expectServing(now);
    }
    expect(seen).toEqual(new Set([true, false]));
  }, 600_000);

  it('is completed in a volume without a name, which outlives its container', async () => {
    const restoreNameless = restoreLegacy.map((word) => (word === 'legacy' ? 'nameless' : word));
    const spoilNameless = () => made.inside('legacy', 'cd /srv/nameless; echo spoilt >same; rm -f other');
    await spoilNameless();
    const whole = await made.run(restoreNameless);
    expect(whole.code === 0 ? '' : whole.stderr).toBe('');
    await made.run(['forget', '--yes']);
    const pause = whole.steps.findIndex((step) => step.includes('container pause'));
    const swapping = whole.steps.findIndex((step, at) => at > pause && step.includes('restore-journal.json'));
    await spoilNameless();
    expect((await made.run(restoreNameless, { killAt: swapping + 3 })).signal).toBe('SIGKILL');
    await made.compose('up', '--detach', '--force-recreate', '--no-deps', 'legacy');
    const next = await made.run(['forget', '--yes']);
    expect([next.code, next.stderr]).toEqual([0, expect.not.stringContaining('was made anew')]);
    expect(await made.inside('legacy', 'cd /srv/nameless; ls -A; cat same other')).toBe(
      'other\nsame\narchived\nother\n',
    );
    // What lay in no volume went with the container.
    await made.inside('legacy', 'mkdir -p /srv/legacy/folder; cd /srv/legacy; echo archived >same; echo in >folder/in');
  }, 300_000);

  it('is given up for a container that was made anew, whose files went with it, and nothing else is held up by that', async () => {
    await spoil();
    const whole = await made.run(restoreLegacy);
    const killAt =
      whole.steps.findIndex(
        (step, at) =>
          step.includes('restore-journal.json') &&
          whole.steps.slice(0, at).some((each) => each.includes('container pause')),
      ) + 2;
    await made.run(['forget', '--yes']);
    await spoil();
    expect((await made.run(restoreLegacy, { killAt })).signal).toBe('SIGKILL');
    await made.compose('up', '--detach', '--force-recreate', '--no-deps', 'legacy');
    const next = await made.run(['forget', '--yes']);
    expect([next.code, next.stderr]).toEqual([0, expect.stringContaining('was made anew')]);
    expect((await made.stateOf('legacy')).state).toBe('running');
  }, 300_000);
});
