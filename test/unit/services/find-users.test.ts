import { describe, expect, it } from '@jest/globals';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DatabaseConfig, FilesConfig, FilesPlace, ServerReach } from '../../../src/config/config.ts';
import { findUnused, findUsers, listServers } from '../../../src/operations/services/find-users.ts';
import { readModel } from '../../../src/sources/compose/read-model.ts';

const model = readModel({
  name: 'hub',
  services: {
    proxy: { image: 'proxy', depends_on: ['app'], volumes: ['/srv/hub/data:/static:ro'] },
    app: { image: 'app', depends_on: { 'app-db': { condition: 'service_healthy' } } },
    worker: { image: 'app', depends_on: ['app-db'], volumes: [{ type: 'volume', source: 'media', target: '/media' }] },
    odoo: { image: 'odoo', depends_on: ['odoo-db'], volumes: ['/srv/hub/data/odoo:/var/lib/odoo', 'extra:/extra'] },
    mail: { image: 'mail', volumes: ['/srv/hub/database:/mail', 'bound:/bound', '/anonymous'] },
    'app-db': { image: 'postgres', volumes: ['pg:/var/lib/postgresql/data'] },
    'odoo-db': { image: 'postgres', depends_on: ['app-db'], volumes: ['pg2:/var/lib/postgresql/data'] },
  },
  volumes: {
    media: {},
    extra: { name: 'odoo-extra' },
    pg: {},
    pg2: {},
    bound: { driver_opts: { type: 'none', o: 'bind', device: '/srv/bound' } },
  },
});

function database(name: string, reach: ServerReach, usedBy?: string[]): DatabaseConfig {
  return {
    name,
    reach,
    database: name,
    excludeTableData: [],
    lockWaitTimeoutMs: 1,
    timeoutMs: 1,
    ...(usedBy ? { usedBy } : {}),
  };
}

function files(place: FilesPlace, usedBy?: string[]): FilesConfig {
  return { name: 'uploads', place, exclude: [], allowUnreadable: [], ...(usedBy ? { usedBy } : {}) };
}

const appDb = database('app', { by: 'service', service: 'app-db', user: 'app' });
const odooDb = database('odoo', { by: 'service', service: 'odoo-db', user: 'odoo' });
const servers = listServers([appDb, odooDb]);
const usersOf = (databases: DatabaseConfig[], sources: FilesConfig[]) =>
  findUsers(model, { databases, files: sources }, servers);

