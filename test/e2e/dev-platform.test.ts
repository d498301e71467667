import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { compileProgram, type CompiledProgram } from '../fixtures/compiled-program.ts';
import { makeDevRepository, type DevRepository } from '../fixtures/docker/dev-repository.ts';
import { openDockerGround } from '../fixtures/docker/ground.ts';
import { removeProject } from '../fixtures/docker/project.ts';

const ground = await openDockerGround();

ground.describe('the development platform', () => {
  const id = String(process.pid);
  const production = `cdev-prod-${id}`;
  let program: CompiledProgram;
  let dev: DevRepository;
  let productionFolder: string;
  let before: string;

  /** Everything of production on the engine, as docker describes it. */
  async function describeProduction(): Promise<string> {
    const parts = await Promise.all(
      ['container', 'volume', 'network'].map(async (kind) => {
        const filter = ['--quiet', '--filter', `label=com.docker.compose.project=${production}`];
        const ids = (await ground.docker(kind, 'ls', ...(kind === 'container' ? ['--all'] : []), ...filter)).split(
          '\n',
        );
        const described = await ground.docker(kind, 'inspect', ...ids.filter(Boolean).sort());
        const all = JSON.parse(described) as { Mounts?: { Destination: string }[] }[];
        // Docker lists mounts in any order.
        for (const each of all) each.Mounts?.sort((a, b) => a.Destination.localeCompare(b.Destination));
        return JSON.stringify(all, undefined, 4);
      }),
    );
    // What changes by itself: the health check's log.
    return parts.join('\n').replace(/"Health": \{[^]*?\n {12}\}/g, '');
  }

  const run = (...args: string[]) =>
    program.run(['dev', ...args, '--directory', dev.directory], { env: environment() });
  const environment = () => ({ DOCKER_HOST: ground.environment['DOCKER_HOST'] ?? '' });

  beforeAll(async () => {
    program = compileProgram();
    dev = await makeDevRepository(ground, `cdev-${id}`);
    productionFolder = realpathSync(mkdtempSync(join(tmpdir(), 'continuity-prod-')));
    mkdirSync(join(productionFolder, 'data'));
    writeFileSync(
      join(productionFolder, 'docker-compose.yml'),
      `name: ${production}
services:
  app:
    image: ${ground.images.base}
    init: true
    command: [sleep, infinity]
    volumes: ['./data:/data', 'db:/db']
volumes: { db: {} }
`,
    );
    await ground.docker('compose', '--project-directory', productionFolder, 'up', '--detach');
    // Beside development's file, as in the repository.
    dev.write('docker-compose.yml', readFileSync(join(productionFolder, 'docker-compose.yml'), 'utf8'));
    before = await describeProduction();
  }, 300_000);

  afterAll(async () => {
    await dev.remove();
    await removeProject(ground, production);
    rmSync(productionFolder, { recursive: true, force: true });
    program.remove();
  }, 120_000);

  it('comes up with one command, with secrets of its own, and says where it is', async () => {
    const { code, stdout, stderr } = await run('start');
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(stdout).toContain(`Development is up: ${dev.url}\n1 service healthy in `);
    expect(stdout).toContain("production's does not come here");
    expect(await dev.readPage()).toBe('one');
    expect(statSync(join(dev.directory, 'secrets/dev')).mode & 0o777).toBe(0o700);
    expect(readFileSync(join(dev.directory, 'secrets/dev/password'), 'utf8')).toMatch(/^[0-9a-f]{48}$/);
    expect(await describeProduction()).toBe(before);
  }, 300_000);

  it('started again takes what has changed, and keeps its secrets', async () => {
    const secret = readFileSync(join(dev.directory, 'secrets/dev/password'), 'utf8');
    dev.write('page.txt', 'two');
    expect(await run('start')).toMatchObject({ code: 0 });
    expect(await dev.readPage()).toBe('two');
    expect(readFileSync(join(dev.directory, 'secrets/dev/password'), 'utf8')).toBe(secret);
  }, 300_000);

  it('tells its state and its log', async () => {
    const status = await run('status', '--json');
    expect(status.code).toBe(0);
    expect(JSON.parse(status.stdout)).toMatchObject({
      verdict: 'healthy',
      url: dev.url,
      answer: 'HTTP 200',
      services: [{ service: 'web', state: 'running', health: 'healthy' }],
    });
    const logs = await run('logs', 'web', '--tail', '50');
    expect(logs.stdout).toContain('"GET / HTTP/1.1" 200');
    expect(await run('logs', 'nothing')).toMatchObject({ code: 2, stderr: expect.stringContaining('Name one of web') });
    expect(await describeProduction()).toBe(before);
  }, 120_000);

  it.each([
    ['fault 122: the project of production', { name: production }, "is production's project"],
    ['a privileged container', { service: 'privileged: true' }, 'services.web.privileged'],
    ["Docker's socket", { service: 'volumes_from: []\n    tmpfs: /t', top: 'x: 1' }, 'not allowed|x: is not known'],
    ["production's volume", { top: `networks: { default: { name: ${production}_default } }` }, 'networks.default'],
  ])(
    'is not started, stopped or touched with %s',
    async (_what, changes, finding) => {
      dev.writeCompose(changes);
      try {
        for (const verb of ['start', 'stop']) {
          const { code, stderr } = await run(verb);
          expect({ code: code === 9 || code === 3, stderr }).toMatchObject({ code: true });
          expect(stderr).toMatch(new RegExp(finding));
        }
        expect(await describeProduction()).toBe(before);
        expect(await dev.readPage()).toBe('two');
      } finally {
        dev.writeCompose();
      }
    },
    120_000,
  );

  it('says which service does not come up, with the last lines of its log', async () => {
    dev.writeCompose({ command: 'no.such.module' });
    try {
      const { code, stderr } = await run('start', '--wait', '90s');
      expect(code).toBe(4);
      expect(stderr).toMatch(/service web (ended with exit code 1|does not stay up)/);
      expect(stderr).toContain("No module named 'no'");
      expect(stderr).toContain('npm run -s dev:logs -- web');
    } finally {
      dev.writeCompose();
    }
  }, 300_000);

  it('stops, and keeps its volumes', async () => {
    expect(await run('stop')).toMatchObject({ code: 0, stdout: expect.stringContaining('all volumes kept') });
    expect(await ground.docker('volume', 'ls', '--quiet')).toContain(`${dev.project}_kept`);
    expect(await run('status')).toMatchObject({ code: 1, stdout: expect.stringContaining('does not run') });
    expect(await describeProduction()).toBe(before);
  }, 120_000);
});
