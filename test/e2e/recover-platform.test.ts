import { execFile } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { generateIdentity, identityToRecipient } from 'age-encryption';
import type { RecoveryRecord } from '../../src/operations/recover/recovery-record.ts';
import { compileProgram, type CompiledProgram, type ProgramEnd } from '../fixtures/compiled-program.ts';
import { keepEvidence, type KeptEvidence } from '../fixtures/docker/evidence.ts';
import { openDockerGround } from '../fixtures/docker/ground.ts';
import { loseStack } from '../fixtures/docker/lose-stack.ts';
import { writePlatformConfig } from '../fixtures/docker/platform-config.ts';
import { openPlatformStack, type PlatformStack } from '../fixtures/docker/stack.ts';
import { canProvision, startProvisionedVault, type ProvisionedVault } from '../fixtures/provisioned-vault.ts';

const ground = await openDockerGround();
const repository = join(import.meta.dirname, '../..');
if (!canProvision) console.warn('skipped: accounts can be made by root only, with sudo, sshd and setpriv');

const describeHere = canProvision ? (name: string, tests: () => void) => ground.describe(name, tests) : describe.skip;

describeHere('the platform on a machine that has nothing', () => {
  let program: CompiledProgram;
  let stack: PlatformStack;
  let vault: ProvisionedVault;
  /** What people bring along: keys, and the pinned host keys. */
  let pocket: string;
  let state: string;
  let clean: string;
  let secrets: Record<string, string>;
  let evidence: KeptEvidence;

  const configPath = () => join(stack.directory, 'continuity.yml');
  const environment = () => stack.environment as Record<string, string>;
  const backUp = async (): Promise<ProgramEnd & { archive: string }> => {
    const end = await program.run(['backup', '--config', configPath()], { env: environment() });
    return { ...end, archive: /backup_full_[\d_-]+\.tar\.gz(?= is sealed)/.exec(end.stdout + end.stderr)?.[0] ?? '' };
  };
  const recoverWords = () => [
    'recover',
    ...['--config', configPath(), '--state', state, '--writer-key', vault.keyPath('writer')],
    ...['--reader-key', join(pocket, 'reader'), '--known-hosts', join(pocket, 'known_hosts')],
    ...['--vault-host', vault.host, '--vault-port', String(vault.port), '--vault-path', vault.directory],
    ...['--reader-user', vault.accounts.reader, '--writer-user', vault.accounts.writer],
    ...['--url', `${stack.url}/health`, '--yes'],
  ];
  const identity = () => ['--identity', join(pocket, 'recovery-key')];
  const recover = (words: string[], killWhen?: (record: Partial<RecoveryRecord>) => boolean): Promise<ProgramEnd> =>
    program.run([...recoverWords(), ...words], {
      env: environment(),
      onStart: (child) => {
        if (killWhen)
          void killLater(
            () => child.kill('SIGKILL'),
            () => child.exitCode === null,
            killWhen,
          );
      },
    });

  /** Kills once the recovery has come as far as that. */
  async function killLater(
    kill: () => void,
    isRunning: () => boolean,
    isFar: (record: Partial<RecoveryRecord>) => boolean,
  ): Promise<void> {
    while (isRunning()) {
      await sleep(20);
      if (!isFar(readRecord())) continue;
      kill();
      return;
    }
  }

  function readRecord(): Partial<RecoveryRecord> {
    const path = join(state, 'recovery.json');
    return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as RecoveryRecord) : {};
  }

  const readSecrets = () =>
    Object.fromEntries(
      ['.env', ...readdirSync(join(stack.directory, 'secrets')).map((name) => `secrets/${name}`)].map((name) => [
        name,
        readFileSync(join(stack.directory, name), 'utf8'),
      ]),
    );

  /** With the progress of an earlier recovery. */
  async function loseEverything(): Promise<void> {
    await loseStack(ground, stack);
    rmSync(state, { recursive: true, force: true });
  }

  const listContainers = () =>
    ground.docker('ps', '--all', '--quiet', '--filter', `label=com.docker.compose.project=${stack.project}`);

  beforeAll(async () => {
    program = compileProgram();
    pocket = mkdtempSync(join(tmpdir(), 'continuity-pocket-'));
    state = join(pocket, 'state');
    [stack, vault] = [await openPlatformStack(ground), await startProvisionedVault()];
    evidence = keepEvidence(stack);
    await stack.up();
    copyFileSync(vault.knownHostsPath, join(pocket, 'known_hosts'));
    copyFileSync(vault.knownHostsPath, join(stack.directory, 'known_hosts'));
    copyFileSync(vault.keyPath('reader'), join(pocket, 'reader'));
    copyFileSync(vault.keyPath('writer'), join(pocket, 'stolen'));
    const recoveryKey = await generateIdentity();
    writeFileSync(join(pocket, 'recovery-key'), `# the team's\n${recoveryKey}\n`, { mode: 0o600 });
    const access = {
      host: vault.host,
      port: vault.port,
      user: vault.accounts.writer,
      path: vault.directory,
      'key-file': vault.keyPath('writer'),
      'known-hosts': 'known_hosts',
      reader: { user: vault.accounts.reader, agent: true },
    };
    writeFileSync(
      configPath(),
      writePlatformConfig(access, [
        `recovery: { recipients: [${await identityToRecipient(recoveryKey)}], secret-volumes: [proxy-data] }`,
      ]),
    );
    await evidence.upload('portfolio of the first year');
    const { code, stderr, archive } = await backUp();
    expect(code === 0 ? '' : stderr).toBe('');
    clean = archive;
    secrets = readSecrets();
  }, 420_000);
  afterAll(async () => {
    await stack.remove();
    await vault.stop();
    program.remove();
    rmSync(pocket, { recursive: true, force: true });
  }, 120_000);

  it('is not touched where the vault is another one, or where nobody has brought the key to its secrets', async () => {
    await loseEverything();
    const strange = join(pocket, 'strange_hosts');
    const other = readFileSync(`${vault.keyPath('reader')}.pub`, 'utf8');
    writeFileSync(strange, `[${vault.host}]:${vault.port} ${other.split(' ').slice(0, 2).join(' ')}\n`);
    const wrongHost = await recover([...identity(), '--known-hosts', strange]);
    expect(wrongHost.code).toBe(5);
    expect(wrongHost.stderr).toContain('nothing was sent');
    const sealed = await recover([]);
    expect(sealed.code).toBe(2);
    expect(sealed.stderr).toContain('--identity FILE');
    expect(await listContainers()).toBe('');
    expect(existsSync(join(stack.directory, 'secrets'))).toBe(false);
  }, 180_000);

  it('C: one line brings it back, though it is killed while it restores and again while it starts', async () => {
    const first = await recover(identity(), ({ durationsMs }) => durationsMs?.['databases'] !== undefined);
    expect(first.signal).toBe('SIGKILL');
    const second = await recover(identity(), ({ restored }) => restored !== undefined);
    expect(second.signal === 'SIGKILL' ? '' : second.stderr).toBe('');
    const { code, stdout, stderr } = await recover(identity());
    expect(code === 0 ? '' : stderr).toBe('');
    expect(stdout).toContain(`PLATEFORME RÉTABLIE (PLATFORM RECOVERED): ${clean}`);
    expect(stdout).toMatch(/total +[\d.]+ (s|min)/);
    expect(stdout).toContain(`${stack.url}/health : HTTP 200`);
    await evidence.expectAll();
    expect(readSecrets()).toEqual(secrets);
    expect(Object.values(await stack.health()).filter((health) => health !== 'healthy')).toEqual([]);
    // The kit held secrets: nothing of it is left beside.
    expect(existsSync(join(state, 'recovery-kit'))).toBe(false);
    expect((await backUp()).code).toBe(0);
  }, 420_000);

  it('C: typed again on the platform that lives, it restores nothing', async () => {
    await evidence.upload('portfolio of the second year');
    const { code, stdout } = await recover(identity());
    expect(code).toBe(0);
    expect(stdout).toContain('fait par un essai précédent');
    await evidence.expectAll();
  }, 180_000);

  it('B: begins by the stolen key, takes an archive from before the attack, and writes with a key of its own', async () => {
    evidence.uploaded.splice(1);
    const attack = new Date().toISOString();
    await stack.query('app-db', 'skills_hub', "UPDATE evidence SET comment = 'pay us'");
    const poisoned = await backUp();
    expect(poisoned.code).toBe(0);
    await loseEverything();
    const words = [...identity(), '--scenario', 'b', '--old-key', join(pocket, 'stolen')];
    const early = await recover([...words, '--before', attack]);
    expect(early.code).toBe(9);
    expect(early.stderr).toContain('still takes the stolen key');
    expect(await listContainers()).toBe('');

    const { stdout: revoked } = await onVault('--yes', '--since', attack);
    expect(revoked).toContain(poisoned.archive);
    const unchosen = await recover(words);
    expect(unchosen.stderr).toContain('say which one is meant');
    const { code, stdout, stderr } = await recover([...words, clean]);
    expect(code === 0 ? '' : stderr).toBe('');
    expect(stdout).toContain('ssh-rsa ');
    await evidence.expectAll();
    expect((await stack.listEvidence()).filter(({ comment }) => comment === 'pay us')).toEqual([]);

    expect((await backUp()).code).toBe(5);
    await onVault('--yes', '--new-key', `${vault.keyPath('writer')}.pub`);
    expect((await backUp()).code).toBe(0);
  }, 420_000);

  /** What the vault's administrator types there. */
  async function onVault(...words: string[]): Promise<{ stdout: string }> {
    const script = join(repository, 'infrastructure/recovery/revoke-writer-key.sh');
    const names = ['--name', vault.name, '--etc', vault.etc, '--bundles', join(vault.base, 'dist')];
    return await promisify(execFile)('bash', [script, ...names, ...words]);
  }
});
