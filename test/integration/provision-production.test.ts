import {
  appendFileSync,
  chmodSync,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { describeTree } from '../fixtures/describe-tree.ts';
import { clone, makeProductionMachine, noMachine, type ProductionMachine } from '../fixtures/production-machine.ts';

if (noMachine) console.warn(`skipped: ${noMachine}`);

const DIRECTORY_VAULT = `root: /srv/skills-hub
databases: {}
files:
  uploads: { path: uploads }
vault: { path: /srv/vault/backups }
`;

/** Of the items that a run reported, those in a state. */
function itemsOf(stdout: string, state: string): string[] {
  const lines = stdout.split('\n').filter((line) => line.startsWith(state.padEnd(13)));
  return lines.map((line) => line.slice(13));
}

(noMachine ? describe.skip : describe)('production/provision.sh', () => {
  let machine: ProductionMachine;
  const first = ['--docker', 'no', '--schedule', 'timer', '--vault-host-key', '/root/vault.pub'];
  const read = (path: string) => readFileSync(machine.path(path), 'utf8');
  const describeMachine = () => describeTree(machine.changes);

  beforeAll(async () => {
    machine = await makeProductionMachine();
    await machine.run(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', 'root@vault', '-f', '/root/vault']);
  }, 120_000);
  afterAll(() => machine.remove());

  it('says with --dry-run and --check what is missing, and touches nothing', async () => {
    const before = describeMachine();
    const dryRun = await machine.provision(['--dry-run', ...first]);
    expect([dryRun.code, dryRun.stderr]).toEqual([0, '']);
    expect(itemsOf(dryRun.stdout, 'would change').join('\n')).toMatch(
      /continuity\.yml: missing[\s\S]*writer_rsa: missing[\s\S]*known_hosts: missing[\s\S]*backup\.timer: missing/,
    );
    expect(itemsOf(dryRun.stdout, 'changed')).toEqual([]);
    const check = await machine.provision(['--check', ...first]);
    expect([check.code, check.stderr]).toEqual([1, '']);
    expect(itemsOf(check.stdout, 'drift').length).toBeGreaterThan(8);
    expect(describeMachine()).toBe(before);
  }, 60_000);

  it('makes a host whose key has 4096 bits and is root’s alone, and says what is left to a person', async () => {
    const { code, stdout, stderr } = await machine.provision(first);
    expect([code, stderr]).toEqual([0, '']);
    expect(statSync(machine.path('/etc/skills-hub/writer_rsa')).mode & 0o777).toBe(0o600);
    const fingerprint = (await machine.run(['ssh-keygen', '-lf', '/etc/skills-hub/writer_rsa.pub'])).stdout;
    expect(fingerprint).toMatch(/^4096 SHA256:.* \(RSA\)$/m);
    expect(stdout).toContain(read('/etc/skills-hub/writer_rsa.pub').trim());
    expect(stdout).toContain('infrastructure/vault/provision.sh --writer-key');
    expect(stdout).not.toContain('PRIVATE KEY');
    const [kind, blob] = read('/root/vault.pub').split(' ');
    expect(read('/etc/skills-hub/known_hosts')).toBe(`[172.16.95.98]:4660 ${kind} ${blob}\n`);
    expect(stdout).toContain('Keep a copy of /etc/skills-hub/known_hosts offline');
    // doctor has read the configuration that was written, and knows the key: what it misses is the platform itself.
    expect(stdout).toMatch(/^FAILED +files\.uploads: .*\/srv\/skills-hub\/data\/uploads/m);
    expect(stdout).toMatch(/^WARNING +alerts: nobody is told/m);
    const service = read('/etc/systemd/system/skills-hub-backup.service');
    expect(service).toContain(`ExecStart=/bin/bash ${clone}/infrastructure/backup_production.sh\n`);
    expect(existsSync(machine.path('/etc/cron.d/skills-hub-backup'))).toBe(false);
  }, 120_000);

  it('leaves the former backup running while doctor finds something failed, and says until when', async () => {
    const crontab = '0 3 * * * /root/infrastructure/backup_production.sh\n';
    machine.write('/etc/cron.d/hub', crontab);
    const { code, stdout } = await machine.provision();
    expect([code, read('/etc/cron.d/hub')]).toEqual([0, crontab]);
    expect(itemsOf(stdout, 'left to you').join('\n')).toContain('it stays until doctor finds nothing failed');
    expect(stdout).toContain('then run provision.sh again, which switches it off');
    expect(existsSync(machine.path('/var/backups/skills-hub-cron'))).toBe(false);
    expect(await machine.provision(['--check'])).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('no former backup in /etc/cron.d/hub: 1 line'),
    });
    rmSync(machine.path('/etc/cron.d/hub'));
  }, 60_000);

  it('changes nothing on its second run, and says so', async () => {
    const before = describeMachine();
    const { code, stdout, stderr } = await machine.provision();
    expect([code, stderr, itemsOf(stdout, 'changed')]).toEqual([0, '', []]);
    expect(stdout).toContain('Nothing was changed: all is as it was asked for.');
    expect(describeMachine()).toBe(before);
    const check = await machine.provision(['--check']);
    expect([check.code, check.stdout]).toEqual([0, expect.stringContaining('All is as it was asked for.')]);
    expect(describeMachine()).toBe(before);
  }, 60_000);

  it('finishes a machine that was half made, and keeps the keys and what was made of the configuration', async () => {
    const key = read('/etc/skills-hub/writer_rsa');
    appendFileSync(machine.path('/etc/skills-hub/continuity.yml'), '# adapted by an administrator\n');
    chmodSync(machine.path('/etc/skills-hub/writer_rsa'), 0o644);
    writeFileSync(machine.path('/etc/skills-hub/writer_rsa.pub'), 'ssh-rsa AAAA of another key\n');
    rmSync(machine.path('/etc/systemd/system/skills-hub-backup.timer'));
    appendFileSync(machine.path('/etc/systemd/system/skills-hub-backup.service'), '# by hand\n');
    writeFileSync(machine.path('/etc/skills-hub/known_hosts'), '[other]:22 ssh-ed25519 AAAA\n');
    chmodSync(machine.path('/var/lib/skills-hub-continuity'), 0o777);
    const before = describeMachine();
    const check = await machine.provision(['--check']);
    expect(check.code).toBe(1);
    const drift = itemsOf(check.stdout, 'drift').join('\n');
    for (const words of [
      "writer key is root's alone: is 0644",
      'writer_rsa.pub: content differs',
      'known_hosts',
      'skills-hub-backup.timer: missing',
      'skills-hub-backup.service: content differs',
      'skills-hub-continuity: is 0777',
    ]) {
      expect(drift).toContain(words);
    }
    expect(describeMachine()).toBe(before);
    const mended = await machine.provision(['--vault-host-key', '/root/vault.pub']);
    expect([mended.code, mended.stderr]).toEqual([0, '']);
    expect(read('/etc/skills-hub/known_hosts')).toMatch(
      /^\[other\]:22 .*\n\[172\.16\.95\.98\]:4660 ssh-ed25519 \S+\n$/,
    );
    expect(read('/etc/skills-hub/writer_rsa')).toBe(key);
    expect(read('/etc/skills-hub/continuity.yml')).toMatch(/# adapted by an administrator\n$/);
    expect((await machine.provision(['--check'])).code).toBe(0);
  }, 60_000);
});

(noMachine ? describe.skip : describe)('production/provision.sh on a host whose configuration is there', () => {
  let machine: ProductionMachine;
  const read = (path: string) => readFileSync(machine.path(path), 'utf8');
  const readTimer = () => [
    /^OnCalendar=(.*)$/m.exec(read('/etc/systemd/system/skills-hub-backup.timer'))?.[1],
    /^ExecStart=.*\/(backup_production\.sh.*)$/m.exec(read('/etc/systemd/system/skills-hub-backup.service'))?.[1],
  ];
  // doctor tries in the vault, a directory here, whether files share extents.
  const describeMachine = () =>
    ['etc', 'opt', 'usr', 'var'].map((folder) => describeTree(join(machine.changes, folder))).join('\n');

  beforeAll(async () => {
    machine = await makeProductionMachine();
    machine.write('/usr/sbin/cron', '#!/bin/sh\n', 0o755);
    machine.write('/srv/skills-hub/uploads/evidence', 'content');
    machine.write('/srv/vault/.keep', '');
    machine.write('/etc/skills-hub/continuity.yml', DIRECTORY_VAULT);
    const { code, stdout } = await machine.provision(['--docker', 'no', '--schedule', 'timer']);
    expect([code, stdout]).toEqual([0, expect.stringContaining('The backup of tonight has all that it needs.')]);
    expect(read('/etc/skills-hub/continuity.yml')).toBe(DIRECTORY_VAULT);
  }, 120_000);
  afterAll(() => machine.remove());

  it('leaves the configuration to the repository where that has one', async () => {
    renameSync(machine.path('/etc/skills-hub/continuity.yml'), machine.path(`${clone}/continuity.yml`));
    const { code, stdout } = await machine.provision();
    expect([code, stdout]).toEqual([0, expect.stringContaining('The backup of tonight has all that it needs.')]);
    expect(stdout).toContain(`configuration ${clone}/continuity.yml, which is the repository's`);
    expect(itemsOf(stdout, 'changed')).toEqual([]);
    renameSync(machine.path(`${clone}/continuity.yml`), machine.path('/etc/skills-hub/continuity.yml'));
  }, 60_000);

  it('takes cron in place of the timer, never both', async () => {
    machine.write('/usr/sbin/cron', '#!/bin/sh\n', 0o755);
    const cron = await machine.provision(['--schedule', 'cron']);
    expect([cron.code, cron.stderr]).toEqual([0, '']);
    expect(read('/etc/cron.d/skills-hub-backup')).toMatch(
      new RegExp(`^\\S+ \\S+ \\* \\* \\* root .*/bin/bash ${clone}/infrastructure/backup_production\\.sh >>`, 'm'),
    );
    expect(statSync(machine.path('/var/log/skills-hub-backup.log')).mode & 0o777).toBe(0o640);
    const units = () =>
      readdirSync(machine.path('/etc/systemd/system')).filter((name) => name.startsWith('skills-hub'));
    expect(units()).toEqual([]);
    expect((await machine.provision(['--check'])).code).toBe(0);
    expect((await machine.provision(['--schedule', 'timer'])).code).toBe(0);
    expect(units()).toEqual(['skills-hub-backup.service', 'skills-hub-backup.timer']);
    // Nobody else makes the backup of the night.
    expect(readTimer()).toEqual(['*-*-* 03,05,09,13,17,21:00:00 Europe/Paris', 'backup_production.sh']);
    expect(existsSync(machine.path('/etc/cron.d/skills-hub-backup'))).toBe(false);
  }, 60_000);

  it('switches the former script’s lines of cron off, with a date and a copy, and no others', async () => {
    const former = '0 3 * * * cd /home/hub/app && ./infrastructure/backup_production.sh >/dev/null 2>&1\n';
    const others =
      '# 0 3 * * * backup_production.sh\n17 * * * * /usr/bin/true\n5 4 * * * cat /var/log/backup_production.sh.log\n';
    machine.write('/var/spool/cron/crontabs/root', `MAILTO=root\n${former}${others}`, 0o600);
    machine.write('/etc/cron.d/hub', `0 3 * * * root bash -c "/srv/hub/backup_production.sh"\n`);
    machine.write('/etc/cron.d/nightly', `30 2 * * * root /root/nightly.sh --all\n30 2 * * * root /root/nightly.sh2\n`);
    const before = describeMachine();
    const named = ['--former-script', '/root/nightly.sh'];
    const check = await machine.provision(['--check', ...named]);
    expect([check.code, itemsOf(check.stdout, 'drift').length]).toEqual([1, 4]);
    expect(check.stdout).toContain(
      'no former backup in /var/spool/cron/crontabs/root: 1 line: 0 3 * * * cd /home/hub/app',
    );
    expect(describeMachine()).toBe(before);
    const { code, stdout } = await machine.provision(named);
    expect(code).toBe(0);
    const mark =
      /# switched off by provision\.sh on \d{4}-\d\d-\d\d, the backup is now \/opt\/skills-hub-continuity\/infrastructure\/backup_production\.sh: /;
    const crontab = read('/var/spool/cron/crontabs/root');
    expect(crontab.replace(mark, '')).toBe(`MAILTO=root\n${former}${others}`);
    expect(crontab).toMatch(mark);
    expect(statSync(machine.path('/var/spool/cron/crontabs/root')).mode & 0o777).toBe(0o600);
    expect(read('/etc/cron.d/hub')).toMatch(mark);
    expect(read('/etc/cron.d/nightly')).toMatch(
      /^# switched off .*\/root\/nightly\.sh --all\n30 2 \* \* \* root \/root\/nightly\.sh2\n$/,
    );
    expect(stdout).toContain('The former backup in /var/spool/cron/crontabs/root is switched off');
    const copies = readdirSync(machine.path('/var/backups/skills-hub-cron'));
    const [copy] = copies.filter((name) => name.startsWith('var_spool_cron_crontabs_root.'));
    expect(read(`/var/backups/skills-hub-cron/${copy}`)).toBe(`MAILTO=root\n${former}${others}`);
    const after = describeMachine();
    const again = await machine.provision();
    expect([again.code, itemsOf(again.stdout, 'changed')]).toEqual([0, []]);
    expect(describeMachine()).toBe(after);
  }, 60_000);

  it('makes a reader key only where one is asked for, and says that it does not belong here for long', async () => {
    const { code, stdout } = await machine.provision(['--with-reader']);
    expect([code, stdout]).toEqual([0, expect.stringContaining('reader_rsa reads every archive')]);
    expect(statSync(machine.path('/etc/skills-hub/reader_rsa')).mode & 0o777).toBe(0o600);
    rmSync(machine.path('/etc/skills-hub/reader_rsa'));
    rmSync(machine.path('/etc/skills-hub/reader_rsa.pub'));
    expect((await machine.provision(['--check'])).code).toBe(0);
  }, 60_000);

  it('puts the hook of GitHub’s runner in place for one repository, and shows how to register it', async () => {
    const { code, stdout } = await machine.provision(['--runner', 'univ/skills-hub']);
    expect([code, stdout]).toEqual([
      0,
      expect.stringContaining('--url https://github.com/univ/skills-hub --token TOKEN'),
    ]);
    expect(read('/etc/skills-hub-runner/skills-hub-production.conf')).toContain(
      'univ/skills-hub schedule univ/skills-hub/.github/workflows/backup.yml@refs/heads/main protected\n',
    );
    expect(read('/opt/actions-runner/skills-hub-production/.env')).toContain('ACTIONS_RUNNER_HOOK_JOB_STARTED=');
    // GitHub makes the backup of the night; the timer stands in.
    expect(readTimer()).toEqual(['*-*-* 05,09,13,17,21:00:00 Europe/Paris', 'backup_production.sh --unless-newer 6h']);
    const before = describeMachine();
    expect(itemsOf((await machine.provision()).stdout, 'changed')).toEqual([]);
    expect(describeMachine()).toBe(before);
    rmSync(machine.path('/usr/local/lib/skills-hub-runner/skills-hub-production/job-started.sh'));
    const check = await machine.provision(['--check']);
    expect([check.code, itemsOf(check.stdout, 'drift')]).toEqual([1, [expect.stringContaining('job-started hook')]]);
    expect((await machine.provision()).code).toBe(0);
    expect((await machine.provision(['--check'])).code).toBe(0);
  }, 60_000);
});
