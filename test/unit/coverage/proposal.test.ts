import { describe, expect, it } from '@jest/globals';
import { parseConfig } from '../../../src/config/load.ts';
import { readModel } from '../../../src/sources/compose/read-model.ts';
import { writeConfigText } from '../../../src/operations/init/config/config-text.ts';
import { proposeDatabases } from '../../../src/operations/coverage/postgres-servers.ts';
import { propose } from '../../../src/operations/coverage/propose.ts';

const unknown = {
  lookAt: (_path: string) => ({ isFile: false, trackedFiles: 0 }),
};

function proposalOf(compose: unknown, surroundings: Partial<typeof unknown> = {}) {
  return propose({ model: readModel(compose), directory: '/srv/app', ...unknown, ...surroundings });
}

function databasesOf(services: Record<string, unknown>) {
  return proposeDatabases(readModel({ services })).map(({ name, user, database }) => [name, user, database]);
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
      ['app', undefined, 'skills_hub'],
      ['keycloak', 'keycloak', 'keycloak'],
      ['maps', undefined, 'postgres'],
      ['metrics', undefined, 'metrics'],
      ['vectors', undefined, 'v'],
      ['bitnami', undefined, 'b'],
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
      undefined,
      'hub',
    ]);
    expect(databasesOf({ db: { image: 'postgres', env_file: '.env' } })[0]).toEqual(['database', undefined, 'all']);
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
    expect(files.map(({ name, path, volume }) => [name, path ?? volume])).toEqual([
      ['uploads', 'data/uploads'],
      ['app-media', 'media'],
    ]);
    const kindOf = ({ isOpen, isEvident }: (typeof uncovered)[number]) =>
      isOpen ? 'open' : isEvident ? 'evident' : 'presumed';
    expect(uncovered.map((mount) => [mount.label, kindOf(mount), mount.reason.slice(0, 24)])).toEqual([
      ['bind mount ./src', 'evident', 'sources: git keeps them '],
      ['bind mount .', 'evident', 'the repository itself: g'],
      ['bind mount ./nginx.conf', 'evident', 'a single file of configu'],
      ['bind mount ./certs', 'evident', 'mounted read-only: no se'],
      ['volume app-cache', 'presumed', 'can be made again (by it'],
      ['anonymous volume app:/app/node_modules', 'presumed', 'can be made again (by it'],
      ['anonymous volume app:/app/state', 'open', 'a volume without a name '],
      ['bind mount /var/run/docker.sock', 'evident', 'it belongs to the host'],
      ['bind mount /var/log/nginx', 'presumed', 'logs (by its name); corr'],
      ['bind mount ${DATA}/x', 'open', 'its place depends on the'],
      ['volume pg', 'evident', "a database server's own "],
      ['bind mount ./init', 'evident', 'scripts of the first sta'],
      ['volume mysql', 'open', "a database server's own "],
      ['volume nas', 'presumed', 'no service mounts it'],
    ]);
    expect(uncovered.find(({ label }) => label === 'volume pg')?.reason).toContain('databases.app');
    expect(files[1]).toMatchObject({ services: ['app', 'worker'], targets: ['/media'] });
  });

  it('are taken by the key of a volume, and by the folder that a volume is bound to', () => {
    const services = { a: { image: 'a', volumes: ['media:/m', 'nas:/n'] } };
    const { files } = proposalOf({ ...compose, services });
    expect(files).toMatchObject([
      { name: 'a-media', volume: 'media', label: 'volume media' },
      { name: 'nas', path: '/srv/nas', label: 'volume nas' },
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
      {
        label: 'volume unused-old',
        services: [],
        targets: [],
        reason: 'no service mounts it',
        isOpen: false,
        isEvident: false,
      },
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
      proposal.files.map(({ path }) => (path?.startsWith('/') === true ? path : `/srv/app/${path}`)),
    );
    expect(config.files.map(({ name }) => name)).toEqual(['donnees-eleves-1', 'srv', 'app-1-db', 'it-s']);
  });
});
