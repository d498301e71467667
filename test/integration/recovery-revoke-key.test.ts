import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { silent } from '../../src/logging/logger.ts';
import { openSession } from '../../src/vault/client/session.ts';
import { openSshTransport } from '../../src/vault/client/ssh-transport.ts';
import type { VaultClient } from '../../src/vault/vault-client.ts';
import { startAccountVault, type AccountVault } from '../fixtures/account-vault.ts';
import { canProvision } from '../fixtures/provisioned-vault.ts';
import { readPublicKey, writeRsaKey } from '../fixtures/rsa-keys.ts';
import { nightName } from '../fixtures/vault-nights.ts';

const script = join(import.meta.dirname, '../../infrastructure/recovery/revoke-writer-key.sh');
if (!canProvision) console.warn('skipped: accounts can be made by root only, with sudo, sshd and setpriv');

interface Run {
  code: number;
  text: string;
}

(canProvision ? describe : describe.skip)('the stolen writer key, revoked on the vault', () => {
  let there: AccountVault;
  let newKey: string;
  const today = nightName();
  const keysFile = () => join(there.vault.etc, 'ssh/authorized_keys.d', there.vault.accounts.writer);
  const revoke = async (...words: string[]): Promise<Run> => {
    const { name, etc, base } = there.vault;
    const names = ['--name', name, '--etc', etc, '--bundles', join(base, 'dist')];
    try {
      const { stdout, stderr } = await promisify(execFile)('bash', [script, ...names, ...words]);
      return { code: 0, text: stdout + stderr };
    } catch (error) {
      const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
      return { code, text: stdout + stderr };
    }
  };
  const openWith = async (key: string): Promise<VaultClient> =>
    openSession(
      await openSshTransport({
        host: there.vault.host,
        port: there.vault.port,
        user: there.vault.accounts.writer,
        directory: there.vault.directory,
        key: { file: key },
        knownHostsPath: there.vault.knownHostsPath,
        bundlePath: '/nonexistent',
        privateDirectory: there.scratch,
        log: silent,
        attempts: 1,
      }),
    );

  beforeAll(async () => {
    there = await startAccountVault();
    newKey = join(there.scratch, 'new_writer');
    await writeRsaKey('new-writer', newKey);
    const writer = await there.open('writer');
    const night = await there.nights.build(today, { 'uploads/a': randomBytes(200_000) });
    await there.nights.send(writer, today, night);
  }, 180_000);
  afterAll(() => there.stop());

  it('is asked for first, and nothing is changed where nobody can answer', async () => {
    const before = readFileSync(keysFile(), 'utf8');
    const { code, text } = await revoke();
    expect(code).toBe(2);
    expect(text).toContain('--yes');
    expect(text).toMatch(/4096 SHA256:\S+ .*\(RSA\)/);
    expect(readFileSync(keysFile(), 'utf8')).toBe(before);
  });

  it.each([
    ['a private key', /private key/],
    ['a key of another kind', /not one public RSA key/],
    ['a short key', /too short/],
    ['a text', /not one public RSA key/],
    ['two keys', /not one public RSA key/],
    ['no file', /cannot be read/],
  ])('is not given up for %s named as the new one', async (kind, message) => {
    const file = join(there.scratch, `wrong-${kind.replaceAll(' ', '-')}`);
    const generate = async (...words: string[]) =>
      promisify(execFile)('ssh-keygen', ['-q', '-N', '', '-f', file, ...words]);
    let named = file;
    if (kind === 'a private key') named = newKey;
    else if (kind === 'a text') writeFileSync(file, 'ssh-rsa which key, please?\n');
    else if (kind === 'two keys')
      writeFileSync(file, `${readPublicKey(newKey)} a\n${readPublicKey(there.vault.keyPath('writer'))} b\n`);
    else if (kind !== 'no file') {
      await generate(...(kind === 'a short key' ? ['-t', 'rsa', '-b', '2048'] : ['-t', 'ed25519']));
      named = `${file}.pub`;
    }
    const before = readFileSync(keysFile(), 'utf8');
    const { code, text } = await revoke('--yes', '--new-key', named);
    expect(text).toMatch(message);
    expect(text).toContain('nothing was changed');
    expect(code).toBe(2);
    expect(readFileSync(keysFile(), 'utf8')).toBe(before);
    const writer = await openWith(there.vault.keyPath('writer'));
    expect(await writer.hello()).toMatchObject({ role: 'writer' });
    await writer.close();
  });

  it('is cut off with its running sessions; the reader goes on, and the archive is untouched', async () => {
    const bytes = readFileSync(join(there.vault.directory, today));
    const open = await openWith(there.vault.keyPath('writer'));
    expect(await open.hello()).toMatchObject({ role: 'writer' });
    const { code, text } = await revoke('--yes', '--since', '2020-01-01');
    expect(text).toContain(today);
    expect(text).toContain('1 archive sealed since 2020-01-01');
    expect(code).toBe(0);
    // It was logged in all the time: alive, that connection would answer.
    await expect(open.hello()).rejects.toThrow();
    await open.close();
    const again = await openWith(there.vault.keyPath('writer'));
    await expect(again.hello()).rejects.toThrow('does not accept the key');
    await again.close();
    const reader = await there.open('reader');
    expect((await reader.status()).archives.map(({ name }) => name)).toEqual([today]);
    await there.closeClients();
    expect(readFileSync(join(there.vault.directory, today)).equals(bytes)).toBe(true);
    const revoked = readFileSync(join(there.vault.etc, `ssh/${there.vault.name}-revoked-keys`), 'utf8');
    expect(revoked).toContain(readPublicKey(there.vault.keyPath('writer')));
  }, 120_000);

  it('stays refused: typed again nothing changes, and a later provisioning does not bring it back', async () => {
    expect(await revoke('--yes')).toMatchObject({ code: 0, text: expect.stringMatching(/^0 items changed/m) });
    expect(await there.vault.provision(['--check'])).toMatchObject({ code: 0 });
    const { code, stderr } = await there.vault.provision(['--writer-key', `${there.vault.keyPath('writer')}.pub`]);
    expect(code).toBe(2);
    expect(stderr).toContain('a key is named twice');
  }, 120_000);

  it('gives way to the new key, which writes, while the old one and one that was added by hand do not', async () => {
    const strange = join(there.scratch, 'strange');
    await writeRsaKey('strange-writer', strange);
    writeFileSync(keysFile(), `restrict,command="/bin/sh" ${readPublicKey(strange)} odd\n`);
    const { code, text } = await revoke('--yes', '--new-key', `${newKey}.pub`);
    expect(text).toContain('Nouvelle clé');
    expect(code).toBe(0);
    const writer = await openWith(newKey);
    expect(await writer.hello()).toMatchObject({ role: 'writer' });
    await writer.close();
    for (const key of [strange, there.vault.keyPath('writer')]) {
      const old = await openWith(key);
      await expect(old.hello()).rejects.toThrow('does not accept the key');
      await old.close();
    }
    const revoked = readFileSync(join(there.vault.etc, `ssh/${there.vault.name}-revoked-keys`), 'utf8');
    expect(revoked).toContain(readPublicKey(strange));
    expect(revoked).not.toContain(readPublicKey(newKey));
    expect(await revoke('--new-key', `${newKey}.pub`)).toMatchObject({ code: 0 });
  }, 120_000);

  it('is not looked for on a machine that is no vault', async () => {
    const { code, text } = await promisify(execFile)('bash', [script, '--etc', there.scratch]).then(
      () => ({ code: 0, text: '' }),
      (error: unknown) => {
        const { code, stderr } = error as { code: number; stderr: string };
        return { code, text: stderr };
      },
    );
    expect(code).toBe(2);
    expect(text).toContain('Is this the vault?');
  });
});
