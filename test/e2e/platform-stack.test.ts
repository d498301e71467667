import { execFileSync } from 'node:child_process';
import { copyFileSync, cpSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';

import { openDockerGround } from '../fixtures/docker/ground.ts';
import { openPlatformStack, type PlatformStack } from '../fixtures/docker/stack.ts';

const repository = join(import.meta.dirname, '../..');
const ground = await openDockerGround();

interface Container {
  Id: string;
  Config: { Env: string[]; Cmd: string[]; Labels: Record<string, string> };
  State: { StartedAt: string };
  NetworkSettings: { Ports: Record<string, { HostIp: string }[] | null> };
}

const healthy = Object.fromEntries(
  ['proxy', 'app', 'keycloak', 'odoo', 'mattermost']
    .concat(['app-db', 'keycloak-db', 'odoo-db', 'mattermost-db'])
    .map((name) => [name, 'healthy']),
);

async function inspect(stack: PlatformStack): Promise<Container[]> {
  const ids = (await stack.compose('ps', '--all', '--quiet')).trim().split('\n');
  return JSON.parse(await ground.docker('inspect', ...ids)) as Container[];
}

/** What Docker has of a project: what is running since when, and what it keeps. */
async function listProject(stack: PlatformStack): Promise<string[]> {
  const filter = ['--filter', `label=com.docker.compose.project=${stack.project}`, '--quiet'];
  const kept = [await ground.docker('volume', 'ls', ...filter), await ground.docker('network', 'ls', ...filter)];
  return [...(await inspect(stack)).map(({ Id, State }) => `${Id} ${State.StartedAt}`), ...kept].sort();
}

ground.describe('the platform as shipped', () => {
  let stack: PlatformStack;
  beforeAll(async () => {
    stack = await openPlatformStack(ground, { variables: { APP_SITE: ':80, https://localhost' } });
    await stack.up();
  }, 300_000);
  afterAll(() => stack.remove(), 120_000);

  it('is valid for Compose in a fresh clone, with and without a copy of .env.example', () => {
    const clone = mkdtempSync(join(tmpdir(), 'continuity-clone-'));
    try {
      for (const name of ['docker-compose.yml', 'docker-compose.dev.yml', 'infrastructure/compose']) {
        cpSync(join(repository, name), join(clone, name), { recursive: true });
      }
      const check = (...args: string[]) =>
        execFileSync('docker', ['compose', ...args, 'config', '--quiet'], { cwd: clone, env: ground.environment });
      for (const file of ['docker-compose.yml', 'docker-compose.dev.yml']) check('-f', file);
      copyFileSync(join(repository, '.env.example'), join(clone, '.env'));
      for (const file of ['docker-compose.yml', 'docker-compose.dev.yml']) check('-f', file);
      const build = ['-f', 'docker-compose.yml', '-f', 'infrastructure/compose/build-app.yml'];
      expect(() => check(...build)).toThrow(/APP_CONTEXT/);
    } finally {
      rmSync(clone, { recursive: true });
    }
  });

  it('comes up healthy, and students reach all of it through the proxy alone', async () => {
    expect(await stack.health()).toEqual(healthy);
    expect((await stack.request('/')).body.toString()).toContain('Skills Hub');
    expect((await stack.request('/', { host: 'localhost', secure: true })).body.toString()).toContain('Skills Hub');
    expect((await stack.request('/', { host: 'localhost' })).status).toBe(308);
    expect((await stack.request('/realms/master', { host: 'auth.localhost' })).status).toBe(200);
    expect((await stack.request('/web/database/list', { host: 'odoo.localhost' })).body.toString()).toBe(
      '["formation", "skills"]',
    );
    expect((await stack.request('/api/v4/system/ping', { host: 'chat.localhost' })).body.toString()).toContain('OK');
    for (const { Config, NetworkSettings } of await inspect(stack)) {
      const service = Config.Labels['com.docker.compose.service'];
      const published = Object.values(NetworkSettings.Ports).flatMap((ports) => ports ?? []);
      expect([service, published.length > 0]).toEqual([service, service === 'proxy']);
      for (const { HostIp } of published) expect(HostIp).toBe('127.0.0.1');
    }
  });

  it('keeps evidence over a restart of everything, and over new containers', async () => {
    const content = Buffer.from(Array.from({ length: 100_000 }, (_, index) => index % 251));
    const evidence = await stack.uploadEvidence({ student: 'Inès Lefèvre', title: 'Preuve n° 1', content });
    expect(await stack.fetchEvidence(evidence.id)).toEqual(content);
    await stack.compose('restart');
    await stack.up();
    expect(await stack.fetchEvidence(evidence.id)).toEqual(content);
    await stack.down();
    await stack.up();
    expect(await stack.fetchEvidence(evidence.id)).toEqual(content);
    expect(await stack.listEvidence()).toContainEqual(evidence);
    // None of the stops was a crash to the servers.
    for (const database of Object.keys(healthy).filter((name) => name.endsWith('-db'))) {
      expect(await stack.compose('logs', '--no-log-prefix', database)).not.toMatch(
        /was interrupted|not properly shut down/,
      );
    }
  }, 180_000);

  it('shows its passwords neither in what Docker tells of containers nor in lists of processes', async () => {
    const secrets = readdirSync(join(stack.directory, 'secrets')).map((name) =>
      readFileSync(join(stack.directory, 'secrets', name), 'utf8').trim(),
    );
    expect(secrets).toHaveLength(7);
    const containers = await inspect(stack);
    const told = [JSON.stringify(containers), await stack.compose('config'), await stack.compose('logs')];
    for (const { Id } of containers) told.push(await ground.docker('top', Id, '-eo', 'pid,args'));
    for (const secret of secrets) expect(told.join('\n')).not.toContain(secret);
    // Odoo's page that creates and drops databases knows its own password alone.
    const create = (password: string) =>
      stack.request('/web/database/create', {
        host: 'odoo.localhost',
        method: 'POST',
        body: `master_pwd=${password}&name=x`,
      });
    expect((await create('admin')).status).toBe(403);
  });

  it('notices when a service has lost its database', async () => {
    const { services } = JSON.parse(await stack.compose('config', '--format', 'json')) as {
      services: Record<string, { healthcheck: { test: string[] } }>;
    };
    const check = async (service: string): Promise<number> => {
      // What Compose prints is a compose file again, with its dollars doubled.
      const [kind, ...command] = (services[service]?.healthcheck.test ?? []).map((word) => word.replaceAll('$$', '$'));
      return (await stack.exec(service, kind === 'CMD-SHELL' ? ['/bin/sh', '-c', ...command] : command)).code;
    };
    const asked = ['app', 'keycloak', 'mattermost', 'app-db'];
    const answer = async (): Promise<boolean[]> => (await Promise.all(asked.map(check))).map((code) => code === 0);
    expect(await answer()).toEqual([true, true, true, true]);
    await stack.compose('stop', 'keycloak-db', 'mattermost-db');
    await stack.exec(
      'app-db',
      ['psql', '-qU', 'app', '-d', 'postgres'],
      'ALTER DATABASE skills_hub ALLOW_CONNECTIONS false',
    );
    expect(await answer()).toEqual([false, false, false, true]);
    await stack.exec(
      'app-db',
      ['psql', '-qU', 'app', '-d', 'postgres'],
      'ALTER DATABASE skills_hub ALLOW_CONNECTIONS true',
    );
    await stack.up();
    expect(await answer()).toEqual([true, true, true, true]);
  }, 120_000);

  it('does not start over a folder that is missing', async () => {
    const uploads = join(stack.directory, 'data/uploads');
    renameSync(uploads, `${uploads}.away`);
    try {
      await expect(stack.compose('up', '--detach', '--force-recreate', '--no-deps', 'app')).rejects.toThrow(
        /bind source path does not exist: .*data\/uploads/,
      );
      expect(readdirSync(join(stack.directory, 'data'))).not.toContain('uploads');
    } finally {
      renameSync(`${uploads}.away`, uploads);
    }
    await stack.up();
  }, 120_000);

  it('is untouched by a development platform beside it', async () => {
    const before = await listProject(stack);
    const development = await openPlatformStack(ground, { platform: 'dev' });
    try {
      await development.up();
      expect(await development.health()).toEqual(healthy);
      const evidence = await development.uploadEvidence({ student: 'Personne', title: 'Essai', content: 'essai' });
      expect((await development.request('/realms/master', { host: 'auth.dev.educ-ai.fr' })).status).toBe(200);
      expect((await stack.listEvidence()).map(({ title }) => title)).not.toContain('Essai');
      await development.compose('restart', 'app', 'app-db');
      await development.up();
      expect((await development.fetchEvidence(evidence.id))?.toString()).toBe('essai');
      await development.down({ volumes: true });
    } finally {
      await development.remove();
    }
    expect(await listProject(stack)).toEqual(before);
  }, 180_000);
});
