import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { openSshTransport } from '../../src/vault/client/ssh-transport.ts';
import { startSshAgent, type SshAgent } from '../fixtures/ssh-agent.ts';
import { startSshVault, type SshVault } from '../fixtures/ssh-vault.ts';

let vault: SshVault;
let agent: SshAgent;
let folder: string;

beforeAll(async () => {
  [vault, agent] = await Promise.all([startSshVault(['writer', 'reader']), startSshAgent()]);
  folder = mkdtempSync(join(tmpdir(), 'continuity-account-'));
});
afterAll(async () => {
  await Promise.all([vault.stop(), agent.stop()]);
  rmSync(folder, { recursive: true });
});

function settings(): string[] {
  const { sshd } = vault;
  const options = [
    'IdentitiesOnly=yes',
    'BatchMode=yes',
    `UserKnownHostsFile=${sshd.knownHostsPath}`,
    'LogLevel=ERROR',
  ];
  return ['-F', 'none', '-i', sshd.clientKeyPath('writer'), ...options.flatMap((option) => ['-o', option])];
}

/** Runs a client program as an attacker would who holds the writer's key. */
async function attack(program: string, args: string[]): Promise<{ code: number | null; output: string }> {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], timeout: 10_000 });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, output };
}

describe('an account with the forced command (fault 99)', () => {
  const target = () => `${vault.sshd.user}@${vault.sshd.host}`;

  it.each(['', 'id', 'sh -c id', 'hello; id', 'hello\nid', '$(id)', 'rsync --daemon', 'rsync --server --daemon .'])(
    'gives no shell and runs no command of the client: %j',
    async (command) => {
      const { code, output } = await attack('ssh', [...settings(), '-p', String(vault.sshd.port), target(), command]);
      expect(code).not.toBe(0);
      expect(output).not.toMatch(/uid=|@RSYNCD/);
      expect(output).toMatch(/refused/);
    },
  );

  it('has no scp, no sftp, and no rsync that fetches', async () => {
    const file = join(folder, 'file');
    writeFileSync(file, 'x');
    const port = ['-P', String(vault.sshd.port)];
    const remote = `${target()}:${folder}/stolen`;
    for (const form of ['-O', '-s'])
      expect((await attack('scp', [...settings(), ...port, form, file, remote])).code).not.toBe(0);
    expect((await attack('sftp', [...settings(), ...port, '-b', '/dev/null', target()])).code).not.toBe(0);
    const shell = ['ssh', ...settings(), '-p', String(vault.sshd.port)].join(' ');
    expect((await attack('rsync', ['-e', shell, `${target()}:${file}`, join(folder, 'fetched')])).code).not.toBe(0);
    expect((await attack('rsync', ['-r', '-e', shell, folder, remote])).code).not.toBe(0);
    expect(readdirSync(folder)).toEqual(['file']);
  });

  it('forwards no port', async () => {
    const local = 20_000 + (process.pid % 20_000);
    const forward = ['-N', '-L', `127.0.0.1:${local}:127.0.0.1:${vault.sshd.port}`];
    const child = spawn('ssh', [...settings(), '-p', String(vault.sshd.port), ...forward, target()], {
      stdio: 'ignore',
    });
    try {
      let answer: string | undefined;
      for (let waitedMs = 0; waitedMs < 8_000 && answer === undefined; waitedMs += 50) {
        await sleep(50);
        answer = await new Promise<string | undefined>((resolve) => {
          const socket = connect(local, '127.0.0.1');
          socket.once('data', (chunk: Buffer) => resolve(chunk.toString()));
          socket.once('error', () => resolve(undefined));
          socket.once('end', () => resolve(''));
        });
      }
      // The client listens, but the server passes nothing on: the connection ends without a banner.
      expect(answer).toBe('');
    } finally {
      child.kill('SIGKILL');
    }
  });

  it('serves a key that only an ssh-agent holds: words and segments', async () => {
    agent.add(vault.sshd.clientKeyPath('writer'));
    const transport = await openSshTransport(vault.options('writer', { key: { agent: agent.socket } }));
    try {
      expect((await transport.call({ words: ['hello'] })).result).toMatchObject({ role: 'writer' });
      const name = `${'a'.repeat(64)}.segment`;
      writeFileSync(join(folder, name), 'x'.repeat(1000));
      await transport.upload([join(folder, name)]);
      expect(existsSync(join(vault.incoming, name))).toBe(true);
    } finally {
      await transport.close();
    }
    expect(readdirSync(vault.options('writer').privateDirectory)).toEqual([]);
  });

  it('receives no segment from a reader', async () => {
    const transport = await openSshTransport(vault.options('reader', { retryDelayMs: 60_000 }));
    const name = `${'b'.repeat(64)}.segment`;
    writeFileSync(join(folder, name), 'x');
    await expect(transport.upload([join(folder, name)])).rejects.toMatchObject({
      kind: 'refused',
      message: expect.stringContaining('a reader may not send anything'),
    });
    await transport.close();
    expect(existsSync(join(vault.incoming, name))).toBe(false);
  });
});
