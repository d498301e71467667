import { execFile, execFileSync, spawn, type ChildProcess } from 'node:child_process';
import {
  closeSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { rawMember, rawPax, rawTar } from '../fixtures/hostile-tar.ts';
import {
  canProvision,
  makeWorkplace,
  serveWorkplace,
  type ProvisionedVault,
  type Workplace,
} from '../fixtures/provisioned-vault.ts';
import { readPublicKey } from '../fixtures/rsa-keys.ts';
import { makeNightVault, nightName } from '../fixtures/vault-nights.ts';

const foreign = 'backup_full_2025-03-01_03-00.tar.gz';

/** Kills a program and what it has started, and waits until all of them are gone. */
async function endGroup({ pid = 0 }: ChildProcess): Promise<void> {
  for (const deadline = Date.now() + 10_000; Date.now() < deadline;) {
    try {
      process.kill(-pid, 'SIGKILL');
    } catch {
      return;
    }
    await sleep(50);
  }
}

(canProvision ? describe : describe.skip)('provision.sh over a directory that a plain account has used', () => {
  let place: Workplace;
  let vault: ProvisionedVault | undefined;
  let former: string;
  let held: ChildProcess | undefined;

  /** As the keeper's own program is asked, or over SSH with the writer's key. */
  const ssh = (user: string, words: readonly string[]): Promise<string> =>
    new Promise((resolve) => {
      const trust = ['-o', `UserKnownHostsFile=${vault?.knownHostsPath ?? ''}`, '-o', 'IdentitiesOnly=yes'];
      const args = ['-F', 'none', '-o', 'BatchMode=yes', ...trust, '-i', place.keyPath('writer')];
      execFile('ssh', [...args, '-p', String(place.port), `${user}@127.0.0.1`, ...words], (_error, stdout, stderr) =>
        resolve(stdout + stderr),
      );
    });

  beforeAll(async () => {
    place = await makeWorkplace();
    former = `${place.name}-old`;
    execFileSync('useradd', ['--create-home', '--home-dir', join(place.base, 'old'), '--password', '*', former]);
    // Two nights as the plain account's vault has them, and what the script before left.
    const nights = makeNightVault();
    const client = await nights.open();
    const first = await nights.build(nightName(-1), { 'uploads/a': 'one night' });
    await nights.send(client, nightName(-1), first);
    const second = await nights.build(
      nightName(0),
      { 'uploads/a': 'one night', 'uploads/b': 'the next' },
      {
        ...first,
        path: join(nights.directory, nightName(-1)),
      },
    );
    await nights.send(client, nightName(0), second);
    await client.close();
    execFileSync('cp', ['-a', nights.directory, place.directory]);
    nights.remove();
    mkdirSync(join(place.base, 'old/.ssh'), { mode: 0o700 });
    const line = `${readPublicKey(place.keyPath('writer'))} production\n`;
    writeFileSync(join(place.base, 'old/.ssh/authorized_keys'), line, { mode: 0o600 });
    execFileSync('sh', [
      '-c',
      `cd ${place.base} && mkdir 2025-03-01 && tar czf ${place.directory}/${foreign} 2025-03-01`,
    ]);
    writeFileSync(join(place.directory, 'notes.txt'), 'by hand', { mode: 0o644 });
    writeFileSync(join(place.directory, '.incoming', `${'ab'.repeat(32)}.segment`), 'a cut upload');
    execFileSync('chown', ['-R', `${former}:${former}`, place.directory, join(place.base, 'old')]);
  });
  afterAll(async () => {
    held?.kill('SIGKILL');
    await (vault ? vault.stop() : place.remove());
    execFileSync('userdel', [former]);
  });

  it('stops where that account still holds an archive open for writing', async () => {
    const archive = join(place.directory, nightName(0));
    execFileSync('chmod', ['644', archive]);
    held = spawn(
      'setpriv',
      [`--reuid=${former}`, '--clear-groups', 'sh', '-c', `exec 3>>${archive}; echo open; sleep 600`],
      {
        stdio: ['ignore', 'pipe', 'ignore'],
        detached: true,
      },
    );
    await new Promise((resolve) => held?.stdout?.once('data', resolve));
    const { code, stderr, stdout } = await place.provision();
    expect([code, stderr]).toEqual([2, expect.stringMatching(/is at work: .*(sh|sleep)/)]);
    expect(stdout).not.toMatch(/^changed/m);
    await endGroup(held);
  });

  it('stops where any other process does, which a new owner alone would not keep out', async () => {
    const archive = join(place.directory, nightName(0));
    const descriptor = openSync(archive, 'a');
    held = spawn('setpriv', ['--reuid=65534', '--clear-groups', 'sleep', '600'], {
      stdio: ['ignore', 'ignore', 'ignore', descriptor],
      detached: true,
    });
    closeSync(descriptor);
    const { code, stderr } = await place.provision([...place.firstArguments, '--former-account', former]);
    expect([code, stderr]).toEqual([2, expect.stringMatching(/open for writing: \/proc\/\d+\/fd\/3/)]);
    // What was done by then stays done: nobody else can open it any more.
    expect(statSync(archive).mode & 0o777).toBe(0o440);
    held.kill('SIGKILL');
    await new Promise((resolve) => held?.once('exit', resolve));
  });

  it('stops where a folder of the keeper’s is a link, by which it would clear up among the archives', async () => {
    const link = join(place.directory, '.vault/assembly');
    renameSync(link, `${link}.kept`);
    symlinkSync('..', link);
    const { code, stderr } = await place.provision([]);
    rmSync(link);
    renameSync(`${link}.kept`, link);
    expect([code, stderr]).toEqual([2, expect.stringMatching(/\.vault holds what is neither .*: assembly/)]);
  });

  it('stops where an access list lets others in beside owner and mode', async () => {
    const name = 'backup_full_2025-02-01_03-00.tar.gz';
    const list = 'user::rw-,user:65534:rw-,group::r--,mask::rw-,other::---';
    const file = rawTar(rawPax({ 'SCHILY.acl.access': list }), rawMember({ name, uid: 0, gid: 0 }, 'x'));
    execFileSync('tar', ['--acls', '--numeric-owner', '-xf', '-', '-C', place.directory], { input: file });
    const { code, stderr } = await place.provision([]);
    rmSync(join(place.directory, name));
    expect([code, stderr]).toEqual([2, expect.stringMatching(/access lists let others in .*2025-02-01/)]);
    expect(stderr).toContain(`setfacl -RPbk ${place.directory}`);
  });

  it('then goes on: archives are the keeper’s, the former script’s are adopted, the rest is left alone', async () => {
    const { code, stdout, stderr } = await place.provision([]);
    expect([code, stderr.match(/provision\.sh.*/)]).toEqual([0, null]);
    expect(stdout).toContain('no archive, left alone: notes.txt');
    const { keeper, operators, writer } = place.accounts;
    const names = [
      nightName(-1),
      nightName(0),
      foreign,
      '.vault/ledger.jsonl',
      `.incoming/${'ab'.repeat(32)}.segment`,
      'notes.txt',
    ];
    const listing = execFileSync('stat', ['-c', '%U:%G', ...names], { cwd: place.directory, encoding: 'utf8' });
    expect(listing.trim().split('\n')).toEqual([
      ...Array<string>(3).fill(`${keeper}:${operators}`),
      `${keeper}:${keeper}`,
      `${writer}:${writer}`,
      `${former}:${former}`,
    ]);
    const ledger = readFileSync(join(place.directory, '.vault/ledger.jsonl'), 'utf8');
    expect(ledger).toMatch(new RegExp(`"action":"foreign","name":"${foreign}"`));
    expect((await place.provision(['--check'])).stdout).not.toMatch(/^drift/m);
  });

  it('an archive with a second name in the incoming area stays the keeper’s', async () => {
    const second = join(place.directory, '.incoming', `${'cd'.repeat(32)}.segment`);
    linkSync(join(place.directory, foreign), second);
    const { code } = await place.provision([]);
    rmSync(second);
    const owner = execFileSync('stat', ['-c', '%U', join(place.directory, foreign)], { encoding: 'utf8' });
    expect([code, owner.trim()]).toEqual([0, place.accounts.keeper]);
  });

  it('and nobody logs in as the former account, while the writer finds the nights of before', async () => {
    const keys = readFileSync(join(place.base, 'old/.ssh/authorized_keys'), 'utf8');
    expect(keys).toMatch(/^# revoked: ssh-rsa /);
    // Even if the account puts its key back.
    renameSync(join(place.base, 'old/.ssh/authorized_keys.before-vault'), join(place.base, 'old/.ssh/authorized_keys'));
    vault = await serveWorkplace(place);
    expect(await ssh(former, ['id'])).toMatch(/Permission denied/);
    const hello = JSON.parse(await ssh(place.accounts.writer, ['hello'])) as { result: { newest: { name: string } } };
    expect(hello.result.newest.name).toBe(nightName(0));
    expect(await ssh(place.accounts.writer, ['verify', nightName(0), 'seal'])).toMatch(/"result":/);
  });

  it('a key that is revoked is refused for every account', async () => {
    expect(await ssh(place.accounts.writer, ['hello'])).toMatch(/"result"/);
    rmSync(join(place.base, 'spare'), { force: true });
    execFileSync('ssh-keygen', ['-q', '-t', 'rsa', '-b', '4096', '-N', '', '-f', join(place.base, 'spare')]);
    const words = ['--writer-key', join(place.base, 'spare.pub'), '--former-key', `${place.keyPath('writer')}.pub`];
    expect((await place.provision(words)).code).toBe(0);
    const effect = execFileSync('sshd', ['-T', '-f', join(place.etc, 'ssh/sshd_config')], { encoding: 'utf8' });
    const list = /^revokedkeys (.*)$/m.exec(effect)?.[1] ?? '';
    expect(readFileSync(list, 'utf8')).toContain(readPublicKey(place.keyPath('writer')));
  });
});
