import { execFile, execFileSync, spawn } from 'node:child_process';
import { appendFileSync, chmodSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { describeTree } from '../fixtures/describe-tree.ts';
import {
  canProvision,
  makeWorkplace,
  serveWorkplace,
  type ProvisionedVault,
  type Workplace,
} from '../fixtures/provisioned-vault.ts';

/** All that a run could have touched. */
function describeMachine(place: Workplace): string {
  const files = ['/etc/passwd', '/etc/group', '/etc/shadow', '/etc/gshadow'].map((path) => {
    const lines = readFileSync(path, 'utf8').split('\n');
    return lines.filter((line) => line.includes(place.name)).join('\n');
  });
  const sudoers = join('/etc/sudoers.d', place.name);
  return [...files, existsSync(sudoers) ? readFileSync(sudoers, 'utf8') : '', describeTree(place.base)].join('\n');
}

/** The items of a kind that a run reported. */
function itemsOf(stdout: string, state: string): string[] {
  const lines = stdout.split('\n').filter((line) => line.startsWith(state));
  return lines.map((line) => line.slice(13));
}

(canProvision ? describe : describe.skip)('provision.sh', () => {
  let place: Workplace;
  let vault: ProvisionedVault | undefined;

  const ssh = (user: string, key: string, words: readonly string[], port = place.port): Promise<[number, string]> =>
    new Promise((resolve) => {
      const trust = `UserKnownHostsFile=${vault?.knownHostsPath ?? ''}`;
      const quiet = ['-F', 'none', '-o', 'BatchMode=yes', '-o', 'IdentitiesOnly=yes', '-o', trust];
      const args = [...quiet, '-i', key, '-p', String(port), `${user}@127.0.0.1`, ...words];
      execFile('ssh', args, (error, stdout, stderr) => resolve([error ? Number(error.code) : 0, stdout + stderr]));
    });

  beforeAll(async () => {
    place = await makeWorkplace();
  });
  afterAll(async () => {
    await (vault ? vault.stop() : place.remove());
  });

  it('says with --dry-run what it would do, and does none of it', async () => {
    const before = describeMachine(place);
    const { code, stdout, stderr } = await place.provision(['--dry-run', ...place.firstArguments]);
    expect([code, stderr]).toEqual([0, '']);
    expect(itemsOf(stdout, 'would change').length).toBeGreaterThan(20);
    expect(itemsOf(stdout, 'changed')).toEqual([]);
    expect(describeMachine(place)).toBe(before);
  });

  it('makes a vault of two user ids on its first run, and changes nothing on the second', async () => {
    const first = await place.provision();
    expect([first.code, first.stderr]).toEqual([0, '']);
    const before = describeMachine(place);
    const second = await place.provision([]);
    expect([second.code, itemsOf(second.stdout, 'changed')]).toEqual([0, []]);
    expect(describeMachine(place)).toBe(before);
    const { accounts, directory } = place;
    const listing = execFileSync('stat', [
      '-c',
      '%a %U:%G %n',
      directory,
      `${directory}/.vault`,
      `${directory}/.incoming`,
    ]);
    expect(String(listing).trim().split('\n')).toEqual([
      `751 ${accounts.keeper}:${accounts.operators} ${directory}`,
      `700 ${accounts.keeper}:${accounts.keeper} ${directory}/.vault`,
      `1770 ${accounts.keeper}:${accounts.writer} ${directory}/.incoming`,
    ]);
  });

  it('lets each key in to its own role alone, and leaves the administrators their door', async () => {
    vault = await serveWorkplace(place);
    const { writer, reader, keeper } = place.accounts;
    const [code, answer] = await ssh(writer, place.keyPath('writer'), ['hello']);
    expect([code, JSON.parse(answer)]).toMatchObject([0, { result: { role: 'writer', isProvisioned: true } }]);
    expect(JSON.parse((await ssh(reader, place.keyPath('reader'), ['hello']))[1])).toMatchObject({
      result: { role: 'reader', isProvisioned: true },
    });
    for (const [user, key] of [
      [reader, 'writer'],
      [writer, 'reader'],
      [keeper, 'writer'],
      ['root', 'writer'],
    ] as const) {
      expect(await ssh(user, place.keyPath(key), ['hello'])).toEqual([255, expect.stringMatching(/Permission denied/)]);
    }
    expect((await ssh(writer, place.keyPath('writer'), ['cat', '/etc/passwd']))[1]).toMatch(/"kind":"refused"/);
    // The door of before: refused for want of a key, but open.
    expect((await ssh('root', place.keyPath('writer'), ['true'], place.adminPort))[1]).toMatch(/Host key|denied/);
  });

  it('reports with --check every kind of drift and changes nothing; the next run puts it right', async () => {
    const { accounts, etc, library, directory, name } = place;
    expect((await place.provision(['--check'])).code).toBe(0);
    // Each counts by itself, as does a file whose text is made on the spot.
    appendFileSync(join(library, 'answer-reader'), '# changed by hand\n');
    expect(await place.provision(['--check'])).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('\n1 items differ.'),
    });
    execFileSync('usermod', ['--shell', '/bin/bash', '--append', '--groups', 'adm', accounts.writer]);
    execFileSync('usermod', ['--password', '!', accounts.reader]);
    chmodSync(directory, 0o777);
    execFileSync('chown', ['root:root', `${directory}/.vault`]);
    writeFileSync(join(directory, 'backup_full_2024-02-29_03-00.tar.gz'), 'no gzip at all', { mode: 0o666 });
    appendFileSync(join(library, 'vault.mjs'), '\n// changed by hand\n');
    chmodSync(join(library, 'answer-writer'), 0o777);
    rmSync(join(etc, 'ssh/authorized_keys.d', accounts.reader));
    const intruder = readFileSync(`${place.keyPath('reader')}.pub`, 'utf8');
    appendFileSync(join(etc, 'ssh/authorized_keys.d', accounts.writer), intruder);
    appendFileSync(join(etc, `ssh/sshd_config.d/00-${name}.conf`), '# changed by hand\n');
    appendFileSync(join('/etc/sudoers.d', name), `${accounts.writer} ALL=(ALL) NOPASSWD: ALL\n`);
    rmSync(join(etc, 'cron.d', name));
    appendFileSync(join(etc, 'logrotate.d', name), '# changed by hand\n');
    const before = describeMachine(place);

    const check = await place.provision(['--check']);
    expect([check.code, check.stderr]).toEqual([1, '']);
    expect(describeMachine(place)).toBe(before);
    const drift = itemsOf(check.stdout, 'drift').join('\n');
    for (const words of [
      `account ${accounts.writer}: shell is /bin/bash;is in the groups`,
      `account ${accounts.reader}: has a password`,
      `directory ${directory}: is 0777`,
      `directory ${directory}/.vault: is 0700 root:root`,
      `archives in ${directory} belong to`,
      'archives of the former script are in the ledger: 1',
      `file ${library}/vault.mjs: content`,
      `file ${library}/answer-writer: is 0777`,
      `authorized_keys.d/${accounts.reader}: missing`,
      `authorized_keys.d/${accounts.writer}: content`,
      `00-${name}.conf: content`,
      `file /etc/sudoers.d/${name}: content`,
      `sudo for ${accounts.writer}: has other rules`,
      `cron.d/${name}: missing`,
      `logrotate.d/${name}: content`,
    ]) {
      expect(drift).toContain(words);
    }

    const mended = await place.provision([]);
    expect([mended.code, mended.stderr]).toEqual([0, expect.not.stringContaining('provision.sh')]);
    expect(
      readFileSync(join(etc, 'ssh/authorized_keys.d', accounts.writer), 'utf8')
        .trim()
        .split('\n'),
    ).toHaveLength(1);
    expect((await place.provision(['--check'])).stdout).not.toMatch(/^drift/m);
  });

  it('takes a second key of a role beside the first, and drops the first when only the second is named', async () => {
    const { writer } = place.accounts;
    const file = join(place.etc, 'ssh/authorized_keys.d', writer);
    const fresh = join(place.base, 'fresh.pub');
    // Two public keys of one kind are all it takes: that of a passer-by will do.
    execFileSync('ssh-keygen', ['-q', '-t', 'rsa', '-b', '4096', '-N', '', '-f', join(place.base, 'fresh')]);
    expect(
      (await place.provision(['--writer-key', `${place.keyPath('writer')}.pub`, '--writer-key', fresh])).code,
    ).toBe(0);
    expect(readFileSync(file, 'utf8').trim().split('\n')).toHaveLength(2);
    expect(JSON.parse((await ssh(writer, join(place.base, 'fresh'), ['hello']))[1])).toHaveProperty('result');
    // A connection outlives the key that it was made with, if nobody ends it.
    const trust = ['-o', 'BatchMode=yes', '-o', `UserKnownHostsFile=${vault?.knownHostsPath ?? ''}`];
    const stay = ['-F', 'none', '-N', '-M', '-S', join(place.base, 'stay'), '-i', place.keyPath('writer'), ...trust];
    const open = spawn('ssh', [...stay, '-p', String(place.port), `${writer}@127.0.0.1`], { stdio: 'ignore' });
    const ended = new Promise((resolve) => open.once('exit', resolve));
    while (!existsSync(join(place.base, 'stay'))) await new Promise((resolve) => setTimeout(resolve, 50));
    const { code, stdout } = await place.provision(['--writer-key', fresh]);
    expect([code, stdout]).toEqual([0, expect.stringContaining(`no connection of ${writer} with a key that is gone`)]);
    expect(await ended).toBe(255);
    expect((await ssh(writer, place.keyPath('writer'), ['hello']))[0]).toBe(255);
    expect((await ssh(writer, join(place.base, 'fresh'), ['hello']))[0]).toBe(0);
    expect(readFileSync(file, 'utf8')).toMatch(
      /^restrict,from="127\.0\.0\.1",command="\S+ vault serve --role writer --settings \S+" ssh-rsa \S+ \S+\n$/,
    );
  });

  it('keeps what administrators made of the settings, and refuses settings that are wrong before anything changes', async () => {
    appendFileSync(place.settingsPath, 'retention: { days: 4000 }\n');
    expect((await place.provision([])).code).toBe(0);
    expect(readFileSync(place.settingsPath, 'utf8')).toContain('days: 4000');
    appendFileSync(place.settingsPath, 'retentoin: { days: 4000 }\n');
    const before = describeMachine(place);
    const { code, stderr } = await place.provision(['--from', '127.0.0.2']);
    expect([code, stderr]).toEqual([2, expect.stringMatching(/not well formed.*retentoin/)]);
    expect(describeMachine(place)).toBe(before);
  });
});
