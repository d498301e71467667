import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';

interface Service {
  image: string;
  build?: unknown;
  ports?: string[];
  environment?: Record<string, string>;
  volumes?: (string | { type: string; source: string; read_only?: boolean; bind?: { create_host_path: boolean } })[];
  networks: string[] | Record<string, { aliases: string[] }>;
  cap_add?: string[];
  depends_on?: Record<string, { condition: string }>;
  [key: string]: unknown;
}

interface ComposeFile {
  name: string;
  services: Record<string, Service>;
  networks: Record<string, { internal?: boolean }>;
  volumes: Record<string, object>;
  secrets: Record<string, { file: string }>;
  [key: string]: unknown;
}

const repository = join(import.meta.dirname, '../../..');
const read = (name: string): string => readFileSync(join(repository, name), 'utf8');
const load = (name: string): ComposeFile => parse(read(name), { merge: true }) as ComposeFile;
const files = { production: load('docker-compose.yml'), development: load('docker-compose.dev.yml') };
const applications = ['app', 'keycloak', 'odoo', 'mattermost'];
const databases = applications.map((name) => `${name}-db`);

const networksOf = ({ networks }: Service): string[] => (Array.isArray(networks) ? networks : Object.keys(networks));

/** The variables of a text with their defaults, `undefined` where one has none. */
function findVariables(text: string): Map<string, string | undefined> {
  return new Map(
    [...text.matchAll(/\$\{(\w+)(?::?[-?]([^}]*))?\}/g)].map(([, name = '', fallback]) => [name, fallback] as const),
  );
}

