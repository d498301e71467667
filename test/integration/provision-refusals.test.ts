import { execFileSync } from 'node:child_process';
import { appendFileSync, copyFileSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { describeTree } from '../fixtures/describe-tree.ts';
import { canProvision, makeWorkplace, type Workplace } from '../fixtures/provisioned-vault.ts';

(canProvision ? describe : describe.skip)('provision.sh refuses before it changes anything', () => {
  let place: Workplace;
  let extra: string;

  beforeAll(async () => {
    place = await makeWorkplace();
    extra = join(place.base, 'extra');
    mkdirSync(extra);
    for (const [name, ...kind] of [
      ['short', '-t', 'rsa', '-b', '3072'],
      ['modern', '-t', 'ed25519'],
    ]) {
      execFileSync('ssh-keygen', ['-q', ...kind, '-N', '', '-f', join(extra, name ?? '')]);
    }
    const writer = `${place.keyPath('writer')}.pub`;
    execFileSync('sh', ['-c', `cat ${writer} ${place.keyPath('reader')}.pub >${extra}/two.pub`]);
    mkdirSync(join(extra, 'open/backups'), { recursive: true });
    execFileSync('chmod', ['777', join(extra, 'open')]);
    symlinkSync(extra, join(place.base, 'link'));
    writeFileSync(join(extra, 'image'), 'somebody needs this');
  });
  afterAll(() => place.remove());

  const cases: [string, () => string[], RegExp][] = [
    ['an unknown option', () => ['--colour', 'blue'], /there is no option --colour/],
    ['an option without its value', () => ['--port'], /--port needs a value/],
    ['a port that is none', () => ['--port', '22; reboot'], /--port is a port/],
    ['a private key', () => ['--writer-key', place.keyPath('writer')], /is a private key/],
    ['a short key', () => ['--writer-key', `${extra}/short.pub`], /RSA key of 3072 bits/],
    ['a key that is not RSA', () => ['--writer-key', `${extra}/modern.pub`], /no RSA key/],
    ['two keys in one file', () => ['--writer-key', `${extra}/two.pub`], /exactly one public key/],
    ['one key for two roles', () => ['--reader-key', `${place.keyPath('writer')}.pub`], /a key is named twice/],
    ['addresses that sshd would not read', () => ['--from', '10.0.0.1/8'], /--from 10\.0\.0\.1\/8 is no list/],
    ['a listen address of words', () => ['--listen', 'tc-portail'], /--listen is an address/],
    ['one account for two roles', () => ['--reader', place.accounts.writer], /three accounts/],
    ['a former account that is root', () => ['--former-account', 'root'], /cannot be closed/],
    ['a former account that is nobody', () => ['--former-account', 'no-such-one'], /there is no account/],
    ['a mount point as the directory', () => ['--directory', '/dev/shm'], /is a mount point/],
    ['a directory behind a link', () => ['--directory', `${place.base}/link/backups`], /leads through a link/],
    [
      'a directory that others could replace',
      () => ['--directory', `${extra}/open/backups`],
      /writable by nobody else/,
    ],
    ['a file in the place of a volume', () => ['--volume', `xfs-loop:300M:${extra}/image`], /no volume of the vault/],
    ['a volume of no known kind', () => ['--volume', 'ntfs:/dev/sdz'], /--volume is xfs:/],
    ['a Node that is none', () => ['--node', `${extra}/image`], /does not hold a Node/],
    ['a program that is not there', () => ['--bundles', `${extra}/none`], /none\/vault\/index\.js/],
  ];

  it.each(cases)('%s', async (_what, words, message) => {
    const before = describeTree(place.base);
    // Named twice, an option has its last value; keys add up.
    const given = words();
    const first = given[0]?.endsWith('-key') ? withoutOption(place.firstArguments, given[0]) : place.firstArguments;
    const { code, stdout, stderr } = await place.provision([...first, ...given]);
    expect([code, stdout.replace(/^ok .*\n/gm, ''), stderr]).toEqual([2, '', expect.stringMatching(message)]);
    expect(stderr).not.toMatch(/^\S*provision\.sh: line|unbound/m);
    expect(describeTree(place.base)).toBe(before);
  });

  it('a configuration that sshd refuses already', async () => {
    const config = join(place.etc, 'ssh/sshd_config');
    copyFileSync(config, join(extra, 'sshd_config'));
    appendFileSync(config, 'PermitRotLogin no\n');
    const before = describeTree(place.base);
    const { code, stderr } = await place.provision();
    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(/sshd refuses its present configuration.*PermitRotLogin/),
    ]);
    expect(describeTree(place.base)).toBe(before);
    copyFileSync(join(extra, 'sshd_config'), config);
  });

  it('a firewall rule for a port at which administrators log in today', async () => {
    const { code, stderr } = await place.provision([
      ...withoutOption(place.firstArguments, '--port'),
      ...['--port', String(place.adminPort), '--firewall', 'yes'],
    ]);
    expect([code, stderr]).toEqual([2, expect.stringMatching(/would shut administrators out[\s\S]*--also-from/)]);
  });
});

function withoutOption(words: readonly string[], option: string): string[] {
  const at = words.indexOf(option);
  return words.filter((_word, index) => index !== at && index !== at + 1);
}
