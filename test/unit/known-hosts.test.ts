import { createHmac, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { fingerprint, readPinnedKeys } from '../../src/vault/client/known-hosts.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'continuity-hosts-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function makeKey(type = 'ssh-ed25519'): { line: string; blob: Buffer } {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(type.length);
  const blob = Buffer.concat([length, Buffer.from(type), Buffer.from([0, 0, 0, 32]), randomBytes(32)]);
  return { line: `${type} ${blob.toString('base64')}`, blob };
}

function hash(name: string): string {
  const salt = randomBytes(20);
  return `|1|${salt.toString('base64')}|${createHmac('sha1', salt).update(name).digest('base64')}`;
}

function read(text: string, host = 'vault.example', port = 4660) {
  const path = join(folder, randomBytes(8).toString('hex'));
  writeFileSync(path, text);
  return readPinnedKeys(path, host, port);
}

describe('known_hosts', () => {
  const a = makeKey();
  const b = makeKey('ssh-rsa');

  it('pins the keys of a host and port, among those of others', async () => {
    const text = `# ours\n\nother ${b.line}\n[vault.example]:4660,[172.16.95.98]:4660 ${a.line} comment\r\n[vault.example]:22 ${b.line}\n`;
    expect(await read(text)).toEqual([{ type: 'ssh-ed25519', blob: a.blob }]);
    expect(await read(text, 'VAULT.example')).toHaveLength(1);
    expect(await read(text, '172.16.95.98')).toHaveLength(1);
    await expect(read(text, 'vault.example', 4661)).rejects.toThrow('pins no key for [vault.example]:4661');
  });

  it('reads hashed names, and lines without a port for any port', async () => {
    expect(await read(`${hash('[vault.example]:4660')} ${a.line}\n${hash('elsewhere')} ${b.line}\n`)).toHaveLength(1);
    expect(await read(`${hash('vault.example')} ${a.line}\n`, 'vault.example', 22)).toHaveLength(1);
    expect(await read(`vault.example ${a.line}\n`)).toHaveLength(1);
    // A line with the port is the more exact one: the other does not count beside it.
    const both = await read(`vault.example ${a.line}\n[vault.example]:4660 ${b.line}\n`);
    expect(both.map(({ type }) => type)).toEqual(['ssh-rsa']);
  });

  it('follows patterns and their exceptions', async () => {
    expect(await read(`[*.example]:46?0 ${a.line}\n`)).toHaveLength(1);
    await expect(read(`[*.example]:4660,![vault.example]:4660 ${a.line}\n`)).rejects.toThrow('pins no key');
    await expect(read(`[vaultXexample]:4660 ${a.line}\n`)).rejects.toThrow('pins no key');
  });

  it('leaves out revoked keys, and takes no authority for a key', async () => {
    const text = `[vault.example]:4660 ${a.line}\n[vault.example]:4660 ${b.line}\n@revoked * ${b.line}\n`;
    expect((await read(`${text}@revoked [vault.example]:4660 ${b.line}\n`)).map(({ type }) => type)).toEqual([
      'ssh-ed25519',
    ]);
    expect((await read(text)).map(({ type }) => type)).toEqual(['ssh-ed25519']);
    await expect(read(`@cert-authority [vault.example]:4660 ${a.line}\n`)).rejects.toThrow('certificate authority');
  });

  it('refuses a broken line of our host, and any line that is none', async () => {
    await expect(read(`[vault.example]:4660 ssh-rsa ${a.line.split(' ')[1] ?? ''}\n`)).rejects.toThrow(
      'line 1: the key is cut',
    );
    await expect(read(`ok ${a.line}\n<<<<<<< HEAD\n`)).rejects.toThrow('line 2: not a known_hosts line');
  });

  it('says how to get the key where nothing is pinned (fault 78)', async () => {
    await expect(read('')).rejects.toMatchObject({
      kind: 'config',
      next: expect.stringMatching(/ssh-keyscan -p 4660 vault\.example.*by telephone/),
    });
  });

  it('prints fingerprints as ssh-keygen does', () => {
    const blob = Buffer.from('AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl', 'base64');
    // GitHub's published one.
    expect(fingerprint(blob)).toBe('SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU');
  });
});
