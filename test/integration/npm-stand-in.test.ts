import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { clone, makeProductionMachine, noMachine, type ProductionMachine } from '../fixtures/production-machine.ts';

const form = join(import.meta.dirname, '../../infrastructure/production/forms/npm');

describe('the stand-in for npm', () => {
  let folder: string;
  let program: string;
  const scripts = JSON.parse(readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'continuity-npm-'));
    program = join(folder, 'npm');
    // Here npm itself is there, and would take over.
    const text = readFileSync(form, 'utf8')
      .replaceAll('/usr/bin/npm', '/nonexistent/npm')
      .replace('@node@', process.execPath);
    writeFileSync(program, text, { mode: 0o755 });
    mkdirSync(join(folder, 'app/scripts/dist/continuity'), { recursive: true });
    mkdirSync(join(folder, 'app/deep'));
    writeFileSync(
      join(folder, 'app/package.json'),
      JSON.stringify({ type: 'module', scripts: { ...scripts.scripts, 'dev:odd': 'node a.js && rm -rf b' } }),
    );
    writeFileSync(
      join(folder, 'app/scripts/dist/continuity/index.js'),
      'console.log(JSON.stringify([process.cwd(), ...process.argv.slice(2)])); process.exitCode = 7;',
    );
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const parse = (text: string) => JSON.parse(text) as string[];
  const npm = (words: string[], directory = 'app') =>
    spawnSync(program, words, { cwd: join(folder, directory), encoding: 'utf8' });

  it('runs the script with its arguments as they were typed, and ends with its code', () => {
    const odd = ["it's", 'two words', '$(touch x)', '', 'line\nbreak', '--', '*'];
    const { status, stdout, stderr } = npm(['run', '-s', 'prod:restore', '--', 'latest', '--select', 'app', ...odd]);
    expect([status, stderr]).toEqual([7, '']);
    expect(parse(stdout)).toEqual([join(folder, 'app'), 'restore', 'latest', '--select', 'app', ...odd]);
    expect(parse(npm(['-s', 'run', 'prod:restore', '2026-01-31']).stdout).slice(1)).toEqual(['restore', '2026-01-31']);
    expect(parse(npm(['run', 'dev:logs', '--', 'app'], 'app/deep').stdout)).toEqual([
      join(folder, 'app'),
      'dev',
      'logs',
      'app',
    ]);
  });

  it.each([
    [['run', '-s', 'prod:restore', 'latest', '--select', 'app'], 'npm run -s prod:restore -- latest --select app'],
    [['run', '--yes', 'prod:restore', '--', 'latest'], 'npm'],
    [['install'], 'apt-get install npm'],
    [[], 'apt-get install npm'],
    [['run', 'test'], 'apt-get install npm'],
    [['run', 'dev:odd'], 'apt-get install npm'],
    [['run', 'prod:nothing'], 'no script "prod:nothing"'],
  ])('does nothing for %j, and says what to type', (words, message) => {
    const { status, stdout, stderr } = npm(words);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toContain(message);
  });
});

(noMachine ? describe.skip : describe)('a host whose Node came without npm', () => {
  let machine: ProductionMachine;
  beforeAll(async () => {
    machine = await makeProductionMachine();
    await machine.run(['bash', '-c', 'rm -f /usr/bin/npm /usr/local/bin/npm']);
    await machine.run(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', 'root@vault', '-f', '/root/vault']);
  }, 120_000);
  afterAll(() => machine.remove());

  it('understands the commands of the manual after provisioning', async () => {
    const first = ['--docker', 'no', '--schedule', 'timer', '--vault-host-key', '/root/vault.pub'];
    const { code, stdout } = await machine.provision(first);
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^changed +file \/usr\/local\/bin\/npm: missing$/m)]);
    machine.write(`${clone}/package.json`, readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8'));
    const run = await machine.run(['npm', 'run', '-s', 'prod:backup', '--', '--help'], { directory: clone });
    expect(run).toMatchObject({ code: 0, stdout: expect.stringContaining('backup') });
    expect((await machine.provision(['--check'])).code).toBe(0);
    // Somebody's own is left alone.
    machine.write('/usr/local/bin/npm', '#!/bin/sh\necho mine\n', 0o755);
    expect((await machine.provision()).stdout).not.toContain('/usr/local/bin/npm');
  }, 120_000);
});