describe.each(Object.entries(files))('the compose file of %s', (_platform, file) => {
  const services = Object.entries(file.services);

  it('has a name, no version, and the nine services', () => {
    expect(file['version']).toBeUndefined();
    expect(file.name).toMatch(/^skills-hub(-dev)?$/);
    expect(Object.keys(file.services).sort()).toEqual(['proxy', ...applications, ...databases].sort());
  });

  it.each(services)('%s is pinned to a version that a variable overrides', (name, { image, build }) => {
    // What is built here has no version yet.
    const version = build === undefined ? /^\$\{\w+_IMAGE:-[\w./-]+:v?\d+\.\d+[\w.-]*\}$/ : /^\$\{DEV_APP_IMAGE:-/;
    expect([name, image]).toEqual([name, expect.stringMatching(version)]);
  });

  it.each(services)('%s is watched, bounded, restarted, and has no right that it does not need', (name, service) => {
    expect(service).toMatchObject({
      restart: 'unless-stopped',
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
      logging: { driver: 'json-file', options: { 'max-size': '10m', 'max-file': '5' } },
      healthcheck: { test: expect.any(Array), interval: '${HEALTH_INTERVAL:-10s}', retries: expect.any(Number) },
    });
    const rights: Record<string, string[]> = { proxy: ['NET_BIND_SERVICE'] };
    for (const database of databases) rights[database] = ['CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'SETGID', 'SETUID'];
    expect(service.cap_add).toEqual(rights[name]);
    for (const key of [
      'privileged',
      'network_mode',
      'pid',
      'ipc',
      'userns_mode',
      'devices',
      'volumes_from',
      'extends',
    ]) {
      expect([key, service[key]]).toEqual([key, undefined]);
    }
  });

  it.each(databases)('%s can be reached by its application alone, and has time to stop', (name) => {
    const service = file.services[name] as Service;
    const { ports, stop_grace_period: grace } = service;
    expect([ports, networksOf(service), grace]).toEqual([undefined, [name], '2m']);
    expect(file.networks[name]?.internal).toBe(true);
    const others = services.filter(([, each]) => networksOf(each).includes(name)).map(([other]) => other);
    expect(others.sort()).toEqual([name.replace('-db', ''), name].sort());
  });

  it.each(applications)('%s starts once its database is healthy, and publishes no port', (name) => {
    const service = file.services[name] as Service;
    expect(service.depends_on).toEqual({ [`${name}-db`]: { condition: 'service_healthy' } });
    expect(service.ports).toBeUndefined();
  });

  it('keeps passwords in files', () => {
    for (const [name, { environment = {} }] of services) {
      for (const [variable, value] of Object.entries(environment)) {
        if (!/PASSW|SECRET|TOKEN|KEY$/.test(variable)) continue;
        expect([name, variable, value]).toEqual([name, variable, expect.stringMatching(/^\/run\/secrets\/\w+$/)]);
      }
    }
    expect(JSON.stringify(file.services)).not.toMatch(/:\/\/[^/@"]*:[^/@"]*@/);
  });

  it('has volumes that Docker keeps by itself', () => {
    for (const settings of Object.values(file.volumes)) expect(settings).toEqual({});
  });
});

describe('the compose file of production', () => {
  const { services } = files.production;

  it('refuses to start over a folder that is missing, as that of a disk that is not mounted', () => {
    const mounts = Object.values(services)
      .flatMap(({ volumes = [] }) => volumes)
      .filter((mount) => typeof mount !== 'string');
    expect(mounts.length).toBeGreaterThanOrEqual(7);
    for (const mount of mounts) {
      expect(mount).toMatchObject({ type: 'bind', bind: { create_host_path: false } });
      expect(mount.source).toMatch(/^\$\{DATA_DIR:-\.\/data\}\//);
    }
  });

  it('serves home.educ-ai.fr on 80 and 443 unless variables say otherwise', () => {
    expect(services['proxy']?.ports).toEqual([
      '${PROXY_BIND:-0.0.0.0}:${HTTP_PORT:-80}:80',
      '${PROXY_BIND:-0.0.0.0}:${HTTPS_PORT:-443}:443',
      '${PROXY_BIND:-0.0.0.0}:${HTTPS_PORT:-443}:443/udp',
    ]);
    expect(services['proxy']?.environment?.['APP_SITE']).toBe('${APP_SITE:-home.educ-ai.fr}');
  });
});

describe('the compose file of development', () => {
  const { services, secrets } = files.development;

  it('mounts volumes of its own and no folder of this host', () => {
    for (const [name, { volumes = [] }] of Object.entries(services)) {
      for (const mount of volumes) expect([name, mount]).toEqual([name, expect.stringMatching(/^[a-z][a-z-]+:[/$]/)]);
    }
    expect(JSON.stringify(services)).not.toContain('docker.sock');
  });

  it('answers on port 8081 of the loopback address', () => {
    const published = Object.values(services).flatMap(({ ports = [] }) => ports);
    expect(published).toEqual(['${DEV_BIND:-127.0.0.1}:${DEV_PORT:-8081}:8081']);
  });

  it('gives the proxy, in the containers as well, the names that the browser knows the applications by', () => {
    const proxy = services['proxy'] as Service;
    const { aliases = [] } = Array.isArray(proxy.networks) ? {} : (proxy.networks['front'] ?? {});
    const variables = findVariables(read('docker-compose.dev.yml'));
    for (const name of ['KEYCLOAK', 'ODOO', 'MATTERMOST']) {
      const [host = ''] = /[a-z]+\.localhost(?=:8081)/.exec(variables.get(`DEV_${name}_SITE`) ?? '') ?? [];
      expect(aliases).toContain(host);
    }
    expect(variables.get('DEV_KEYCLOAK_URL')).toBe('http://auth.localhost:8081');
  });

  it("knows none of the variables that name production's folders, secrets, addresses and image", () => {
    const development = findVariables(read('docker-compose.dev.yml'));
    for (const name of ['DATA_DIR', 'SECRETS_DIR', 'APP_IMAGE', 'APP_SITE', 'APP_URL', 'KEYCLOAK_URL', 'HTTP_PORT']) {
      expect([name, development.has(name)]).toEqual([name, false]);
    }
    for (const { file } of Object.values(secrets)) expect(file).toMatch(/^\$\{DEV_SECRETS_DIR:-\.\/secrets\/dev\}\//);
  });

  it('is production in everything but addresses, images of the App, ports and mounts', () => {
    const strip = ({ services: all }: ComposeFile): unknown =>
      Object.fromEntries(
        Object.entries(all).map(([name, service]) => {
          const { image, environment = {}, ...rest } = service;
          for (const key of ['build', 'ports', 'volumes']) Reflect.deleteProperty(rest, key);
          const addresses = /_SITE|_URL$|SITEURL$|TRUSTED_PROXIES|KC_HOSTNAME/;
          const settings = Object.entries(environment).filter(([key]) => key === 'KC_DB_URL' || !addresses.test(key));
          const alike = { networks: networksOf(service), environment: Object.fromEntries(settings) };
          return [name, { ...rest, ...alike, image: name === 'app' ? '' : image }];
        }),
      );
    expect(strip(files.development)).toEqual(strip(files.production));
  });
});

describe('.env.example', () => {
  it('names each variable of the compose files with its default, and nothing else', () => {
    const text = ['docker-compose.yml', 'docker-compose.dev.yml', 'infrastructure/compose/build-app.yml']
      .map(read)
      .join('');
    const used = findVariables(text);
    // One whose default differs between the two files, and one that Compose itself reads.
    used.delete('APP_CONTEXT');
    const named = new Map(
      [...read('.env.example').matchAll(/^#(\w+)=(.*)$/gm)].map(([, name = '', value = '']) => [name, value] as const),
    );
    named.delete('APP_CONTEXT');
    named.delete('COMPOSE_FILE');
    expect(Object.fromEntries([...named].sort())).toEqual(Object.fromEntries([...used].sort()));
  });
});
