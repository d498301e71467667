import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { backup, type BackupResult } from '../../src/operations/backup.ts';
import { compileProgram, type CompiledProgram } from '../fixtures/compiled-program.ts';
import { createPlatform, writeFiles, type TestPlatform } from '../fixtures/platform.ts';

const units = join(import.meta.dirname, '../../infrastructure/production');
const HOUR_MS = 3_600_000;

describe('a second trigger beside GitHub (fault 124)', () => {
  let one: TestPlatform;
  let program: CompiledProgram;
  beforeAll(async () => {
    one = await createPlatform({ vault: 'ssh', files: { small: 'content' } });
    program = compileProgram();
  }, 180_000);
  afterAll(async () => {
    program.remove();
    await one.stop();
  });
  const archives = () => readdirSync(one.vaultDirectory).filter((name) => name.startsWith('backup_full'));

  it('makes one archive together with the first, in two processes at once', async () => {
    const words = ['backup', '--nightly', '--wait', '2m', '--json', '--config', one.configPath];
    const ends = await Promise.all([program.run(words), program.run([...words, '--unless-newer', '6h'])]);
    expect(ends.map(({ code, stderr }) => (code === 0 ? '' : stderr))).toEqual(['', '']);
    const results = ends.map(({ stdout }) => JSON.parse(stdout) as BackupResult);
    expect(results.map(({ alreadyThere }) => alreadyThere).sort()).toEqual([false, true]);
    expect(new Set(results.map(({ index }) => index)).size).toBe(1);
    expect(archives()).toHaveLength(1);
  }, 120_000);

  it('does nothing while an archive is younger than that, whatever its name, and makes one as soon as none is', async () => {
    writeFiles(one.uploads, { other: 'more' });
    const made = await backup(one.platform, { trigger: 'manual' });
    const young = await backup(one.platform, { trigger: 'manual', unlessNewerMs: 26 * HOUR_MS });
    expect(young).toMatchObject({ alreadyThere: true, archive: made.archive, index: made.index, sentBytes: 0 });
    await new Promise((resolve) => setTimeout(resolve, 1100));
    const old = await backup(one.platform, { trigger: 'manual', unlessNewerMs: 1000 });
    expect(old).toMatchObject({ alreadyThere: false });
    expect(archives()).toHaveLength(3);
  });

  it('is asked for in words that are checked', async () => {
    const end = await program.run(['backup', '--unless-newer', 'soon', '--config', one.configPath]);
    expect(end).toMatchObject({ code: 2, stderr: expect.stringContaining('--unless-newer: expected a duration') });
  });
});

describe('services that have secrets in memory', () => {
  it('leave none of it on the disk when they crash (fault 127)', () => {
    const infrastructure = join(units, '..');
    const names = readdirSync(infrastructure, { recursive: true, encoding: 'utf8' });
    const services = names
      .filter((name) => name.endsWith('.service'))
      .map((name) => ({ name, text: readFileSync(join(infrastructure, name), 'utf8') }))
      .filter(({ text }) => /^ExecStart=.*(continuity|vault)/m.test(text));
    expect(services.length).toBeGreaterThan(1);
    expect(services.filter(({ text }) => !/^LimitCORE=0$/m.test(text)).map(({ name }) => name)).toEqual([]);
  });
});

const hasSystemd = existsSync('/usr/bin/systemd-analyze');
if (!hasSystemd) console.warn('skipped: systemd-analyze is in the package systemd');
(hasSystemd ? describe : describe.skip)('the timer on the production host', () => {
  const run = (...words: string[]) => execFileSync('systemd-analyze', words, { encoding: 'utf8' });

  it('is one that systemd takes', () => {
    const files = ['skills-hub-backup.service', 'skills-hub-backup.timer'].map((name) => join(units, name));
    expect(run('verify', ...files)).toBe('');
  });

  it('looks once at five in the morning, also on the days when the clocks change (fault 125)', () => {
    const timer = readFileSync(join(units, 'skills-hub-backup.timer'), 'utf8');
    const [, calendar = ''] = /^OnCalendar=(.+)$/m.exec(timer) ?? [];
    expect(timer).toContain('Persistent=true');
    for (const [day, expected] of [
      ['2027-03-28', '03:00:00'],
      ['2027-10-31', '04:00:00'],
    ] as const) {
      const shown = run('calendar', `--base-time=${day} 00:00:00 UTC`, '--iterations=4', calendar);
      const times = [...shown.matchAll(/(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d) UTC/g)].map(([, date, time]) => [
        date,
        time,
      ]);
      expect(times[0]).toEqual([day, expected]);
      expect(times.filter(([date, time]) => date === day && time === expected)).toHaveLength(1);
    }
  });
});
