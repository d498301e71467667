import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { loadConfig, parseConfig } from '../../../src/config/load.ts';
import { Failure } from '../../../src/logging/failure.ts';

const sshVault = 'vault: {key-file: writer_rsa, known-hosts: infrastructure/known_hosts}\n';
const localVault = 'vault: {path: backups}\n';

function parse(text: string) {
  return parseConfig(text, '/srv/skills-hub/continuity.yml');
}

function refusalOf(text: string): Failure {
  try {
    parse(text);
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
  throw new Error('accepted');
}

const folders: string[] = [];
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
});

describe('the defaults', () => {
  it('are those of the manual', () => {
    expect(parse(sshVault)).toEqual({
      file: '/srv/skills-hub/continuity.yml',
      root: '/srv/skills-hub',
      state: '/var/lib/skills-hub-continuity',
      timezone: 'Europe/Paris',
      databases: [],
      files: [],
      notCovered: {},
      recovery: { recipients: [], include: [], secrets: [], secretVolumes: [] },
      vault: {
        kind: 'ssh',
        host: '172.16.95.98',
        port: 4660,
        user: 'skills-backup',
        path: '/srv/tc-data/backups',
        key: { from: 'file', file: '/srv/skills-hub/writer_rsa' },
        knownHosts: '/srv/skills-hub/infrastructure/known_hosts',
      },
      dev: { port: 8081, url: 'https://dev.educ-ai.fr' },
      foreign: { databases: [], files: [] },
      maximumAgeMs: 26 * 3_600_000,
    });
  });

  it('make a small configuration valid: one file source and a directory', () => {
    const config = parse('databases: {}\nfiles: {uploads: {path: data/uploads}}\nvault: {path: ../backups}\n');
    expect(config.vault).toEqual({ kind: 'directory', path: '/srv/backups' });
    expect(config.files).toEqual([
      {
        name: 'uploads',
        place: { by: 'path', path: '/srv/skills-hub/data/uploads' },
        exclude: [],
        allowUnreadable: [],
      },
    ]);
  });

  it('hold for a database: its own name, five minutes for locks, six hours in all', () => {
    const [app] = parse(`databases: {app: {url-env: APP_URL}}\n${localVault}`).databases;
    expect(app).toEqual({
      name: 'app',
      reach: { by: 'url', url: { from: 'environment', variable: 'APP_URL' } },
      database: 'app',
      excludeTableData: [],
      lockWaitTimeoutMs: 300_000,
      timeoutMs: 21_600_000,
    });
  });
});

describe('a connection string', () => {
  it('may lie in a file, which counts from the root', () => {
    const [app] = parse(`root: /srv/hub\ndatabases: {app: {url-file: secrets/app-url}}\n${localVault}`).databases;
    expect(app?.reach).toEqual({ by: 'url', url: { from: 'file', file: '/srv/hub/secrets/app-url' } });
  });
});

describe('the shipped example', () => {
  it('loads, with the four databases and file sources of the platform', async () => {
    const config = await loadConfig(new URL('../../../continuity.example.yml', import.meta.url).pathname);
    expect(config.root).toBe('/srv/skills-hub');
    expect(config.databases.map(({ name, reach }) => [name, reach.by === 'service' && reach.service])).toEqual([
      ['app', 'app-db'],
      ['keycloak', 'keycloak-db'],
      ['odoo', 'odoo-db'],
      ['mattermost', 'mattermost-db'],
    ]);
    expect(config.databases[2]?.database).toBe('all');
    expect(config.files.map(({ place }) => place.by === 'path' && place.path)).toEqual([
      '/srv/skills-hub/data/uploads',
      '/srv/skills-hub/data/odoo',
      '/srv/skills-hub/data/odoo-addons',
      '/srv/skills-hub/data/mattermost',
    ]);
    expect(config.vault).toMatchObject({ kind: 'ssh', bandwidthLimitBytesPerSecond: 50_000_000 });
  });
});

