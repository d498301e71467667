import { execFile } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { BenchResult } from '../../scripts/bench/play.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../..');
const program = ['--import', './scripts/typescript.mjs', 'scripts/bench.ts'];

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'continuity-benched-'));
  // Root's PostgreSQL runs as another user.
  chmodSync(folder, 0o755);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('npm run bench', () => {
  it('measures ours and a plain script at a small shape, proves both backups, and leaves nothing', async () => {
    const json = join(folder, 'bench.json');
    const shape = ['--files', '20', '--size', '2MB', '--database-size', '400KB', '--repeat', '1'];
    const choice = ['--only', 'ours,plain', '--file-systems', 'ext4', '--directory', folder, '--json', json];
    const { stdout, stderr } = await run(process.execPath, [...program, ...shape, ...choice], { cwd: root });
    const result = JSON.parse(readFileSync(json, 'utf8')) as BenchResult;
    expect(readdirSync(folder)).toEqual(['bench.json']);
    expect(stderr).toContain('plain restores all of it, byte for byte');
    expect(stderr).toContain('ours-ext4 restores all of it, byte for byte');

    expect(result.results.map(({ entrant, stage }) => `${entrant}, ${stage}`)).toEqual([
      ...['plain, first night', 'ours-ext4, first night'],
      ...['plain, second night', 'ours-ext4, second night'],
    ]);
    const [plainFirst, oursFirst, plainSecond, oursSecond] = result.results.map(({ medians }) => medians);
    for (const figures of [plainFirst, oursFirst]) {
      // What does not compress has to travel, and to be stored.
      expect(figures?.sentBytes).toBeGreaterThan(1_900_000);
      expect(figures?.sentBytes).toBeLessThan(3_000_000);
      expect(figures?.storedBytes).toBeGreaterThan(1_900_000);
    }
    for (const figures of [plainFirst, oursFirst, plainSecond, oursSecond]) {
      expect(figures?.wallMs).toBeGreaterThan(100);
      expect(figures?.clientCpuMs).toBeGreaterThan(20);
      expect(figures?.vaultCpuMs).toBeGreaterThan(10);
      expect(figures?.clientPeakBytes).toBeGreaterThan(1e6);
      expect(figures?.vaultPeakBytes).toBeLessThan(3e8);
    }
    expect(plainSecond?.sentBytes).toBeGreaterThan(1_900_000);
    expect(oursSecond?.sentBytes).toBeLessThan(1_000_000);
    expect(result.ratios.map(({ stage, to }) => `${stage} ${to}`)).toEqual(['first night plain', 'second night plain']);
    expect(stdout).toMatch(/^second night +ours-ext4 /m);
    expect(stdout).toMatch(/^ours-ext4 +second night, time to the plain script +0\.0333 /m);
  }, 180_000);

  it('refuses shapes that do not fit the disk', async () => {
    const args = [...program, '--size', '900TB', '--directory', folder];
    const refused = { code: 7, stderr: expect.stringContaining('the bench may need') };
    await expect(run(process.execPath, args, { cwd: root })).rejects.toMatchObject(refused);
    expect(readdirSync(folder)).toEqual([]);
  });
});
