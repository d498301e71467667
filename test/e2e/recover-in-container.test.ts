import { randomBytes } from 'node:crypto';
import { appendFileSync, chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { generateIdentity, identityToRecipient } from 'age-encryption';
import { compileProgram, type CompiledProgram, type ProgramEnd } from '../fixtures/compiled-program.ts';
import { keepEvidence, type KeptEvidence } from '../fixtures/docker/evidence.ts';
import { openDockerGround } from '../fixtures/docker/ground.ts';
import { loseStack } from '../fixtures/docker/lose-stack.ts';
import { waitFor } from '../fixtures/docker/served-platform.ts';
import type { Evidence } from '../fixtures/docker/site.ts';
import { openPlatformStack, type PlatformStack } from '../fixtures/docker/stack.ts';

const ground = await openDockerGround();

/** In place of docker: kills whoever asks for something (kill -9), before or after it is done. */
const deadly = `#!/bin/bash
PATH=\${PATH#"\${BASH_SOURCE[0]%/*}:"}
case " $* " in *" \${KILL_BEFORE:-none} "*) kill -9 $PPID; exit 1 ;; esac
docker "$@"
code=$?
case " $* " in *" \${KILL_AFTER:-none} "*) kill -9 $PPID ;; esac
exit $code
`;

ground.describe("a platform whose uploads lie in the App's own container", () => {
  let program: CompiledProgram;
  let stack: PlatformStack;
  /** What outlives the machine: the vault, the key to the secrets. */
  let pocket: string;
  let evidence: KeptEvidence;
  let archived: Evidence[];

  const image = `continuity-ground/shipped:${randomBytes(4).toString('hex')}`;
  const state = () => join(stack.directory, 'state');
  const run = (args: string[], environment: Record<string, string> = {}): Promise<ProgramEnd> => {
    const env = { ...(stack.environment as Record<string, string>), ...environment };
    const path = `${join(pocket, 'bin')}:${env['PATH']}`;
    return program.run([...args, '--config', join(stack.directory, 'continuity.yml')], { env: { ...env, PATH: path } });
  };
  const recover = (environment?: Record<string, string>) =>
    run(
      [
        ...['recover', '--state', state(), '--identity', join(pocket, 'recovery-key'), '--yes'],
        ...['--writer-key', join(pocket, 'writer'), '--url', `${stack.url}/health`],
      ],
      environment,
    );
  async function inspectApp(): Promise<{ id: string; state: string }> {
    const container = `${stack.project}-app-1`;
    const told = await ground.docker('container', 'inspect', '--format', '{{.Id}} {{.State.Status}}', container);
    const [id = '', status = ''] = told.trim().split(' ');
    return { id, state: status };
  }
  /** The App's, with a file of its own among the uploads. */
  async function makeImage(): Promise<void> {
    writeFileSync(join(pocket, 'welcome'), 'shipped');
    const container = (await ground.docker('create', ground.images.app)).trim();
    await ground.docker('cp', join(pocket, 'welcome'), `${container}:/app/uploads/welcome`);
    await ground.docker('commit', container, image);
    await ground.docker('rm', container);
  }
  const waitForTables = () =>
    waitFor('the App has filled the empty database', async () => {
      const [found] = await stack.query('app-db', 'skills_hub', "SELECT to_regclass('public.evidence') IS NOT NULL");
      return found === 't';
    });

  beforeAll(async () => {
    program = compileProgram();
    pocket = mkdtempSync(join(tmpdir(), 'continuity-pocket-'));
    for (const name of ['bin', 'vault']) mkdirSync(join(pocket, name));
    writeFileSync(join(pocket, 'bin/docker'), deadly);
    chmodSync(join(pocket, 'bin/docker'), 0o755);
    await makeImage();
    // The folder of the host is mounted elsewhere, so that the App's is its own.
    const variables = { APP_UPLOADS: '/app/elsewhere', APP_IMAGE: image };
    stack = await openPlatformStack(ground, { variables });
    evidence = keepEvidence(stack);
    await stack.up();
    await stack.exec('app', ['rm', '/app/uploads/welcome']);
    const recoveryKey = await generateIdentity();
    writeFileSync(join(pocket, 'recovery-key'), `${recoveryKey}\n`, { mode: 0o600 });
    writeFileSync(
      join(stack.directory, 'continuity.yml'),
      `state: state
databases:
  app: { service: app-db, user: app, database: skills_hub }
files:
  uploads: { service: app, path: /app/uploads }
recovery: { recipients: [${await identityToRecipient(recoveryKey)}] }
vault: { path: ${join(pocket, 'vault')} }
`,
    );
    await evidence.upload('portfolio of the first year');
    archived = await stack.listEvidence();
    const { code, stderr } = await run(['backup']);
    expect(code === 0 ? '' : stderr).toBe('');
  }, 420_000);
  afterAll(async () => {
    await stack.remove();
    await ground.docker('rmi', image);
    program.remove();
    rmSync(pocket, { recursive: true, force: true });
  }, 120_000);

  it('comes back, though the App fills the empty database and the recovery is killed over and over', async () => {
    await loseStack(ground, stack, ['continuity.yml']);
    // Right after the App was started, before it is halted for the swap, and while it is.
    expect((await recover({ KILL_AFTER: 'container start' })).signal).toBe('SIGKILL');
    await waitForTables();
    const { id } = await inspectApp();
    const second = await recover({ KILL_BEFORE: 'container pause' });
    expect(second.signal === 'SIGKILL' ? '' : second.stderr).toBe('');
    const third = await recover({ KILL_AFTER: 'container pause' });
    expect(third.signal === 'SIGKILL' ? '' : third.stderr).toBe('');
    expect((await inspectApp()).state).toBe('paused');
    const { code, stdout, stderr } = await recover();
    expect(code === 0 ? '' : stderr).toBe('');
    expect(stdout).toContain('PLATEFORME RÉTABLIE (PLATFORM RECOVERED)');
    expect(await stack.listEvidence()).toEqual(archived);
    await evidence.expectAll();
    expect(await inspectApp()).toEqual({ id, state: 'running' });
    // What the App had made by itself was nobody's.
    expect(
      await stack.query('app-db', 'postgres', "SELECT datname FROM pg_database WHERE datname ~ 'continuity'"),
    ).toEqual([]);
    // Nor was what its image has.
    expect((await stack.exec('app', ['ls', '-A', '/app/uploads'])).stdout.toString()).toBe('students\n');
  }, 900_000);

  it('typed again after something else was configured, leaves the container alone that holds the files', async () => {
    appendFileSync(join(stack.directory, '.env'), 'APP_VERSION=another\n');
    const before = await inspectApp();
    const { code, stderr } = await recover();
    expect(code === 0 ? '' : stderr).toBe('');
    expect(await inspectApp()).toEqual(before);
    await evidence.expectAll();
  }, 180_000);

  it('is refused where the App has run before, and the App is not started for that', async () => {
    await evidence.upload('portfolio of the second year');
    await stack.compose('stop', 'app');
    rmSync(state(), { recursive: true });
    const { code, stderr } = await recover();
    expect(code).toBe(9);
    expect(stderr).toContain('this machine is not blank: database app holds');
    expect(stderr).toContain('uploads may hold files: service app has run here');
    expect((await inspectApp()).state).toBe('exited');
    expect(existsSync(join(state(), 'restore-journal.json'))).toBe(false);
    await stack.compose('start', 'app');
    await waitFor('the App answers', async () => (await stack.request('/health')).status === 200);
    await evidence.expectAll();
  }, 180_000);
});