describe('paths', () => {
  it('resolve against a relative root, which resolves against the folder of the file', () => {
    const config = parse(`root: platform\nstate: state\nfiles: {uploads: {path: uploads}}\n${localVault}`);
    expect(config.root).toBe('/srv/skills-hub/platform');
    expect(config.state).toBe('/srv/skills-hub/platform/state');
    expect(config.files[0]?.place).toEqual({ by: 'path', path: '/srv/skills-hub/platform/uploads' });
    expect(config.vault.path).toBe('/srv/skills-hub/platform/backups');
  });

  it('of a file named relatively are absolute all the same', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'config-'));
    folders.push(folder);
    await writeFile(join(folder, 'c.yml'), localVault);
    expect((await loadConfig(join(folder, '.', 'c.yml'))).vault.path).toBe(join(folder, 'backups'));
  });

  it('that cannot be read are named, with what to do', async () => {
    await expect(loadConfig('/nowhere/continuity.yml')).rejects.toMatchObject({
      kind: 'config',
      message: expect.stringContaining('/nowhere/continuity.yml'),
      next: expect.stringContaining('--config'),
    });
  });
});

describe('a refusal', () => {
  it.each([
    ['an unknown key', `retention: 5\n${localVault}`, /^continuity\.yml:1:1: the file: unknown key "retention"/],
    [
      'an unknown key further in',
      `databases:\n  app: {url-env: A, databse: x}\n${localVault}`,
      /:2:21: databases\.app: unknown key "databse"; expected one of service/,
    ],
    [
      'an impossible port',
      'vault:\n  port: 70000\n  agent: true\n  known-hosts: k\n',
      /:2:3: vault\.port: expected a port number, 1 to 65535/,
    ],
    [
      'an unknown time zone',
      `timezone: Europe/Pari\n${localVault}`,
      /:1:1: timezone: expected a time zone such as Europe\/Paris/,
    ],
    [
      'no way to a server',
      `databases: {app: {user: app}}\n${localVault}`,
      /databases\.app: expected exactly one of service, container, url-env, url-file/,
    ],
    [
      'two ways to a server',
      `databases: {app: {service: a, container: b}}\n${localVault}`,
      /exactly one of service, container, url-env/,
    ],
    [
      'a user beside a connection string',
      `databases: {app: {url-env: A, user: b}}\n${localVault}`,
      /databases\.app\.user: expected no user/,
    ],
    [
      'a database called db',
      `databases: {db: {url-env: A}}\n${localVault}`,
      /databases\.db: expected a name .* other than "db" and "kit"/,
    ],
    ['a name with a slash', `files: {a/b: {path: x}}\n${localVault}`, /files\.a\/b: expected a name/],
    ['a name of 64 characters', `files: {a${'b'.repeat(63)}: {path: x}}\n${localVault}`, /at most 63/],
    [
      'the same name twice',
      `databases: {a: {url-env: A}}\nfiles: {a: {path: x}}\n${localVault}`,
      /:2:9: files\.a: expected a name that no database has/,
    ],
    ['a name that roles would overwrite', `databases: {globals-app: {url-env: A}}\n${localVault}`, /globals/],
    [
      'nested sources',
      `files: {a: {path: x}, b: {path: x/y}}\n${localVault}`,
      /files\.b\.path: expected a folder apart/,
    ],
    ['a vault inside a source', 'files: {a: {path: .}}\nvault: {path: backups}\n', /does not hold the vault/],
    [
      'a state folder inside a source',
      `state: data/state\nfiles: {a: {path: data}}\n${localVault}`,
      /does not hold state/,
    ],
    ['no vault', 'files: {a: {path: x}}\n', /vault: expected a mapping/],
    ['a vault without a pinned host key', 'vault: {agent: true}\n', /vault\.known-hosts: missing/],
    ['a vault without a key', 'vault: {known-hosts: k}\n', /exactly one of key-file, key-env, agent/],
    ['two keys', 'vault: {known-hosts: k, agent: true, key-env: K}\n', /exactly one of key-file/],
    [
      'a host that is an option',
      'vault: {host: -oProxyCommand=x, known-hosts: k, agent: true}\n',
      /vault\.host: expected a host/,
    ],
    [
      'a relative path on the vault',
      'vault: {path: x, known-hosts: k, agent: true}\n',
      /vault\.path: expected an absolute path/,
    ],
    [
      'a size without unit',
      'vault: {bandwidth-limit: 50, known-hosts: k, agent: true}\n',
      /bandwidth-limit: expected a size such as/,
    ],
    ['a duration without unit', `maximum-age: 26\n${localVault}`, /maximum-age: expected a duration such as/],
    ['a source without path', `files: {a: {}}\n${localVault}`, /files\.a\.path: (missing: )?expected a path/],
    ['a home folder', `files: {a: {path: ~/x}}\n${localVault}`, /files\.a\.path: (missing: )?expected a path/],
    ['broken YAML', 'vault: {path: x\n', /^continuity\.yml:\d+:\d+: not valid YAML/],
    ['a key twice', `${localVault}${localVault}`, /^continuity\.yml:2:1: not valid YAML: Map keys must be unique/],
    ['a list', '- a\n', /the file: expected a mapping/],
    ['an empty file', '', /vault: expected a mapping/],
  ])('of %s names the key and the expected form', (_what, text, message) => {
    const failure = refusalOf(text);
    expect(failure.kind).toBe('config');
    expect(failure.message).toMatch(message);
  });

  it('never repeats a secret that was written in the wrong place, and says where secrets go', () => {
    for (const text of [
      // not-a-secret: what must never be repeated, made up
      `databases: {app: {url-env: 'postgres://app:hunter2@db/app'}}\n${localVault}`,
      `databases: {app: {service: a, password: hunter2}}\n${localVault}`,
      'vault: {known-hosts: k, agent: true, key: hunter2}\n',
    ]) {
      const failure = refusalOf(text);
      expect(failure.message + failure.next).not.toContain('hunter2');
    }
    expect(refusalOf(`databases: {app: {service: a, password: x}}\n${localVault}`).next).toContain(
      'No secret is written',
    );
  });

  it('lists every fault at once', () => {
    const lines = refusalOf('timezone: Mars\nmaximum-age: soon\nvault: {path: x}\n').message.split('\n');
    expect(lines).toHaveLength(2);
  });
});

