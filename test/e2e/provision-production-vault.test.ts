import { copyFileSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { clone, makeProductionMachine, noMachine, type ProductionMachine } from '../fixtures/production-machine.ts';
import { canProvision, startProvisionedVault, type ProvisionedVault } from '../fixtures/provisioned-vault.ts';

const obstacle = noMachine ?? (canProvision ? undefined : 'accounts can be made by root only, with sudo and sshd');
if (obstacle) console.warn(`skipped: ${obstacle}`);

(obstacle ? describe.skip : describe)('a production host and a vault, each provisioned by its script', () => {
  let vault: ProvisionedVault;
  let machine: ProductionMachine;
  const configPath = '/etc/skills-hub/continuity.yml';

  beforeAll(async () => {
    [vault, machine] = await Promise.all([startProvisionedVault(), makeProductionMachine({ hasNetwork: true })]);
    machine.write('/srv/skills-hub/data/uploads/evidence', 'content');
  }, 180_000);
  afterAll(async () => {
    await Promise.all([vault.stop(), machine.remove()]);
  });

  it('come together by one public key and one host key, and then the backup of the night goes from one to the other', async () => {
    machine.write('/root/vault.pub', readFileSync(join(vault.etc, 'ssh/host_key.pub'), 'utf8'));
    const first = await machine.provision([
      ...['--docker', 'no', '--schedule', 'timer', '--vault-host-key', '/root/vault.pub', '--vault', vault.host],
      ...['--port', String(vault.port), '--vault-user', vault.accounts.writer, '--vault-path', vault.directory],
    ]);
    expect([first.code, first.stderr]).toEqual([0, '']);
    expect(first.stdout).toMatch(/^FAILED +vault: .* does not accept the key$/m);

    // What is left to people: what is protected, and the key on the vault.
    const adapted = readFileSync(machine.path(configPath), 'utf8')
      .replace(/^compose:\n[\s\S]*?(?=^databases:)/m, '')
      .replace(/^databases:\n[\s\S]*?(?=^files:)/m, 'databases: {}\n')
      .replace(/^ {2}(odoo-data|odoo-addons|mattermost-files): .*\n/gm, '')
      // No engine runs here: nothing that would need one.
      .replace(/^ {2}secret-volumes: .*\n/m, '');
    writeFileSync(machine.path(configPath), adapted);
    const publicKey = join(vault.base, 'production.pub');
    copyFileSync(machine.path('/etc/skills-hub/writer_rsa.pub'), publicKey);
    expect((await vault.provision(['--writer-key', publicKey])).code).toBe(0);

    const second = await machine.provision();
    expect([second.code, second.stdout]).toEqual([
      0,
      expect.stringMatching(/Nothing was changed[\s\S]*The backup of tonight has all that it needs\.\n$/),
    ]);
    const script = `${clone}/infrastructure/backup_production.sh`;
    const made = await machine.run(['/bin/bash', script, '--unless-newer', '6h'], {
      environment: { PATH: '/usr/bin:/bin' },
    });
    expect([made.code, made.stdout]).toEqual([0, expect.stringMatching(/ is sealed on /)]);
    expect(readdirSync(vault.directory).filter((name) => name.startsWith('backup_full_'))).toHaveLength(1);
  }, 180_000);
});
