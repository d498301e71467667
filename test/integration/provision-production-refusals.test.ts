import { chmodSync, copyFileSync, renameSync, rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { describeTree } from '../fixtures/describe-tree.ts';
import { clone, makeProductionMachine, noMachine, type ProductionMachine } from '../fixtures/production-machine.ts';

if (noMachine) console.warn(`skipped: ${noMachine}`);

(noMachine ? describe.skip : describe)('production/provision.sh refuses before it changes anything', () => {
  let machine: ProductionMachine;
  const always = ['--docker', 'no', '--schedule', 'timer'];
  const script = `${clone}/infrastructure/production/provision.sh`;

  const expectRefusal = async (words: readonly string[], message: RegExp) => {
    const before = describeTree(machine.changes);
    const { code, stdout, stderr } = await machine.provision([...always, ...words]);
    expect([code, stdout, stderr]).toEqual([2, '', expect.stringMatching(message)]);
    expect(stderr).not.toMatch(/^\/\S+: line \d+: |unbound/m);
    expect(describeTree(machine.changes)).toBe(before);
  };

  beforeAll(async () => {
    machine = await makeProductionMachine();
    const keygen = async (name: string, ...kind: string[]) =>
      expect((await machine.run(['ssh-keygen', '-q', ...kind, '-f', `/root/${name}`])).code).toBe(0);
    await keygen('vault', '-t', 'ed25519', '-N', '');
    await keygen('short', '-t', 'rsa', '-b', '3072', '-N', '');
    await keygen('modern', '-t', 'ed25519', '-N', '');
    await keygen('closed', '-t', 'rsa', '-b', '4096', '-N', 'secret words');
    const forms = `
      read -r kind blob rest </root/vault.pub
      cd /root
      echo "172.16.95.98 $kind $blob" >default-port
      echo "[172.16.95.99]:4660 $kind $blob" >other-host
      echo "|1|c2FsdHNhbHRzYWx0c2FsdHNhbHQ=|aGFzaGhhc2hoYXNoaGFzaGhhc2g= $kind $blob" >hashed
      echo "@cert-authority * $kind $blob" >authority
      echo "* $kind $blob" >everybody
      echo "[172.16.95.98]:4660 $kind AAAAC3NzaC1lZDI1NTE5AAAAI" >cut
      echo "[172.16.95.98]:4660 ssh-dss AAAAB3NzaC1kc3MAAACBAP" >dss
      printf '%s %s\\n<html>not found</html>\\n' "$kind" "$blob" >page
      echo '# nothing' >empty
      touch not-a-file; rm not-a-file`;
    expect((await machine.run(['bash', '-euc', forms])).code).toBe(0);
  }, 120_000);
  afterAll(() => machine.remove());

  const hostKeys: [string, string, RegExp][] = [
    ['a private key', 'vault', /is a private key[\s\S]*treat it as stolen/],
    ['a line for the usual port', 'default-port', /is for 172\.16\.95\.98, and the vault is \[172\.16\.95\.98\]:4660/],
    ['a line for another host', 'other-host', /is for \[172\.16\.95\.99\]:4660/],
    ['a line for every host', 'everybody', /is for \*/],
    ['a hashed name', 'hashed', /hides its host name/],
    ['an authority of certificates', 'authority', /has the mark @cert-authority/],
    ['a key that was cut', 'cut', /line 1 of \/root\/cut is no host key/],
    ['a key of a kind of long ago', 'dss', /is no host key/],
    ['a page that says that nothing was found', 'page', /line 2 of \/root\/page is no host key/],
    ['a file without a key', 'empty', /holds no host key/],
    ['a file that is not there', 'not-a-file', /cannot be read/],
  ];
  it.each(hostKeys)('as host key of the vault: %s', (_what, name, message) =>
    expectRefusal(['--vault-host-key', `/root/${name}`], message),
  );

  const words: [string, string[], RegExp][] = [
    ['an unknown option', ['--colour', 'blue'], /there is no option --colour/],
    ['an option without its value', ['--port'], /--port needs a value/],
    ['a word alone', ['production'], /what is "production"\?/],
    ['a port that is none', ['--port', '22; reboot'], /--port is a port/],
    ['a vault that is an option', ['--vault', '-oProxyCommand=id'], /--vault is the address/],
    ['a platform of strange characters', ['--platform', '/srv/$(id)'], /--platform is an absolute path/],
    ['a time zone of strange characters', ['--timezone', '../etc/passwd'], /--timezone is a time zone/],
    ['a schedule of no known kind', ['--schedule', 'at'], /--schedule is timer, cron or none/],
    ['a repository that is none', ['--runner', 'https://github.com/univ/hub'], /--runner is a repository as OWNER/],
    ['a script with a pattern in it', ['--former-script', '/root/.*'], /--former-script is an absolute path/],
    ['a fingerprint of another form', ['--vault-fingerprint', 'MD5:00:11'], /--vault-fingerprint is SHA256:/],
    [
      'a fingerprint where nobody answers',
      ['--vault-fingerprint', `SHA256:${'A'.repeat(43)}`],
      /does not answer at port 4660[\s\S]*--vault-host-key FILE/,
    ],
  ];
  it.each(words)('%s', (_what, given, message) => expectRefusal(given, message));

  it.each([
    [
      'a key that is too short',
      'short',
      /RSA key of 3072 bits; at least 4096 are wanted[\s\S]*never replaced by itself/,
    ],
    ['a key that is no RSA key', 'modern', /is no RSA key, but \(ED25519\)/],
    ['a key that asks for a passphrase', 'closed', /cannot be used without a person/],
  ])('%s, where the writer key should be', async (_what, name, message) => {
    machine.write('/etc/skills-hub/.keep', '');
    const path = '/etc/skills-hub/writer_rsa';
    copyFileSync(machine.path(`/root/${name}`), machine.path(path));
    await expectRefusal([], message);
    rmSync(machine.path('/etc/skills-hub'), { recursive: true });
  });

  it('an option that contradicts the configuration that is there, in either form of YAML', async () => {
    for (const vault of [
      'vault: { host: 10.0.0.9, port: 22, reader: { key-file: /r } }',
      'vault:\n  host: "10.0.0.9" # new\n  port: 22',
    ]) {
      machine.write('/etc/skills-hub/continuity.yml', `timezone: 'Europe/Paris' # here\n${vault}\n`);
      await expectRefusal(['--vault', '172.16.95.98'], /says host: 10\.0\.0\.9, and --vault is 172\.16\.95\.98/);
      await expectRefusal(['--timezone', 'Etc/UTC'], /says timezone: Europe\/Paris, and --timezone is Etc\/UTC/);
      await expectRefusal(['--vault', '10.0.0.9'], /pins no host keys/);
    }
    rmSync(machine.path('/etc/skills-hub'), { recursive: true });
  });

  it('a clone that others than root can change', async () => {
    chmodSync(machine.path(script), 0o777);
    await expectRefusal([], /provision\.sh can be changed by others than root, and root would run it/);
    chmodSync(machine.path(script), 0o755);
    chmodSync(machine.path('/opt'), 0o777);
    await expectRefusal([], /\/opt\/skills-hub-continuity can be changed by others/);
    chmodSync(machine.path('/opt'), 0o755);
  });

  it('a look at host keys where ssh is not installed, unless the run may install it', async () => {
    const programs = ['/usr/bin/ssh-keygen', '/usr/bin/ssh-keyscan'];
    for (const path of programs) renameSync(machine.path(path), machine.path(`${path}.away`));
    const missing = /ssh-keygen and ssh-keyscan are missing[\s\S]*apt-get install openssh-client/;
    await expectRefusal(['--show-vault-keys'], missing);
    await expectRefusal(['--dry-run', '--vault-host-key', '/root/vault.pub'], missing);
    await expectRefusal(['--check', '--vault-fingerprint', `SHA256:${'A'.repeat(43)}`], missing);
    machine.write(
      '/usr/local/bin/apt-get',
      `#!/bin/sh\ncase "$*" in *openssh-client) ${programs.map((path) => `mv ${path}.away ${path}`).join(' && ')} ;; esac\n`,
      0o755,
    );
    const { code, stdout, stderr } = await machine.provision([...always, '--vault-host-key', '/root/empty']);
    rmSync(machine.path('/usr/local/bin/apt-get'));
    expect(stdout).toBe('changed      programs for host keys: missing package: openssh-client\n');
    expect([code, stderr]).toEqual([2, expect.stringContaining('/root/empty holds no host key')]);
  });

  it('anybody but root', async () => {
    const words = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', script, '--check'];
    expect(await machine.run(words)).toMatchObject({ code: 2, stderr: expect.stringContaining('must run as root') });
  });
});
