import { describe, expect, it } from '@jest/globals';
import { parseConfig } from '../../../src/config/load.ts';
import { readModel } from '../../../src/sources/compose/read-model.ts';
import { writeConfigText } from '../../../src/operations/init/config/config-text.ts';
import { proposeDatabases } from '../../../src/operations/init/proposal/postgres-servers.ts';
import { propose } from '../../../src/operations/init/proposal/propose.ts';

const unknown = {
  mountpoints: new Map<string, string>(),
  lookAt: (_path: string) => ({ isFile: false, trackedFiles: 0 }),
};

function proposalOf(compose: unknown, surroundings: Partial<typeof unknown> = {}) {
  return propose({ model: readModel(compose), directory: '/srv/app', ...unknown, ...surroundings });
}

function databasesOf(services: Record<string, unknown>) {
  return proposeDatabases(readModel({ services })).map(({ name, urlEnv, database }) => [name, urlEnv, database]);
}

describe('PostgreSQL servers', () => {
  it('are found by their image, wherever it comes from, and named without what says that they are databases', () => {
    expect(
      databasesOf({
        'app-db': { image: 'postgres:16-alpine', environment: { POSTGRES_DB: 'skills_hub' } },
        'keycloak-db': {
          image: 'registry.example.org:5000/mirror/postgres@sha256:00',
          environment: ['POSTGRES_USER=keycloak'],
        },
        'postgres-maps': { image: 'postgis/postgis:16-3.4', environment: {} },
        metrics: { image: 'timescale/timescaledb-ha:pg16', environment: { POSTGRES_DB: 'metrics' } },
        vectors_pg: { image: 'pgvector/pgvector:pg16', environment: { POSTGRES_DB: 'v' } },
        bitnami: { image: 'bitnami/postgresql:16', environment: { POSTGRESQL_DATABASE: 'b' } },
      }),
    ).toEqual([
      ['app', 'APP_DATABASE_URL', 'skills_hub'],
      ['keycloak', 'KEYCLOAK_DATABASE_URL', 'keycloak'],
      ['maps', 'MAPS_DATABASE_URL', 'postgres'],
      ['metrics', 'METRICS_DATABASE_URL', 'metrics'],
      ['vectors', 'VECTORS_DATABASE_URL', 'v'],
      ['bitnami', 'BITNAMI_DATABASE_URL', 'b'],
    ]);
  });

  it('are found by the variables that make one, and clients with the same variables are not', () => {
    expect(
      databasesOf({
        store: { build: './store', environment: { POSTGRES_DB: 'store', POSTGRES_USER: 'u' } },
        web: { build: '.', environment: { POSTGRES_DB: 'store', POSTGRES_HOST: 'store' } },
        nightly: { image: 'prodrigestivill/postgres-backup-local', environment: { POSTGRES_DB: 'store' } },
        exporter: { image: 'prometheuscommunity/postgres-exporter' },
        admin: { image: 'dpage/pgadmin4' },
        pool: { image: 'bitnami/pgbouncer', environment: { POSTGRESQL_DATABASE: 'store' } },
      }).map(([name]) => name),
    ).toEqual(['store']);
  });

  it('of Odoo, of several databases, or of a name that stands elsewhere are backed up whole', () => {
    const env = { POSTGRES_DB: 'postgres' };
    expect(
      databasesOf({
        'odoo-db': { image: 'postgres', environment: env },
        erp: { image: 'odoo:17', environment: { HOST: 'erp-sql' } },
        'erp-sql': { image: 'postgres', environment: env },
        many: { image: 'postgres', environment: { POSTGRES_DB: 'a', POSTGRES_MULTIPLE_DATABASES: 'a,b' } },
        hidden: { image: 'postgres', env_file: ['.env'] },
        variable: { image: 'postgres', environment: { POSTGRES_DB: '${DB_NAME}' } },
      }).map(([name, , database]) => [name, database]),
    ).toEqual([
      ['odoo', 'all'],
      ['erp', 'all'],
      ['many', 'all'],
      ['hidden', 'all'],
      ['variable', 'all'],
    ]);
  });

  it('with names that say nothing take the name of their database, and never one that is refused', () => {
    expect(databasesOf({ db: { image: 'postgres', environment: { POSTGRES_DB: 'hub' } } })[0]).toEqual([
      'hub',
      'HUB_DATABASE_URL',
      'hub',
    ]);
    expect(databasesOf({ db: { image: 'postgres', env_file: '.env' } })[0]).toEqual([
      'database',
      'DATABASE_URL',
      'all',
    ]);
    const names = databasesOf({
      'a-db': { image: 'postgres' },
      'db-a': { image: 'postgres' },
      '9db': { image: 'postgres' },
    });
    expect(names.map(([name]) => name)).toEqual(['a', 'db-a', 'database']);
  });
});

