import { spawn } from 'node:child_process';
import { readFileSync, readdirSync, rmSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { clone, makeProductionMachine, noMachine, type ProductionMachine } from '../fixtures/production-machine.ts';

if (noMachine) console.warn(`skipped: ${noMachine}`);

const script = `${clone}/infrastructure/backup_production.sh`;
// What cron hands over, and nothing else.
const bare = { PATH: '/usr/bin:/bin', HOME: '/root', LOGNAME: 'root', SHELL: '/bin/sh' };
const CONFIG = `root: /srv/skills-hub
databases: {}
files:
  uploads: { path: uploads }
vault: { path: /srv/vault/backups }
`;

// The machine has no network at all: neither GitHub nor anything else can be reached.
(noMachine ? describe.skip : describe)('backup_production.sh', () => {
  let machine: ProductionMachine;
  const archives = () =>
    readdirSync(machine.path('/srv/vault/backups')).filter((name) => name.startsWith('backup_full'));
  const today = async () => (await machine.run(['date', '+%F'], { environment: { TZ: 'Europe/Paris' } })).stdout.trim();

  beforeEach(async () => {
    machine = await makeProductionMachine();
    machine.write('/srv/skills-hub/uploads/evidence', 'content');
    machine.write('/srv/vault/.keep', '');
    machine.write('/etc/skills-hub/continuity.yml', CONFIG);
  }, 60_000);
  afterEach(() => machine.remove());

  it('makes the archive of the date from the line of cron, with cron’s bare environment and no network', async () => {
    machine.write('/usr/sbin/cron', '#!/bin/sh\n', 0o755);
    await machine.provision(['--docker', 'no', '--schedule', 'cron']);
    const line = readFileSync(machine.path('/etc/cron.d/skills-hub-backup'), 'utf8')
      .split('\n')
      .find((each) => each.includes('backup_production.sh') && !each.includes('--unless-newer'));
    // The command as cron hands it to the shell; the hour of its guard is the test's.
    const command =
      line
        ?.replace(/^(\S+ ){5}root /, '')
        .replaceAll('\\%', '%')
        .replace(/^\[ .*?\] \|\| /, '') ?? '';
    const date = await today();
    const first = await machine.run(['/bin/sh', '-c', command], { environment: bare });
    expect(first).toEqual({ code: 0, stdout: '', stderr: '' });
    expect([[`backup_full_${date}.tar.gz`], [`backup_full_${await today()}.tar.gz`]]).toContainEqual(archives());
    const log = readFileSync(machine.path('/var/log/skills-hub-backup.log'), 'utf8');
    for (const each of log.trimEnd().split('\n')) expect(each).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d{4} /);
    expect(log).toMatch(/ is sealed: [\s\S]* ended with exit code 0\n$/);

    // Cron mails what a failed run has to say, and nothing else.
    rmSync(machine.path('/srv/skills-hub/uploads'), { recursive: true });
    rmSync(machine.path('/srv/vault/backups'), { recursive: true });
    const failed = await machine.run(['/bin/sh', '-c', command], { environment: bare });
    expect(failed.stdout).toMatch(/uploads[\s\S]* ended with exit code 4\n$/);
  }, 120_000);

  it('makes one archive together with a workflow’s run that is at work at the same time, from any folder', async () => {
    const nightly = ['node', `${clone}/scripts/dist/continuity/index.js`, 'backup', '--nightly', '--wait', '5m'];
    machine.write('/srv/skills-hub/uploads/large', 'x'.repeat(20_000_000));
    const ends = await Promise.all([
      machine.run([...nightly, '--config', '/etc/skills-hub/continuity.yml'], { directory: '/srv' }),
      machine.run([script], { environment: bare, directory: '/srv/skills-hub' }),
      machine.run(['/bin/bash', script, '--unless-newer', '6h'], { environment: {} }),
    ]);
    expect(ends.map(({ code, stderr }) => (code === 0 ? '' : stderr))).toEqual(['', '', '']);
    expect(archives()).toHaveLength(1);
    expect(ends.filter(({ stdout }) => /sealed on \S+ already\. Nothing to do/.test(stdout))).toHaveLength(2);
  }, 120_000);

  it('does nothing for the timer where an archive of another name is young, and makes its own for cron', async () => {
    const manual = [
      'node',
      `${clone}/scripts/dist/continuity/index.js`,
      'backup',
      '--config',
      '/etc/skills-hub/continuity.yml',
    ];
    expect((await machine.run(manual)).code).toBe(0);
    const looked = await machine.run([script, '--unless-newer', '6h'], { environment: bare });
    expect([looked.code, archives().length]).toEqual([0, 1]);
    const made = await machine.run([script], { environment: bare });
    expect([made.code, archives().length]).toEqual([0, 2]);
  }, 120_000);

  it('says which Node it found where none is new enough, and where there is none', async () => {
    await machine.run(['bash', '-c', 'rm -rf $(type -aP node) /usr/local/lib/skills-hub']);
    const none = await machine.run([script], { environment: bare });
    expect([none.code, none.stdout]).toEqual([
      1,
      expect.stringMatching(
        / error: Node 20\.11 or newer is missing: no node is in \/usr\/local\/sbin[\s\S]* next: .*provision\.sh brings one/,
      ),
    ]);
    machine.write('/usr/bin/node', '#!/bin/sh\n[ "$1" != --version ] || echo v18.20.4\nexit 1\n', 0o755);
    const old = await machine.run([script], { environment: bare });
    expect([old.code, old.stdout]).toEqual([1, expect.stringContaining('missing: /usr/bin/node is v18.20.4')]);
    expect(readdirSync(machine.path('/srv/vault'))).toEqual(['.keep']);
  }, 60_000);

  it('takes the configuration of the repository where none was provisioned, and ends with 3 where there is neither', async () => {
    rmSync(machine.path('/etc/skills-hub/continuity.yml'));
    const none = await machine.run([script], { environment: bare });
    expect([none.code, none.stdout]).toEqual([3, expect.stringContaining(`${clone}/continuity.yml`)]);
    machine.write(`${clone}/continuity.yml`, CONFIG);
    expect((await machine.run([script], { environment: bare, directory: '/tmp' })).code).toBe(0);
    expect(archives()).toHaveLength(1);
  }, 60_000);

  it('reads backup.env without running it, and refuses one that others may read, never showing a value (fault 127)', async () => {
    const value = 'p%40ss "quoted" $(touch /tmp/ran) \\ \'x\'';
    machine.write('/etc/skills-hub/backup.env', `# of the platform\nSECRET_URL=${value}\nOTHER='a b'\n`, 0o600);
    const load = `. ${clone}/infrastructure/production/steps/engine.sh; load_environment /etc/skills-hub/backup.env; printf '%s|%s' "$SECRET_URL" "$OTHER"`;
    expect((await machine.run(['bash', '-euc', load])).stdout).toBe(`${value}|a b`);
    expect((await machine.run([script], { environment: bare })).code).toBe(0);
    expect((await machine.run(['test', '-e', '/tmp/ran'])).code).toBe(1);
    await machine.run(['chmod', '644', '/etc/skills-hub/backup.env']);
    const open = await machine.run([script], { environment: bare });
    expect([open.code, open.stdout]).toEqual([
      3,
      expect.stringContaining('backup.env may be read by others: chown root'),
    ]);
    machine.write('/etc/skills-hub/backup.env', 'SECRET_URL: hidden-value\n');
    await machine.run(['chmod', '600', '/etc/skills-hub/backup.env']);
    const odd = await machine.run([script], { environment: bare });
    expect([odd.code, odd.stdout]).toEqual([
      3,
      expect.stringContaining('line 1 of /etc/skills-hub/backup.env is not understood'),
    ]);
    expect(open.stdout + odd.stdout).not.toMatch(/p%40ss|hidden-value/);
  }, 60_000);

  it('hands one SIGTERM on, waits for the program, and ends with its exit code', async () => {
    machine.write('/var/lib/skills-hub-continuity/.keep', '');
    const holder = spawn(
      'nsenter',
      [
        '--target',
        String(machine.pid),
        '--mount',
        'flock',
        machine.path('/var/lib/skills-hub-continuity/lock').replace(/^\/proc\/\d+\/root/, ''),
        'sh',
        '-c',
        'echo held; cat',
      ],
      { stdio: ['pipe', 'pipe', 'inherit'] },
    );
    await new Promise((resolve) => holder.stdout.once('data', resolve));
    const words = `${script} & echo $! >/tmp/pid; wait $!; echo "code $?"`;
    const run = machine.run(['bash', '-c', words], { environment: bare });
    const isWaiting = async () =>
      (
        await machine.run([
          'bash',
          '-c',
          'pgrep -P "$(cat /tmp/pid)" -x node >/dev/null && pgrep -x flock -P "$(pgrep -P "$(cat /tmp/pid)" -x node)"',
        ])
      ).code === 0;
    while (!(await isWaiting())) await new Promise((resolve) => setTimeout(resolve, 100));
    await machine.run(['bash', '-c', 'kill -TERM "$(cat /tmp/pid)"']);
    const { stdout } = await run;
    holder.stdin.end();
    expect(stdout.match(/SIGTERM: ending in order/g)).toHaveLength(1);
    expect(stdout).toMatch(/ ended with exit code ([1-9]\d*)\ncode \1\n$/);
    expect(readdirSync(machine.path('/srv/vault')).filter((name) => name.startsWith('backup_full'))).toEqual([]);
  }, 60_000);
});
