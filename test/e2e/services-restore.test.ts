import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { PathChoice } from '../../src/archive/path-choice.ts';
import { loadConfig } from '../../src/config/load.ts';
import { silent } from '../../src/logging/logger.ts';
import { restore, type RestoreResult } from '../../src/operations/restore.ts';
import { openDockerGround } from '../fixtures/docker/ground.ts';
import {
  archived,
  spoil,
  spoilt,
  startServedPlatform,
  waitFor,
  type ServedPlatform,
} from '../fixtures/docker/served-platform.ts';

const ground = await openDockerGround();
const restoreAll = ['restore', 'latest', '--select', 'one,two,uploads', '--yes', '--no-safety'];

ground.describe('a restore under services that are in use', () => {
  let made: ServedPlatform;
  let bystander: string;
  beforeAll(async () => {
    made = await startServedPlatform(ground);
    bystander = (await made.stateOf('bystander')).started;
    const { code, stderr } = await made.run(['backup']);
    expect(code === 0 ? '' : stderr).toBe('');
  }, 600_000);
  afterEach(() => {
    made.hook('before', undefined);
    made.hook('after', undefined);
  });
  afterAll(() => made.remove(), 120_000);

  /** All that was running runs, nothing else, and nobody ever saw a half. */
  async function expectServing(state: string): Promise<void> {
    expect(existsSync(join(made.state, 'halted-services.json'))).toBe(false);
    const states = await Promise.all(
      ['app', 'odoo', 'idle', 'bystander', 'legacy'].map(async (service) => (await made.stateOf(service)).state),
    );
    expect(states).toEqual(['running', 'running', 'exited', 'running', 'running']);
    expect((await made.stateOf('bystander')).started).toBe(bystander);
    expect(await made.look()).toBe(state);
    await waitFor('the state is seen by who uses it', () => made.seen().has(state));
    for (const line of made.seen()) expect([archived, spoilt]).toContain(line);
  }

  it('stops them when all is staged, honours what they changed until then, and starts them again', async () => {
    await spoil(made);
    const { started } = await made.stateOf('app');
    // The last that the App does before it is stopped: a file that was equal to the archive's changes, another is new.
    made.hook(
      'before',
      `if [ "$1 $2" = "container stop" ]; then echo late >'${made.uploads}/late'; echo late >'${made.uploads}/other'; fi`,
    );
    const { code, stdout, stderr } = await made.run([...restoreAll, '--json']);
    expect([code, stderr]).toEqual([0, expect.stringContaining('Stopping service odoo')]);
    const { services, plan, steps } = JSON.parse(stdout) as Pick<RestoreResult, 'plan' | 'services' | 'steps'>;
    expect(plan.services).toEqual({ stop: ['app', 'odoo'], hold: [] });
    expect(plan.haltOrder).toEqual([['odoo'], ['app']]);
    expect(plan.estimate.standstillMs).toBeGreaterThan(0);
    expect(steps.map(({ step }) => step)).toEqual(['plan', 'databases', 'files', 'swap', 'health']);
    expect(services).toEqual({
      stopped: ['app', 'odoo'],
      started: ['app', 'odoo'],
      faults: [],
      downtimeMs: expect.any(Number),
      healthMs: expect.any(Number),
    });
    expect(readdirSync(made.uploads).filter((name) => !name.startsWith('.continuity-'))).toEqual(['other', 'same']);
    expect(readFileSync(join(made.uploads, 'other'), 'utf8')).toBe('other');
    expect((await made.stateOf('app')).started).not.toBe(started);
    await expectServing(archived);
    expect((await made.run(['forget', '--yes'])).code).toBe(0);
  }, 300_000);

  it('stops nobody where one rename puts all of it in place, and says so before', async () => {
    const started = await Promise.all(['app', 'odoo'].map((service) => made.stateOf(service)));
    rmSync(join(made.uploads, 'other'));
    const line = ['restore', 'latest', '--path', 'uploads/other', '--yes', '--no-safety'];
    const planned = await made.run([...line, '--dry-run']);
    expect(planned.stdout).toContain('put in place by a single rename: nothing is stopped');
    const { code, stdout } = await made.run([...line, '--json']);
    const { plan, services } = JSON.parse(stdout) as { plan: object; services: object };
    expect(code).toBe(0);
    expect(plan).toMatchObject({ isSingleRename: true, services: { stop: [], hold: [] } });
    expect(services).toMatchObject({ stopped: [], started: [] });
    expect(readFileSync(join(made.uploads, 'other'), 'utf8')).toBe('other');
    expect(await Promise.all(['app', 'odoo'].map((service) => made.stateOf(service)))).toEqual(started);
    expect((await made.run(['forget', '--yes'])).code).toBe(0);
  }, 300_000);

  it('stops them all the same where it takes more than one rename by then', async () => {
    rmSync(join(made.uploads, 'other'));
    const path = `${made.directory}/bin:${ground.environment['PATH']}`;
    const { services, plan } = await restore(
      {
        config: await loadConfig(join(made.directory, 'continuity.yml')),
        logger: silent,
        environment: { ...ground.environment, PATH: path },
        now: () => new Date(),
        holder: 'the test',
        vaultBundlePath: '',
        toolVersion: '0.0.0-test',
      },
      {
        archive: 'latest',
        paths: PathChoice.parse(['uploads/*']),
        skipsSafetyBackup: true,
        confirm: () => Promise.resolve(true),
        // The last plan is made: what differs from now on is seen right before the swap alone.
        note: () => rm(join(made.uploads, 'same')),
      },
    );
    expect([plan.isSingleRename, services?.stopped]).toEqual([true, ['app', 'odoo']]);
    await expectServing(archived);
    expect(readFileSync(join(made.uploads, 'other'), 'utf8')).toBe('other');
    expect((await made.run(['forget', '--yes'])).code).toBe(0);
  }, 300_000);

  it('starts those again that it had stopped when it fails before anything is replaced', async () => {
    await spoil(made);
    // The second to be stopped, the App: Odoo, which depends on it, has been by then.
    made.hook(
      'before',
      `if [ "$1 $2" = "container stop" ] && [ -e stopped ]; then echo refused >&2; exit 1; fi
      if [ "$1 $2" = "container stop" ]; then : >'${made.directory}/stopped'; fi`.replaceAll(
        '-e stopped',
        `-e '${made.directory}/stopped'`,
      ),
    );
    const { code, stderr } = await made.run(restoreAll);
    expect(code).toBe(4);
    expect(stderr).toContain('service app cannot be halted');
    expect(stderr).toContain('Nothing live was changed');
    await expectServing(spoilt);
  }, 300_000);

  it('stops also who was started after the plan', async () => {
    await spoil(made);
    const idle = (await made.compose('ps', '--all', '--quiet', 'idle')).trim();
    const flag = join(made.directory, 'late');
    writeFileSync(flag, '');
    made.hook(
      'before',
      `if [ -e '${made.state}/restore-journal.json' ] && [ -e '${flag}' ]; then
        rm '${flag}'; docker container start ${idle} </dev/null >/dev/null
      fi`,
    );
    const { code, stdout } = await made.run([...restoreAll, '--json']);
    await made.compose('stop', 'idle');
    expect(code).toBe(0);
    const { services, plan } = JSON.parse(stdout) as {
      services: { stopped: string[] };
      plan: { services: unknown; users: unknown };
    };
    expect(plan.services).toEqual({ stop: ['app', 'odoo'], hold: [] });
    expect(plan.users).toEqual({ stop: ['app', 'idle', 'odoo'], hold: [] });
    expect(services.stopped).toEqual(['app', 'idle', 'odoo']);
    await expectServing(archived);
    expect((await made.run(['forget', '--yes'])).code).toBe(0);
  }, 300_000);

  it('starts a service whose stop ends only after the run that asked for it was killed', async () => {
    await spoil(made);
    const [asked, go] = [join(made.directory, 'asked'), join(made.directory, 'go')];
    made.hook(
      'before',
      `if [ "$1 $2" = "container stop" ]; then : >'${asked}'; while [ ! -e '${go}' ]; do sleep 0.1; done; fi`,
    );
    const { signal } = await made.run(restoreAll, {
      onStart: (child) => {
        void waitFor('it is being stopped', () => existsSync(asked)).then(() => child.kill('SIGKILL'));
      },
    });
    expect([signal, (await made.stateOf('odoo')).state]).toEqual(['SIGKILL', 'running']);
    const looks = () => made.calls().filter((call) => call.startsWith('container inspect')).length;
    const before = looks();
    const { started } = await made.stateOf('odoo');
    const next = await made.run(['forget', '--yes'], {
      // Looked at twice: found running first, then watched.
      onStart: () => void waitFor('it is looked at', () => looks() >= before + 2).then(() => writeFileSync(go, '')),
    });
    expect([next.code, next.stderr]).toEqual([0, expect.stringContaining('Starting service odoo again')]);
    await waitFor('it runs afresh', async () => (await made.stateOf('odoo')).started !== started);
    await expectServing(spoilt);
  }, 300_000);

  it('starts them again by their ids where the compose file has become wrong meanwhile', async () => {
    await spoil(made);
    const composeFile = join(made.directory, 'compose.yml');
    const right = readFileSync(composeFile, 'utf8');
    made.hook('before', `if [ "$1 $2" = "container start" ]; then echo 'port is already allocated' >&2; exit 1; fi`);
    expect((await made.run(restoreAll)).code).toBe(4);
    made.hook('before', undefined);
    writeFileSync(composeFile, 'services: [');
    const next = await made.run(['forget', '--yes']);
    writeFileSync(composeFile, right);
    expect(next.stderr).toContain('looked for by the ids of its containers');
    expect(next.stderr).toMatch(/Starting service (app|odoo) again/);
    await expectServing(archived);
    expect((await made.run(['forget', '--yes'])).code).toBe(0);
  }, 300_000);

  it('is a success where it starts itself what did not start before it', async () => {
    await spoil(made);
    const failed = join(made.directory, 'failed');
    rmSync(failed, { force: true });
    made.hook('before', `if [ "$1 $2" = "container start" ]; then echo 'port is already allocated' >&2; exit 1; fi`);
    expect((await made.run(restoreAll)).code).toBe(4);
    // Before its work the next restore fails twice to start them, once for each; then nothing is in the way any more.
    made.hook(
      'before',
      `if [ "$1 $2" = "container start" ] && [ ! -e '${made.state}/restore-journal.json' ] && [ ! -e '${failed}' ]; then
        echo 'port is already allocated' >&2; exit 1
      fi
      if [ -e '${made.state}/restore-journal.json' ]; then : >'${failed}'; fi`,
    );
    const { code, stderr } = await made.run(restoreAll);
    expect([code, stderr]).toEqual([0, expect.stringContaining('port is already allocated')]);
    await expectServing(archived);
    expect((await made.run(['forget', '--yes'])).code).toBe(0);
  }, 300_000);

  it('keeps them halted while a swap is incomplete, says so, and the next command completes it and starts them', async () => {
    await spoil(made);
    made.hook(
      'before',
      `if [ "$1" = exec ] && [ -e '${made.state}/halted-services.json' ]; then echo gone >&2; exit 1; fi`,
    );
    const { code, stderr } = await made.run(restoreAll);
    expect(code).not.toBe(0);
    expect(stderr).toContain('app, odoo: halted until the restore is complete');
    expect((await made.stateOf('odoo')).state).toBe('exited');
    made.hook('before', undefined);
    // A reboot may have started one of them.
    await made.compose('start', 'app');
    const next = await made.run(['forget', '--yes']);
    expect([next.code, next.stderr]).toEqual([
      0,
      expect.stringMatching(/Stopping service app[^]*Starting service odoo/),
    ]);
    await expectServing(archived);
  }, 300_000);

  it('is loud where a service does not start, and the next command tries again', async () => {
    await spoil(made);
    made.hook('before', `if [ "$1 $2" = "container start" ]; then echo 'port is already allocated' >&2; exit 1; fi`);
    const { code, stdout } = await made.run(restoreAll);
    expect(code).toBe(4);
    expect(stdout).toContain('NOT SERVING: service app is not running again');
    expect(stdout).toContain('port is already allocated');
    const next = await made.run(['forget', '--yes']);
    expect([next.code, next.stderr]).toEqual([
      4,
      expect.stringContaining('did what it was asked for, but service app'),
    ]);
    made.hook('before', undefined);
    expect((await made.run(['forget', '--yes'])).code).toBe(0);
    await expectServing(archived);
  }, 300_000);

  it('waits until they are healthy, and says of one that is not where to look', async () => {
    await spoil(made);
    const well = await made.run(restoreAll);
    expect([well.code, well.stdout]).toEqual([0, expect.stringMatching(/running again: app, odoo, healthy .* later/)]);
    expect((await made.compose('ps', 'app', '--format', '{{.Health}}')).trim()).toBe('healthy');
    await spoil(made);
    await made.inside('app', 'touch /tmp/ill');
    const { code, stdout } = await made.run(restoreAll);
    expect(code).toBe(4);
    expect(stdout).toMatch(
      /^NOT SERVING: service app was started again and is not healthy \(unhealthy\): docker logs /m,
    );
    await made.inside('app', 'rm /tmp/ill');
    expect((await made.run(['forget', '--yes'])).code).toBe(0);
    await expectServing(archived);
  }, 300_000);

  it('is made good by the next command wherever it was killed, and nobody opens half of it', async () => {
    await spoil(made);
    const whole = await made.run(restoreAll);
    expect(whole.code).toBe(0);
    expect((await made.run(['forget', '--yes'])).code).toBe(0);
    const positionOf = (text: string, from = 0) =>
      whole.steps.findIndex((step, position) => position >= from && step.includes(text)) + 1;
    const halted = positionOf('halted-services.json');
    const stop = positionOf('container stop');
    const swapping = positionOf('restore-journal.json', stop);
    const ofPsql = [...whole.steps.keys()].filter((at) => at >= swapping && whole.steps[at]?.includes(' psql '));
    const start = positionOf('container start');
    expect([halted, stop, swapping, start].every((at, nth, all) => at > (all[nth - 1] ?? 0))).toBe(true);
    const chosen = [
      halted - 3,
      halted + 1,
      stop + 1,
      swapping,
      // Between the two servers, and after both.
      (ofPsql[Math.floor(ofPsql.length / 2)] ?? 0) + 1,
      (ofPsql.at(-1) ?? 0) + 2,
      start,
    ];
    const ended = new Set<string>();
    for (const killAt of chosen) {
      await spoil(made);
      const { signal, steps } = await made.run(restoreAll, { killAt });
      expect(signal).toBe('SIGKILL');
      if (killAt > swapping && killAt < start) expect((await made.stateOf('odoo')).state).toBe('exited');
      const next = await made.run(['forget', '--yes']);
      const state = await made.look();
      expect([`killed at ${steps.at(-1)}`, next.code, [archived, spoilt].includes(state)]).toEqual([
        expect.anything(),
        0,
        true,
      ]);
      expect(killAt <= swapping || state === archived).toBe(true);
      ended.add(state);
      await expectServing(state);
    }
    expect(ended).toEqual(new Set([archived, spoilt]));
  }, 900_000);

  it('stops nobody for an archive that is damaged', async () => {
    await spoil(made);
    const { started } = await made.stateOf('app');
    const vault = join(made.directory, 'vault/archives');
    for (const name of readdirSync(vault).filter((each) => each.endsWith('.tar.gz'))) {
      const bytes = readFileSync(join(vault, name));
      bytes.fill(0, Math.floor(bytes.length / 8), Math.floor(bytes.length / 2));
      writeFileSync(join(vault, name), bytes);
    }
    const { code, stderr } = await made.run(restoreAll);
    expect([code, stderr]).toEqual([expect.any(Number), expect.not.stringContaining('Stopping')]);
    expect(code).not.toBe(0);
    expect((await made.stateOf('app')).started).toBe(started);
    await expectServing(spoilt);
  }, 300_000);
});
