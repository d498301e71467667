import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { Failure } from '../../src/logging/failure.ts';
import { withKeyFile } from '../../src/vault/client/key-file.ts';
import { loadKey, type KeySource } from '../../src/vault/client/keys.ts';
import { makeRsaKey } from '../fixtures/rsa-keys.ts';
import { startSshAgent } from '../fixtures/ssh-agent.ts';

let folder: string;
let fit: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'continuity-keys-'));
  fit = (await makeRsaKey('fit')).privateKey;
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function write(name: string, text: string, mode = 0o600): KeySource {
  const file = join(folder, name);
  writeFileSync(file, text);
  chmodSync(file, mode);
  return { file };
}

function generate(name: string, ...args: string[]): string {
  const path = join(folder, name);
  execFileSync('ssh-keygen', ['-q', '-N', '', '-f', path, ...args], { stdio: 'ignore' });
  return path;
}

/** The message and the advice; no line of any key may be in them. */
async function refusal(source: KeySource): Promise<string> {
  const error: unknown = await loadKey(source).catch((thrown: unknown) => thrown);
  if (!(error instanceof Failure)) throw new Error(`expected a Failure, got ${JSON.stringify(error)}`);
  expect(error.kind).toBe('config');
  for (let deep: unknown = error; deep instanceof Error; deep = deep.cause) {
    for (const line of fit.trim().split('\n').slice(1))
      expect(`${deep.message} ${deep.stack ?? ''}`).not.toContain(line);
  }
  return `${error.message} | ${error.next}`;
}

describe('a key', () => {
  it('is loaded from a file, or from text without the last line end', async () => {
    expect(await loadKey(write('fit', fit))).toEqual({ kind: 'file', path: join(folder, 'fit'), text: fit });
    expect(await loadKey({ text: fit.trimEnd(), name: 'KEY' })).toEqual({ kind: 'text', text: fit });
  });

  it('may be in the older PEM form', async () => {
    const path = join(folder, 'pem');
    writeFileSync(path, fit, { mode: 0o600 });
    execFileSync('ssh-keygen', ['-q', '-p', '-m', 'PEM', '-N', '', '-f', path], { stdio: 'ignore' });
    expect(readFileSync(path, 'utf8')).toContain('BEGIN RSA PRIVATE KEY');
    expect(await loadKey({ file: path })).toMatchObject({ kind: 'file' });
  });

  it('is refused when others can read its file, or when it is missing (fault 85)', async () => {
    expect(await refusal(write('open', fit, 0o644))).toMatch(/has mode 0644.*chmod 600/);
    expect(await refusal(write('group', fit, 0o640))).toMatch(/has mode 0640/);
    expect(await refusal({ file: join(folder, 'missing') })).toMatch(
      /cannot read the key file.*ssh-keygen -t rsa -b 4096/,
    );
  });

  it('is refused with Windows line ends, cut, or without its last line end (fault 85)', async () => {
    const crlf = fit.replaceAll('\n', '\r\n');
    expect(await refusal(write('crlf', crlf))).toMatch(/Windows line ends.*sed/);
    expect(await refusal({ text: crlf, name: 'KEY' })).toMatch(/^KEY has Windows line ends/);
    expect(await refusal(write('unended', fit.trimEnd()))).toMatch(/lacks its final line end/);
    expect(await refusal(write('cut', fit.slice(0, 700) + '\n'))).toMatch(/not a whole private key/);
    expect(await refusal(write('empty', ''))).toMatch(/not a whole private key/);
    expect(await refusal({ text: fit.replaceAll('\n', ' '), name: 'KEY' })).toMatch(
      /not a whole private key.*all its lines/,
    );
  });

  it('is refused with a passphrase, in either form (fault 85)', async () => {
    for (const form of [[], ['-m', 'PEM']]) {
      const path = join(folder, `locked${form.length}`);
      writeFileSync(path, fit, { mode: 0o600 });
      execFileSync('ssh-keygen', ['-q', '-p', '-N', 'secret', '-f', path, ...form], { stdio: 'ignore' });
      expect(await refusal({ file: path })).toMatch(/protected by a passphrase/);
    }
  });

  it('is refused when it is not RSA of 4096 bits, or the public half', async () => {
    expect(await refusal({ file: generate('short', '-t', 'rsa', '-b', '2048') })).toMatch(
      /is RSA of 2048 bits.*ssh-keygen -t rsa/,
    );
    expect(await refusal({ file: generate('curve', '-t', 'ed25519') })).toMatch(/is ssh-ed25519, not RSA/);
    chmodSync(join(folder, 'short.pub'), 0o600);
    expect(await refusal({ file: join(folder, 'short.pub') })).toMatch(/is a public key/);
  });

  it('may be in an ssh-agent, among others that are not offered', async () => {
    const agent = await startSshAgent();
    try {
      expect(await refusal({ agent: agent.socket })).toMatch(/holds no key.*ssh-add/);
      agent.add(generate('small', '-t', 'rsa', '-b', '2048'));
      expect(await refusal({ agent: agent.socket })).toMatch(/holds RSA of 2048 bits/);
      agent.add(join(folder, 'fit'));
      const key = await loadKey({ agent: agent.socket });
      expect(key.kind === 'agent' ? key.publicKeys.map((blob) => blob.toString('base64')) : []).toEqual([
        (await makeRsaKey('fit')).publicKey.split(' ')[1],
      ]);
    } finally {
      await agent.stop();
    }
    expect(await refusal({ agent: agent.socket })).toMatch(/no ssh-agent answers/);
  });

  it('that came as text is a file for as long as it is used, and no longer (fault 86)', async () => {
    const key = await loadKey({ text: fit, name: 'KEY' });
    const directory = mkdtempSync(join(folder, 'private-'));
    const seen = await withKeyFile(key, directory, async ([path = '']) => {
      expect(statSync(path).mode & 0o777).toBe(0o600);
      return readFileSync(path, 'utf8');
    });
    expect(seen).toBe(fit);
    await expect(withKeyFile(key, directory, () => Promise.reject(new Error('refused')))).rejects.toThrow('refused');
    expect(readdirSync(directory)).toEqual([]);
  });
});
