import { execFileSync } from 'node:child_process';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { startSshd, type Sshd } from '../fixtures/sshd.ts';

describe('the private sshd', () => {
  let sshd: Sshd;
  beforeAll(async () => {
    sshd = await startSshd({
      keys: [{ name: 'plain' }, { name: 'forced', command: 'echo "$SSH_ORIGINAL_COMMAND"; pwd' }],
    });
  });
  afterAll(async () => {
    await sshd.stop();
  });

  const ssh = (name: string, command: string) => {
    const options = ['IdentitiesOnly=yes', 'BatchMode=yes', `UserKnownHostsFile=${sshd.knownHostsPath}`];
    const flags = ['-F', 'none', '-i', sshd.clientKeyPath(name), '-p', String(sshd.port)];
    const args = [...flags, ...options.flatMap((option) => ['-o', option]), `${sshd.user}@${sshd.host}`, command];
    return execFileSync('ssh', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  };

  it('gives a shell in a private home to a plain key', () => {
    expect(ssh('plain', 'echo $HOME')).toBe(`${sshd.home}\n`);
  });

  it('runs the forced command, whatever was asked for', () => {
    expect(ssh('forced', 'id; reboot')).toMatch(/^id; reboot\n\//);
  });
});
