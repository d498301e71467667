import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { join } from 'node:path';

import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';

import { Failure } from '../../src/logging/failure.ts';
import { fingerprint } from '../../src/vault/client/known-hosts.ts';
import type { SshOptions } from '../../src/vault/client/ssh-options.ts';
import { openSshTransport } from '../../src/vault/client/ssh-transport.ts';
import type { Reply, Transport } from '../../src/vault/client/transport.ts';
import { readPublicKey } from '../fixtures/rsa-keys.ts';
import { startSshVault, type SshVault } from '../fixtures/ssh-vault.ts';

let vault: SshVault;
const opened: Transport[] = [];
const servers: Server[] = [];

beforeAll(async () => {
  vault = await startSshVault(['writer', 'plain']);
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map((transport) => transport.close()));
  for (const server of servers.splice(0)) server.close();
  rmSync(join(vault.sshd.home, '.bashrc'), { force: true });
});
afterAll(async () => {
  await vault.stop();
});

async function open(options: SshOptions): Promise<Transport> {
  const transport = await openSshTransport(options);
  opened.push(transport);
  return transport;
}

async function hello(options: SshOptions): Promise<Reply> {
  return (await open(options)).call({ words: ['hello'] });
}

async function failureOf(pending: Promise<unknown>): Promise<Failure> {
  const error: unknown = await pending.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof Failure)) throw new Error(`expected a Failure, got ${String(error)}`);
  return error;
}