describe('services that use what is replaced', () => {
  it('are those that depend on the server of a database, never another server, nor who depends on them in turn', () => {
    expect(usersOf([appDb], [])).toEqual({ stop: ['app', 'worker'], hold: [] });
    expect(usersOf([odooDb], [])).toEqual({ stop: ['odoo'], hold: [] });
  });

  it('are not known of a server outside the compose project, unless they are named', () => {
    const url = { by: 'url', url: { from: 'environment', variable: 'URL' } } as const;
    const container = { by: 'container', container: 'pg', user: 'postgres' } as const;
    expect(usersOf([database('a', url), database('b', container)], [])).toEqual({ stop: [], hold: [] });
    expect(usersOf([database('a', url, ['app']), database('b', container, ['mail'])], []).stop).toEqual([
      'app',
      'mail',
    ]);
  });

  it.each([
    ['/srv/hub/data/odoo', ['odoo', 'proxy']],
    ['/srv/hub/data/odoo/filestore', ['odoo', 'proxy']],
    ['/srv/hub/data', ['odoo', 'proxy']],
    ['/srv/hub/data/uploads', ['proxy']],
    ['/srv/hub/dat', []],
    ['/srv/bound/inner', ['mail']],
    ['/', ['mail', 'odoo', 'proxy']],
  ])('are those that mount %s, what holds it, or what it holds', (path, stop) => {
    expect(usersOf([], [files({ by: 'path', path })])).toEqual({ stop, hold: [] });
  });

  it('are those that mount a volume, named by its key or as Docker knows it', () => {
    const stopFor = (volume: string) => usersOf([], [files({ by: 'volume', volume })]).stop;
    expect(stopFor('media')).toEqual(['worker']);
    expect(stopFor('hub_media')).toEqual(['worker']);
    expect(stopFor('extra')).toEqual(['odoo']);
    expect(stopFor('odoo-extra')).toEqual(['odoo']);
    expect(stopFor('pg')).toEqual([]);
  });

  it('are held, not stopped, where the files lie in their own container', () => {
    const inApp = files({ by: 'service', service: 'app', path: '/app/uploads' });
    expect(usersOf([appDb], [inApp])).toEqual({ stop: ['worker'], hold: ['app'] });
    expect(usersOf([], [files({ by: 'service', service: 'app-db', path: '/x' })])).toEqual({ stop: [], hold: [] });
  });

  it('are also those that have the mounts of one that mounts it, and those in a namespace of one that is halted', () => {
    const neighbours = readModel({
      services: {
        app: { image: 'app', volumes: ['media:/media'], depends_on: ['app-db'] },
        thumbnails: { image: 'app', volumes_from: ['app:ro'] },
        scanner: { image: 'app', volumes_from: ['thumbnails'] },
        tunnel: { image: 'tunnel', network_mode: 'service:app' },
        probe: { image: 'probe', pid: 'service:tunnel' },
        'app-db': { image: 'postgres' },
        'db-probe': { image: 'probe', ipc: 'service:app-db' },
      },
    });
    const usersFor = (source: FilesConfig) => findUsers(neighbours, { databases: [], files: [source] }, servers);
    expect(usersFor(files({ by: 'volume', volume: 'media' }))).toEqual({
      stop: ['app', 'probe', 'scanner', 'thumbnails', 'tunnel'],
      hold: [],
    });
    const named = files({ by: 'volume', volume: 'media' }, ['app', 'app-db']);
    expect(usersFor(named)).toEqual({ stop: ['app', 'probe', 'tunnel'], hold: [] });
    const inApp = files({ by: 'service', service: 'app', path: '/app/uploads' });
    expect(usersFor(inApp)).toEqual({ stop: ['probe', 'tunnel'], hold: ['app'] });
  });

  it('are found by whatever symbolic link the folder is named', () => {
    const directory = realpathSync(mkdtempSync(join(tmpdir(), 'continuity-users-')));
    try {
      mkdirSync(join(directory, 'real/data'), { recursive: true });
      symlinkSync('real', join(directory, 'link'));
      const bound = (path: string) =>
        readModel({ name: 'hub', services: { app: { image: 'app', volumes: [`${join(directory, path)}:/data`] } } });
      const stopFor = (mounted: string, path: string) => {
        const replaced = { databases: [], files: [files({ by: 'path', path: join(directory, path) })] };
        return findUsers(bound(mounted), replaced, servers).stop;
      };
      expect(stopFor('link/data', 'real')).toEqual(['app']);
      expect(stopFor('real', 'link/data')).toEqual(['app']);
      // Not there yet.
      expect(stopFor('link/data/new', 'real/data/new')).toEqual(['app']);
      expect(stopFor('link/other', 'real/data')).toEqual([]);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it('are told to be unknown where neither the compose file nor used-by names any', () => {
    const url = { by: 'url', url: { from: 'environment', variable: 'URL' } } as const;
    const unusedOf = (databases: DatabaseConfig[], sources: FilesConfig[]) =>
      findUnused(model, { databases, files: sources });
    expect(unusedOf([appDb, database('away', url)], [files({ by: 'path', path: '/elsewhere' })])).toEqual([
      'database away',
      'files uploads',
    ]);
    expect(unusedOf([database('away', url, [])], [files({ by: 'path', path: '/elsewhere' }, ['app'])])).toEqual([]);
    expect(unusedOf([], [files({ by: 'service', service: 'app', path: '/x' })])).toEqual([]);
  });

  it('are what used-by says, and nothing else, also where it says none', () => {
    expect(usersOf([{ ...appDb, usedBy: ['mail'] }], [])).toEqual({ stop: ['mail'], hold: [] });
    expect(usersOf([{ ...appDb, usedBy: [] }], [files({ by: 'volume', volume: 'media' }, [])]).stop).toEqual([]);
  });
});
