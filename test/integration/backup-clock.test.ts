import { readdirSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { BackupResult } from '../../src/operations/backup.ts';
import { compileProgram, type CompiledProgram } from '../fixtures/compiled-program.ts';
import { createPlatform, writeFiles, type TestPlatform } from '../fixtures/platform.ts';

let program: CompiledProgram;
beforeAll(() => void (program = compileProgram()));
afterAll(() => program.remove());

let one: TestPlatform;
beforeEach(async () => {
  one = await createPlatform({ files: { small: 'content' } });
});
afterEach(() => one.stop());

const archives = () =>
  readdirSync(one.vaultDirectory)
    .filter((name) => name.startsWith('backup_full'))
    .sort();

/** A run whose host and vault have this clock, UTC, on a host that lives in another time zone. */
async function runAt(now: string, words: string[], zone = 'America/New_York'): Promise<BackupResult> {
  const { code, stdout, stderr } = await program.run(['backup', ...words, '--json', '--config', one.configPath], {
    env: { FAKE_NOW: now, TZ: zone },
    preload: 'test/fixtures/fake-clock.mjs',
  });
  expect([code, stderr.match(/error: .*/)?.[0]]).toEqual([0, undefined]);
  return JSON.parse(stdout) as BackupResult;
}

const github = ['--nightly'];
/** What the timer on the production host runs: infrastructure/production/skills-hub-backup.service. */
const timer = ['--nightly', '--unless-newer', '6h'];

describe('nights on which the clocks change (fault 125)', () => {
  // 03:00 and 05:00 in Paris, the days before, of and after the change, as UTC.
  it.each([
    [
      'forward, 29 March',
      ['2026-03-28', '2026-03-28T02:00:00Z', '2026-03-28T04:00:00Z'],
      ['2026-03-29', '2026-03-29T01:00:00Z', '2026-03-29T03:00:00Z'],
      ['2026-03-30', '2026-03-30T01:00:00Z', '2026-03-30T03:00:00Z'],
    ],
    [
      'back, 25 October',
      ['2026-10-24', '2026-10-24T01:00:00Z', '2026-10-24T03:00:00Z'],
      ['2026-10-25', '2026-10-25T02:00:00Z', '2026-10-25T04:00:00Z'],
      ['2026-10-26', '2026-10-26T02:00:00Z', '2026-10-26T04:00:00Z'],
    ],
  ])('%s: have one archive each, of two triggers', async (_change, ...nights) => {
    const expected: string[] = [];
    for (const [date = '', atThree = '', atFive = ''] of nights) {
      writeFiles(one.uploads, { [`of ${date}`]: date });
      const made = await runAt(atThree, github);
      expect(made).toMatchObject({ archive: `backup_full_${date}.tar.gz`, alreadyThere: false });
      expect(await runAt(atFive, timer)).toMatchObject({ archive: made.archive, alreadyThere: true });
      expected.push(made.archive);
      expect(archives()).toEqual(expected);
    }
  });

  it('run once where 02:30 comes twice, on a host that starts them by its own clock', async () => {
    const first = await runAt('2026-10-25T00:30:00Z', github, 'Europe/Paris');
    const second = await runAt('2026-10-25T01:30:00Z', github, 'Europe/Paris');
    expect([first.alreadyThere, second.alreadyThere]).toEqual([false, true]);
    expect(archives()).toEqual(['backup_full_2026-10-25.tar.gz']);
  });

  it('are not skipped where 02:30 does not come, and cron starts at 03:00 what it missed', async () => {
    await runAt('2026-03-28T01:30:00Z', github, 'Europe/Paris');
    await runAt('2026-03-29T01:00:00Z', github, 'Europe/Paris');
    await runAt('2026-03-30T00:30:00Z', github, 'Europe/Paris');
    expect(archives()).toEqual(['28', '29', '30'].map((day) => `backup_full_2026-03-${day}.tar.gz`));
  });

  it('give runs by hand names of their own, also in the hour that comes twice', async () => {
    // Names go by the local time, and nothing is overwritten.
    const first = await runAt('2026-10-25T00:30:00Z', []);
    const second = await runAt('2026-10-25T01:30:00Z', []);
    expect(first.alreadyThere).toBe(false);
    expect(second.alreadyThere).toBe(false);
    expect(archives()).toHaveLength(2);
    expect(first.archive).toMatch(/^backup_full_2026-10-25_02-30-\d\d\.tar\.gz$/);
  });
});

describe('a night on which GitHub does not start the backup (fault 124)', () => {
  it('is made up for by the timer, once, and GitHub coming late finds it', async () => {
    await runAt('2026-11-20T02:00:00Z', github);
    // 03:00 on the 21st: nothing. The timer at 05:00, and again at 09:00; GitHub at 11:47.
    const madeUp = await runAt('2026-11-21T04:00:00Z', timer);
    expect(madeUp).toMatchObject({ archive: 'backup_full_2026-11-21.tar.gz', alreadyThere: false });
    expect(await runAt('2026-11-21T08:00:00Z', timer)).toMatchObject({ alreadyThere: true });
    expect(await runAt('2026-11-21T10:47:00Z', github)).toMatchObject({ alreadyThere: true, index: madeUp.index });
    expect(archives()).toHaveLength(2);
  });

  it('is noticed 26 h after the last archive, and not before', async () => {
    const last = await runAt('2026-11-20T02:00:00Z', github);
    const watch = ['--unless-newer', '26h'];
    expect(await runAt('2026-11-21T03:59:00Z', watch)).toMatchObject({ alreadyThere: true, archive: last.archive });
    expect(await runAt('2026-11-21T04:01:00Z', watch)).toMatchObject({ alreadyThere: false });
    // What that made stands for the next 26 h.
    expect(await runAt('2026-11-22T05:59:00Z', watch)).toMatchObject({ alreadyThere: true });
    expect(archives()).toHaveLength(2);
  });
});