async function listen(greet: (socket: Socket) => void): Promise<{ port: number; count: () => number }> {
  let connections = 0;
  const server = createServer((socket) => {
    connections++;
    socket.on('error', () => undefined);
    greet(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  servers.push(server);
  return { port: (server.address() as AddressInfo).port, count: () => connections };
}

function writeKnownHosts(name: string, text: string): string {
  const path = join(vault.sshd.directory, name);
  writeFileSync(path, text);
  return path;
}

const findProgram = (name: string) => execFileSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).trim();
const fingerprintOf = (keyPath: string) =>
  fingerprint(Buffer.from(readPublicKey(keyPath).split(' ')[1] ?? '', 'base64'));

describe('a vault over SSH', () => {
  it('answers through the forced command, banner or not', async () => {
    const { result } = await hello(vault.options('writer'));
    expect(result).toMatchObject({ protocol: 1, role: 'writer' });
  });

  it('answers on a plain account, where the bundle is brought once', async () => {
    const folder = join(vault.sshd.home, '.local/share/skills-hub-continuity');
    expect((await hello(vault.options('plain'))).result).toMatchObject({ role: 'owner', isProvisioned: false });
    const [file = ''] = readdirSync(folder);
    const first = statSync(join(folder, file));
    expect(file).toMatch(/^vault-[0-9a-f]{64}\.mjs$/);
    expect(first.mode & 0o777).toBe(0o600);
    expect((await hello(vault.options('plain'))).result).toMatchObject({ role: 'owner' });
    expect(readdirSync(folder)).toEqual([file]);
    expect(statSync(join(folder, file)).ino).toBe(first.ino);
  });

  it('says by what a plain account fails: Node missing or too old, no rsync (fault 82)', async () => {
    const bin = join(vault.sshd.directory, 'bin');
    mkdirSync(bin);
    for (const name of ['sh', 'sha256sum', 'rsync']) symlinkSync(findProgram(name), join(bin, name));
    writeFileSync(join(vault.sshd.home, '.bashrc'), `PATH=${bin}\n`);
    expect((await failureOf(hello(vault.options('plain')))).message).toContain('has no node');
    writeFileSync(join(bin, 'node'), '#!/bin/sh\necho v18.19.0\n', { mode: 0o755 });
    expect((await failureOf(hello(vault.options('plain')))).message).toContain('has Node v18.19.0; 20.11 or newer');
    rmSync(join(bin, 'rsync'));
    writeFileSync(join(bin, 'node'), '#!/bin/sh\necho v22.1.0\n', { mode: 0o755 });
    expect((await failureOf(hello(vault.options('plain')))).message).toContain('has no rsync');
  });

  it.each(['writer', 'plain'])('calls noise of .bashrc a protocol incompatibility (%s) (fault 82)', async (key) => {
    writeFileSync(join(vault.sshd.home, '.bashrc'), 'echo Welcome!\n');
    const failure = await failureOf(hello(vault.options(key)));
    expect(failure.message).toMatch(/protocol incompatibility.*Welcome!/);
  });

  it('asks again over a new connection after the network was cut between two calls', async () => {
    const transport = await open(vault.options('writer'));
    await transport.call({ words: ['hello'] });
    vault.sshd.cutConnections();
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect((await transport.call({ words: ['hello'] })).result).toMatchObject({ protocol: 1 });
  });

  it('takes a connection that is cut during a call for a failure (fault 71)', async () => {
    const transport = await open(vault.options('writer'));
    await transport.call({ words: ['hello'] });
    const endless = (async function* () {
      yield Buffer.from('{');
      await new Promise((resolve) => setTimeout(resolve, 2_000));
    })();
    const name = `backup_full_${new Date().toISOString().slice(0, 10)}.tar.gz`;
    const pending = failureOf(transport.call({ words: ['seal', name], body: endless }));
    await new Promise((resolve) => setTimeout(resolve, 600));
    vault.sshd.cutConnections();
    expect(await pending).toMatchObject({ kind: 'vault', message: expect.stringContaining('was lost') });
  });

  it('passes on what a body of ours throws', async () => {
    const transport = await open(vault.options('writer'));
    const broken = (async function* () {
      yield Buffer.from('{');
      await Promise.resolve();
      throw new Error('the recipe cannot be read');
    })();
    const name = `backup_full_${new Date().toISOString().slice(0, 10)}.tar.gz`;
    await expect(transport.call({ words: ['seal', name], body: broken })).rejects.toThrow('the recipe cannot be read');
  });

  it('refuses to speak after it was closed', async () => {
    const transport = await open(vault.options('writer'));
    await transport.close();
    await expect(transport.call({ words: ['hello'] })).rejects.toThrow('closed');
  });
});

describe('a vault over SSH that cannot be reached or trusted', () => {
  it('is sent nothing when its host key is not the pinned one (faults 77, 81)', async () => {
    const { sshd } = vault;
    const other = sshd.clientKeyPath('plain');
    const before = sshd.log().length;
    for (const pinned of [
      readPublicKey(other),
      'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHVQmzp3WcqxpJ3ZVs+9PeXhBSQ3fJCHpZz0kzYoR0bQ',
    ]) {
      const knownHostsPath = writeKnownHosts('wrong_hosts', `[127.0.0.1]:${sshd.port} ${pinned}\n`);
      const failure = await failureOf(hello(vault.options('writer', { knownHostsPath })));
      expect(failure.kind).toBe('vault');
      expect(failure.message).toContain(fingerprint(Buffer.from(pinned.split(' ')[1] ?? '', 'base64')));
      expect(failure.message).toContain(fingerprintOf(sshd.hostKeyPath));
    }
    expect(sshd.log().slice(before)).not.toMatch(/publickey|Accepted|Starting session/);
  });

  it('is not even called when known_hosts is empty or missing (fault 78)', async () => {
    const count = () => vault.sshd.log().split('Connection from').length;
    const before = count();
    const empty = writeKnownHosts('no_hosts', '# nothing here\n');
    for (const knownHostsPath of [empty, join(vault.sshd.directory, 'missing')]) {
      const failure = await failureOf(open(vault.options('writer', { knownHostsPath })));
      expect(failure.kind).toBe('config');
      expect(failure.next).toMatch(/ssh-keyscan -p \d+ 127\.0\.0\.1.*ssh-keygen -lf.*on the backup server itself/);
    }
    expect(count()).toBe(before);
  });

  it('is reported when it does not know the key (fault 79)', async () => {
    const failure = await failureOf(hello(vault.options('writer', { key: { file: vault.sshd.hostKeyPath } })));
    expect(failure).toMatchObject({ kind: 'vault', message: expect.stringContaining('does not accept the key') });
  });

  it('is reported when the port is closed, after a bounded number of attempts', async () => {
    const { port } = await listen(() => undefined);
    await new Promise((resolve) => servers.pop()?.close(resolve));
    const knownHostsPath = writeKnownHosts('closed', `[127.0.0.1]:${port} ${readPublicKey(vault.sshd.hostKeyPath)}\n`);
    const failure = await failureOf(hello(vault.options('writer', { port, knownHostsPath })));
    expect(failure).toMatchObject({ kind: 'vault', message: expect.stringContaining('nothing listens there') });
  });

  it('is given up when it stays silent, or is no SSH server (faults 73, 80, 82)', async () => {
    const frozen = await listen(() => undefined);
    const chatty = await listen((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    const key = readPublicKey(vault.sshd.hostKeyPath);
    const knownHostsPath = writeKnownHosts('others', `[127.0.0.1]:${frozen.port},[127.0.0.1]:${chatty.port} ${key}\n`);
    const began = Date.now();
    const silent = { knownHostsPath, connectTimeoutMs: 400, port: frozen.port };
    const silence = await failureOf(hello(vault.options('writer', silent)));
    expect(silence.message).toContain('does not answer within 0.4 s');
    expect(frozen.count()).toBe(2);
    expect(Date.now() - began).toBeLessThan(5_000);
    const noise = await failureOf(hello(vault.options('writer', { knownHostsPath, port: chatty.port })));
    expect(noise.message).toContain('protocol incompatibility');
  });

  it('leaves nothing behind in the private directory', () => {
    expect(existsSync(vault.options('writer').privateDirectory)).toBe(true);
    expect(readdirSync(vault.options('writer').privateDirectory)).toEqual([]);
  });
});
