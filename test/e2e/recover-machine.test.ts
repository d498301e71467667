import { execFile, execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { generateIdentity, identityToRecipient } from 'age-encryption';

import { fetchEnvironment, makeBlankDebian, nodeVersion, noBlankDebian } from '../fixtures/blank-debian.ts';
import { compileProgram } from '../fixtures/compiled-program.ts';
import { describeTree } from '../fixtures/describe-tree.ts';
import { openDockerGround } from '../fixtures/docker/ground.ts';
import type { Evidence } from '../fixtures/docker/site.ts';
import { writePlatformConfig } from '../fixtures/docker/platform-config.ts';
import { openPlatformStack, type PlatformStack } from '../fixtures/docker/stack.ts';
import { killDescendants } from '../fixtures/processes.ts';
import { engineSocket, type ProductionMachine } from '../fixtures/production-machine.ts';
import { canProvision, startProvisionedVault, type ProvisionedVault } from '../fixtures/provisioned-vault.ts';

const ground = await openDockerGround();
const repository = join(import.meta.dirname, '../..');
const script = 'infrastructure/recovery/recover.sh';
const obstacle = canProvision ? noBlankDebian : 'accounts can be made by root only, with sudo, sshd and setpriv';
if (obstacle) console.warn(`skipped: ${obstacle}`);

const describeHere = obstacle ? describe.skip : (name: string, tests: () => void) => ground.describe(name, tests);

// Two things are stood in for: systemd, by a program that lets this machine's engine answer some seconds after it was asked
// for; and the registry of images, which that engine has.
describeHere('recovery/recover.sh on a Debian that has neither Node nor Docker', () => {
  let stack: PlatformStack;
  let vault: ProvisionedVault;
  let machine: ProductionMachine;
  /** Holds the machine's clone, which the engine finds under the same name. */
  let shared: string;
  let clone: string;
  let archive: string;
  let secrets: string;
  let evidence: { told: Evidence; content: Buffer };
  let line: string;

  beforeAll(async () => {
    [stack, vault] = [await openPlatformStack(ground), await startProvisionedVault()];
    const [made] = await Promise.all([makeBlankDebian(), stack.up()]);
    machine = made;
    const recoveryKey = await generateIdentity();
    await archivePlatform(await identityToRecipient(recoveryKey));
    secrets = readSecrets(stack.directory);
    // The platform is lost; the vault is another machine.
    await stack.remove();
    await machine.run(['rm', '-rf', vault.base]);
    await makeReady();
    machine.write('/root/skills_restore', readFileSync(vault.keyPath('reader'), 'utf8'), 0o600);
    machine.write('/root/recovery-key.txt', `# the team's\n${recoveryKey}\n`, 0o600);
    machine.write('/root/known_hosts', readFileSync(vault.knownHostsPath, 'utf8'));
    line = [
      `${script} --reader-key /root/skills_restore --known-hosts /root/known_hosts`,
      `--identity /root/recovery-key.txt --url ${stack.url}/health --writer-key ${vault.keyPath('writer')}`,
      `--vault-host ${vault.host} --vault-port ${vault.port} --vault-path ${vault.directory}`,
      `--reader-user ${vault.accounts.reader} --writer-user ${vault.accounts.writer}`,
    ].join(' ');
  }, 420_000);
  afterAll(async () => {
    await stack.remove();
    await machine.remove();
    await vault.stop();
    rmSync(shared, { recursive: true, force: true });
  }, 120_000);

  async function archivePlatform(recipient: string): Promise<void> {
    const content = randomBytes(20_000);
    evidence = { told: await stack.uploadEvidence({ student: 'Amina', title: 'portfolio', content }), content };
    cpSync(vault.knownHostsPath, join(stack.directory, 'known_hosts'));
    const access = {
      ...{ host: vault.host, port: vault.port, user: vault.accounts.writer, path: vault.directory },
      ...{ 'key-file': vault.keyPath('writer'), 'known-hosts': 'known_hosts' },
      reader: { user: vault.accounts.reader, agent: true },
    };
    const config = join(stack.directory, 'continuity.yml');
    writeFileSync(
      config,
      writePlatformConfig(access, [`recovery: { recipients: [${recipient}], secret-volumes: [proxy-data] }`]),
    );
    const program = compileProgram();
    const env = stack.environment as Record<string, string>;
    const { stdout, stderr } = await program.run(['backup', '--config', config], { env });
    program.remove();
    archive = /backup_full_[\d_-]+\.tar\.gz(?= is sealed)/.exec(stdout + stderr)?.[0] ?? stderr;
    expect(archive).toMatch(/^backup_full_\S+$/);
  }

  /** Gives the machine a clone, and an engine that is not up before systemd was asked for it. */
  async function makeReady(): Promise<void> {
    shared = mkdtempSync('/srv/continuity-');
    clone = join(shared, 'skills-hub');
    await machine.run(['chmod', '755', shared]);
    const tracked = execFileSync('git', ['ls-files', '-z'], { cwd: repository, encoding: 'utf8' }).split('\0');
    for (const name of tracked.filter((each) => each !== '' && existsSync(join(repository, each))))
      cpSync(join(repository, name), join(clone, name), { preserveTimestamps: true });
    machine.share(shared);
    const engine = (ground.environment['DOCKER_HOST'] ?? `unix://${engineSocket}`).replace('unix://', '');
    machine.share(engine, '/run/engine.sock');
    const volumes = (await ground.docker('info', '--format', '{{.DockerRootDir}}/volumes')).trim();
    machine.share(volumes);
    mkdirSync(machine.path('/run/systemd/system'), { recursive: true });
    machine.write(
      '/usr/bin/systemctl',
      `#!/bin/sh
case "$*" in *--now*docker.service*) { sleep 3; ln -sfn /run/engine.sock /run/docker.sock; } >/dev/null 2>&1 & ;; esac
`,
      0o755,
    );
  }

  /** Types a line on the machine's terminal, and the archive's name where it is asked for. `shown`: what stands there. */
  async function type(words: string, killWhen?: () => boolean): Promise<{ code: number | null; shown: string }> {
    const environment = { ...fetchEnvironment(), TERM: 'xterm' };
    const command = `cd ${clone} && ${words}`;
    const terminal = machine.start(['script', '-qefc', command, '/dev/null'], { environment });
    const ended = new Promise<number | null>((resolve) => terminal.once('close', resolve));
    let shown = '';
    let isAnswered = false;
    terminal.stdout?.on('data', (part: Buffer) => {
      shown += part.toString();
      if (isAnswered || !shown.includes(`Taper ${archive} pour continuer`)) return;
      isAnswered = true;
      terminal.stdin?.write(`${archive}\n`);
    });
    while (killWhen && terminal.exitCode === null && terminal.signalCode === null) {
      await sleep(5);
      if (!killWhen()) continue;
      killDescendants(terminal.pid as number);
      break;
    }
    const code = await ended;
    return { code, shown: shown.replaceAll('\r', '') };
  }

  const listFiles = (folder: string) => readdirSync(machine.path(folder), { recursive: true, encoding: 'utf8' });

  async function expectEvidence(): Promise<void> {
    const { told, content } = evidence;
    const listed = await stack.listEvidence();
    expect(listed.find(({ id }) => id === told.id)).toMatchObject({ title: told.title, sha256: told.sha256 });
    expect((await stack.fetchEvidence(told.id))?.equals(content)).toBe(true);
  }

  /** What must be the same after a run that has nothing to do. */
  async function describePlatform(): Promise<string> {
    const { stdout: ids } = await machine.run(['docker', 'compose', 'ps', '-aq'], { directory: clone });
    const containers = ids.trim().split('\n').sort();
    const started = await ground.docker('inspect', '--format', '{{.Id}} {{.State.StartedAt}}', ...containers);
    const folders = ['etc', 'usr'].map((name) => join(machine.changes, name));
    return [...folders, join(clone, 'data/uploads'), join(clone, 'secrets')].map(describeTree).join('') + started;
  }

  it('goes on after it was killed while it fetched Node, and while apt unpacked Docker', async () => {
    const first = await type(line, () => listFiles('/tmp').some((name) => name.endsWith('/node.tgz')));
    expect(first.shown).toContain('Préparation 1/2');
    expect(existsSync(machine.path('/usr/local/bin/node'))).toBe(false);
    const second = await type(`${script} --install-only`, () => existsSync(machine.path('/usr/sbin/dockerd.dpkg-new')));
    expect(second.shown).toContain('Préparation 2/2');
    expect(existsSync(machine.path('/usr/sbin/dockerd'))).toBe(false);

    const { code, shown } = await type(line);
    expect(code === 0 ? '' : shown).toBe('');
    expect(shown).toContain('an earlier installation was interrupted');
    expect(shown).toContain('installation de Docker (Docker is installed) : fait (done)');
    expect(shown.match(/^.*Étape \d\/8 : /gmu)).toHaveLength(8);
    expect(shown.match(/ fait en .+ \(done\)/g)).toHaveLength(10);
    expect(shown).toContain('Cette machine est vierge');
    expect(shown).toContain(`PLATEFORME RÉTABLIE (PLATFORM RECOVERED): ${archive}`);
    expect(shown).toContain(`${stack.url}/health : HTTP 200`);
    expect(shown).toMatch(/Durée totale, .*: \d+ min \d\d s \(Node \d+ s, Docker \d+ s\)/);
    await expectEvidence();
    expect(readSecrets(clone)).toBe(secrets);
    expect((await machine.run(['node', '--version'])).stdout).toBe(`v${nodeVersion}\n`);
    expect((await machine.run(['dpkg', '--audit'])).stdout).toBe('');
  }, 600_000);

  it('says, typed again, that the machine was recovered already, and changes nothing', async () => {
    const before = await describePlatform();
    const { code, shown } = await type(line);
    expect(code === 0 ? '' : shown).toBe('');
    expect(shown).toContain(`Cette machine a déjà été rétablie (${archive}`);
    expect(shown).not.toContain(' : fait (done)');
    expect(await describePlatform()).toBe(before);
    await expectEvidence();
  }, 180_000);

  it('has told what is left to people in words that can be typed', async () => {
    const publicKey = machine.path(`${vault.keyPath('writer')}.pub`);
    const revoke = join(repository, 'infrastructure/recovery/revoke-writer-key.sh');
    const names = ['--name', vault.name, '--etc', vault.etc, '--bundles', join(vault.base, 'dist')];
    await promisify(execFile)('bash', [revoke, ...names, '--yes', '--new-key', publicKey]);
    const { code, shown } = await type('npm run -s prod:backup && npm run -s prod:check-backup');
    expect(code === 0 ? '' : shown).toBe('');
  }, 180_000);

  it('completes packages of Docker that were unpacked and never set up', async () => {
    const unpack = 'dpkg --force-all --unpack /var/cache/apt/archives/docker.io_*.deb';
    expect((await machine.run(['bash', '-c', unpack])).code).toBe(0);
    const state = ['dpkg-query', '--show', '--showformat=${db:Status-Status}', 'docker.io'];
    expect((await machine.run(state)).stdout).toBe('unpacked');
    const { code, shown } = await type(`${script} --install-only`);
    expect(code === 0 ? '' : shown).toBe('');
    expect((await machine.run(state)).stdout).toBe('installed');
  }, 120_000);
});

function readSecrets(directory: string): string {
  return ['.env', 'secrets/app_db_password'].map((name) => readFileSync(join(directory, name), 'utf8')).join('');
}