describe('the compose project', () => {
  it('is there, whatever its files are, where a source is a service or a volume', () => {
    const config = parse(
      `root: /srv/hub\ndatabases: {app: {service: app-db}}\nfiles: {a: {volume: uploads}}\n${localVault}`,
    );
    expect(config.compose).toEqual({ pauses: [] });
    expect(config.files[0]?.place).toEqual({ by: 'volume', volume: 'uploads' });
  });

  it('is absent where nothing needs it', () => {
    expect(parse(`databases: {app: {container: pg}}\n${localVault}`).compose).toBeUndefined();
  });

  it('has files on top of each other, a name, services to pause, and what is left out with its reason', () => {
    const text = [
      'root: /srv/hub',
      'compose: {file: [a.yml, /etc/b.yml], project: hub, pause: [app]}',
      'not-covered: {"volume cache": can be made again}',
      'files: {up: {service: app, path: /app/uploads, used-by: [app, worker]}}',
      localVault,
    ].join('\n');
    const config = parse(text);
    expect(config.compose).toEqual({
      files: ['/srv/hub/a.yml', '/etc/b.yml'],
      project: 'hub',
      pauses: ['app'],
    });
    expect(config.notCovered).toEqual({ 'volume cache': 'can be made again' });
    expect(config.files[0]).toMatchObject({
      place: { by: 'service', service: 'app', path: '/app/uploads' },
      usedBy: ['app', 'worker'],
    });
  });

  it.each([
    ['a volume beside a path', '{volume: a, path: b}', /files\.up\.volume: expected volume alone/],
    ['a relative path in a container', '{service: app, path: uploads}', /files\.up\.path: expected an absolute path/],
    ['neither path nor volume', '{exclude: []}', /files\.up\.path: missing: expected a path/],
  ])('refuses %s', (_what, source, message) => {
    expect(refusalOf(`files: {up: ${source}}\n${localVault}`).message).toMatch(message);
  });
});
