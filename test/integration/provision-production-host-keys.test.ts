import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { describeTree } from '../fixtures/describe-tree.ts';
import { makeProductionMachine, noMachine, type ProductionMachine } from '../fixtures/production-machine.ts';
import { startSshVault, type SshVault } from '../fixtures/ssh-vault.ts';

if (noMachine) console.warn(`skipped: ${noMachine}`);

(noMachine ? describe.skip : describe)('host keys of a vault that answers (faults 77, 78)', () => {
  let machine: ProductionMachine;
  let vault: SshVault;
  let fingerprint: string;
  const first = () => [
    '--docker',
    'no',
    '--schedule',
    'timer',
    '--vault',
    vault.sshd.host,
    '--port',
    String(vault.sshd.port),
  ];

  beforeAll(async () => {
    [vault, machine] = await Promise.all([startSshVault(['writer']), makeProductionMachine({ hasNetwork: true })]);
    const [, kind, blob] = readFileSync(vault.sshd.knownHostsPath, 'utf8').trim().split(' ');
    machine.write('/root/known.pub', `${kind} ${blob}\n`);
    fingerprint = (await machine.run(['ssh-keygen', '-lf', '/root/known.pub'])).stdout.split(' ')[1] ?? '';
  }, 120_000);
  afterAll(async () => {
    await Promise.all([vault.stop(), machine.remove()]);
  });

  it('are shown to be compared, and none is pinned by that', async () => {
    const before = describeTree(machine.changes);
    const { code, stdout, stderr } = await machine.provision([...first(), '--show-vault-keys']);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain(fingerprint);
    expect(stdout).toContain('Nothing is pinned by this');
    expect(describeTree(machine.changes)).toBe(before);
  });

  it('are not pinned where the fingerprint is another one', async () => {
    const before = describeTree(machine.changes);
    const wrong = `SHA256:${'A'.repeat(43)}`;
    const { code, stdout, stderr } = await machine.provision([...first(), '--vault-fingerprint', wrong]);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(`has the fingerprint ${wrong}; seen: `);
    expect(stderr).toContain('somebody stands in between: do not go on');
    expect(describeTree(machine.changes)).toBe(before);
  });

  it('are left to a person where none was confirmed, which --check goes on to tell', async () => {
    const { code, stdout } = await machine.provision(first());
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^left to you +host keys of \[/m)]);
    expect(stdout).toMatch(/- Pin the vault's host key/);
    const check = await machine.provision(['--check']);
    expect([check.code, check.stdout]).toEqual([1, expect.stringMatching(/^drift +host keys of .*: none is pinned/m)]);
  }, 120_000);

  it('are pinned where the fingerprint is the one that the console shows, and then the vault is reached', async () => {
    const { code, stdout, stderr } = await machine.provision(['--vault-fingerprint', fingerprint]);
    expect([code, stderr]).toEqual([0, '']);
    expect(readFileSync(machine.path('/etc/skills-hub/known_hosts'), 'utf8')).toBe(
      readFileSync(vault.sshd.knownHostsPath, 'utf8'),
    );
    // The vault answers, and does not know the key yet: that is what is left.
    expect(stdout).toMatch(/^FAILED +vault: .* does not accept the key$/m);
    expect((await machine.provision(['--check'])).code).toBe(0);
  }, 120_000);
});
