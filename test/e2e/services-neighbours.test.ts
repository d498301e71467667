import { afterAll, beforeAll, expect, it } from '@jest/globals';
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
const restoreUploads = ['restore', 'latest', '--select', 'uploads', '--yes', '--no-safety'];

ground.describe('a restore under what is tied to the services that it stops', () => {
  let made: ServedPlatform;
  beforeAll(async () => {
    made = await startServedPlatform(ground, {
      services: `
  tunnel: { <<: *service, network_mode: 'service:app' }
  scanner: { <<: *service, volumes_from: [app] }
`,
    });
    const { code, stderr } = await made.run(['backup']);
    expect(code === 0 ? '' : stderr).toBe('');
  }, 600_000);
  afterAll(() => made.remove(), 120_000);

  it('stops and starts with a service those in its network, and those that have its mounts', async () => {
    await spoil(made);
    const networkOf = (service: string) => made.inside(service, 'readlink /proc/self/ns/net');
    const before = await networkOf('app');
    const { code, stdout, stderr } = await made.run([...restoreUploads, '--json']);
    expect(code === 0 ? '' : stderr).toBe('');
    const { services } = JSON.parse(stdout) as { services: { stopped: string[]; started: string[] } };
    expect([services.stopped, services.started]).toEqual(
      Array.from({ length: 2 }, () => ['app', 'odoo', 'scanner', 'tunnel']),
    );
    const after = await networkOf('app');
    expect(after).not.toBe(before);
    expect(await networkOf('tunnel')).toBe(after);
    expect((await made.run(['forget', '--yes'])).code).toBe(0);
  }, 300_000);

  it('goes on, after an interruption, only when also those stand still that somebody has started since', async () => {
    await spoil(made);
    await made.compose('stop', 'odoo');
    made.hook('before', `if [ "$1" = exec ] && [ -e '${made.state}/halted-services.json' ]; then exit 1; fi`);
    expect((await made.run(restoreAll)).stderr).toContain('halted until the restore is complete');
    made.hook('before', undefined);
    await made.compose('up', '--detach', 'odoo', 'app');
    await waitFor('Odoo opens what is there', () => made.seen().has(spoilt));
    made.forgetSeen();
    const next = await made.run(['forget', '--yes']);
    expect([next.code, next.stderr]).toEqual([
      0,
      expect.stringMatching(/Stopping service odoo[^]*complete now[^]*Starting service odoo/),
    ]);
    await waitFor('Odoo opens what was restored', () => made.seen().has(archived));
    for (const state of made.seen()) expect([spoilt, archived]).toContain(state);
  }, 300_000);

  it('refuses while docker compose run goes on for one of them, names it, and stops nobody', async () => {
    await spoil(made);
    const { started } = await made.stateOf('app');
    const name = `${made.directory.split('-').at(-1)?.toLowerCase()}-typed`;
    await made.compose('run', '--detach', '--name', name, 'app', 'sleep', 'infinity');
    const refused = await made.run(restoreUploads);
    expect([refused.code, refused.stderr]).toEqual([
      expect.any(Number),
      expect.stringMatching(new RegExp(`docker compose run app still goes on.*docker stop ${name}`)),
    ]);
    expect(refused.code).not.toBe(0);
    expect(await made.look()).toBe(spoilt);
    await ground.docker('rm', '--force', name);

    // Somebody types it when the plan is long made.
    const typed = `docker compose --project-directory '${made.directory}' run --detach --name ${name} app sleep infinity`;
    made.hook(
      'before',
      `if [ -e '${made.state}/restore-journal.json' ] && [ ! -e '${made.directory}/typed' ]; then
        : >'${made.directory}/typed'; PATH=\${PATH#*:} ${typed} </dev/null >/dev/null 2>&1
      fi`,
    );
    const late = await made.run(restoreUploads);
    made.hook('before', undefined);
    expect([late.code, late.stderr]).toEqual([refused.code, expect.stringContaining(`docker stop ${name}`)]);
    expect(late.stderr).toContain('Nothing live was changed');
    await ground.docker('rm', '--force', name);
    expect([await made.look(), (await made.stateOf('app')).started]).toEqual([spoilt, started]);
    expect((await made.run(restoreUploads)).code).toBe(0);
    expect((await made.look()).split(' ').at(-1)).toBe(archived.split(' ').at(-1));
    expect((await made.run(['forget', '--yes'])).code).toBe(0);
  }, 300_000);
});