describe('volumes and bind mounts', () => {
  const compose = {
    name: 'hub',
    services: {
      app: {
        image: 'app',
        volumes: [
          './data/uploads:/app/uploads',
          '/srv/app/data/uploads/thumbs:/app/thumbs',
          './src:/app/src',
          '.:/workspace',
          './nginx.conf:/etc/nginx.conf',
          './certs:/certs:ro',
          'app-cache:/cache',
          'media:/media',
          '/app/node_modules',
          '/app/state',
          '/var/run/docker.sock:/var/run/docker.sock',
          '/var/log/nginx:/logs/nginx',
          '${DATA}/x:/x',
          { type: 'tmpfs', target: '/tmp' },
        ],
      },
      worker: { image: 'app', volumes: ['./certs:/certs:ro', 'media:/media:ro'] },
      'app-db': {
        image: 'postgres:16',
        environment: { POSTGRES_DB: 'hub' },
        volumes: ['pg:/var/lib/postgresql/data', './init:/docker-entrypoint-initdb.d'],
      },
      legacy: { image: 'mysql:8', volumes: ['mysql:/var/lib/mysql'] },
    },
    volumes: { 'app-cache': {}, media: {}, pg: {}, mysql: {}, nas: { driver_opts: { o: 'bind', device: '/srv/nas' } } },
  };
  const lookAt = (path: string) => ({ isFile: false, trackedFiles: path === './src' ? 12 : 0 });

  it('are each covered, or left out with a reason', () => {
    const { files, uncovered } = proposalOf(compose, { lookAt });
    expect(files.map(({ name, path }) => [name, path])).toEqual([['uploads', 'data/uploads']]);
    expect(uncovered.map(({ label, reason, isOpen }) => [label, isOpen, reason.slice(0, 24)])).toEqual([
      ['bind mount ./src', false, 'sources: git keeps them '],
      ['bind mount .', false, 'the repository itself: g'],
      ['bind mount ./nginx.conf', false, 'a single file of configu'],
      ['bind mount ./certs', false, 'mounted read-only: no se'],
      ['volume app-cache', false, 'can be made again (by it'],
      ['volume media', true, 'its folder is not known '],
      ['anonymous volume app:/app/node_modules', false, 'can be made again (by it'],
      ['anonymous volume app:/app/state', true, 'a volume without a name '],
      ['bind mount /var/run/docker.sock', false, 'it belongs to the host'],
      ['bind mount /var/log/nginx', false, 'logs (by its name); corr'],
      ['bind mount ${DATA}/x', true, 'its place depends on the'],
      ['volume pg', false, "a database server's own "],
      ['bind mount ./init', false, 'scripts of the first sta'],
      ['volume mysql', true, "a database server's own "],
      ['volume nas', false, 'no service mounts it'],
    ]);
    expect(uncovered.find(({ label }) => label === 'volume pg')?.reason).toContain('databases.app');
    expect(uncovered.find(({ label }) => label === 'volume media')).toMatchObject({ services: ['app', 'worker'] });
  });

  it('take the folder that Docker knows of a volume, and the one that a volume is bound to', () => {
    const services = { a: { image: 'a', volumes: ['media:/m', 'nas:/n'] } };
    const { files } = proposalOf(
      { ...compose, services },
      { mountpoints: new Map([['hub_media', '/var/lib/docker/volumes/hub_media/_data']]) },
    );
    expect(files.map(({ name, path }) => [name, path])).toEqual([
      ['a-media', '/var/lib/docker/volumes/hub_media/_data'],
      ['nas', '/srv/nas'],
    ]);
  });

  it('that lie at the same name get names of their own, apart from those of databases', () => {
    const { files } = proposalOf({
      services: {
        app: { image: 'a', volumes: ['./app/data:/d', './other/data:/e', './state/app:/f'] },
        'app-db': { image: 'postgres' },
      },
    });
    expect(files.map(({ name }) => name)).toEqual(['app-data', 'app-other-data', 'state-app']);
  });

  it('with names that every service has carry the name of theirs, others stay short', () => {
    const { files } = proposalOf({
      services: {
        odoo: { image: 'odoo', volumes: ['./volumes/odoo/config:/etc/odoo', 'addons:/mnt/extra-addons'] },
        Mattermost_App: {
          image: 'mm',
          volumes: ['./mm/data:/d', './mm/plugins:/p', './mm/client/plugins:/c', '/srv/Media/:/m', './config:/e'],
        },
        app: { image: 'a', volumes: ['./data/uploads:/u', './app/data:/d', 'app-data:/v'] },
        worker: { image: 'a', volumes: ['./data/uploads:/u', './odoo/config:/o'] },
      },
      volumes: {
        addons: { driver_opts: { o: 'bind', device: '/srv/addons' } },
        'app-data': { driver_opts: { o: 'bind', device: '/srv/x' } },
      },
    });
    const names = files.map(({ name }) => name);
    expect(names).toEqual([
      'odoo-config',
      'odoo-addons',
      'mattermost-app-data',
      'mattermost-app-plugins',
      'mattermost-app-client-plugins',
      'mattermost-app-media',
      'mattermost-app-config',
      'uploads',
      'app-data',
      'app-app-data',
      'worker-config',
    ]);
    expect(new Set(names).size).toBe(names.length);
  });

  it('that no service mounts are left out with that reason, or left open where services were not read', () => {
    const volumes = { 'unused-old': {} };
    const app = { image: 'a', volumes: ['./uploads:/u'] };
    expect(proposalOf({ services: { app }, volumes }).uncovered).toEqual([
      { label: 'volume unused-old', services: [], targets: [], reason: 'no service mounts it', isOpen: false },
    ]);
    for (const unread of [
      { include: ['other.yml'], services: { app }, volumes },
      { services: { app: { ...app, extends: { file: 'other.yml', service: 'app' } } }, volumes },
    ]) {
      expect(proposalOf(unread).uncovered).toMatchObject([{ label: 'volume unused-old', isOpen: true }]);
    }
  });

  it('end up in a configuration that is valid, whatever their names', () => {
    const strange = {
      services: {
        'app.1': { image: 'x', volumes: ['./Données élèves/#1: x:/a', '/srv/*&!|>:/b', './db:/c', "./it's:/d"] },
      },
    };
    const proposal = proposalOf(strange);
    const config = parseConfig(writeConfigText({ proposal, composeFiles: ['compose.yml'] }), '/srv/app/continuity.yml');
    expect(config.files.map(({ place }) => place.by === 'path' && place.path)).toEqual(
      proposal.files.map(({ path }) => (path.startsWith('/') ? path : `/srv/app/${path}`)),
    );
    expect(config.files.map(({ name }) => name)).toEqual(['donnees-eleves-1', 'srv', 'app-1-db', 'it-s']);
  });
});
