import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseConfig } from '../../../src/config/load.ts';
import { findUncovered } from '../../../src/operations/coverage/find-uncovered.ts';
import { readCompose } from '../../../src/sources/compose/read-compose.ts';
import { readModel } from '../../../src/sources/compose/read-model.ts';
import type { ProjectState } from '../../../src/sources/compose/project-state.ts';

const anonymous = 'a'.repeat(64);
let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'continuity-coverage-'));
  mkdirSync(join(root, 'data/uploads'), { recursive: true });
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** As docker compose prints it: every path absolute, every volume with its name. */
const model = () =>
  readModel({
    name: 'hub',
    services: {
      app: {
        image: 'hub/app:1',
        volumes: [
          { type: 'bind', source: `${root}/data`, target: '/data' },
          { type: 'bind', source: `${root}/data/uploads`, target: '/app/uploads' },
          { type: 'bind', source: '/var/run/docker.sock', target: '/var/run/docker.sock' },
          { type: 'volume', source: 'media', target: '/app/media' },
          { type: 'volume', source: 'cache', target: '/cache' },
        ],
      },
      odoo: { image: 'odoo:17', environment: { HOST: 'odoo-db' }, depends_on: { 'odoo-db': {} } },
      'app-db': {
        image: 'postgres:16',
        environment: { POSTGRES_DB: 'skills_hub', POSTGRES_USER: 'app' },
        volumes: [{ type: 'volume', source: 'pg', target: '/var/lib/postgresql/data' }],
      },
      'odoo-db': { image: 'postgres:16', environment: { POSTGRES_USER: 'odoo' } },
    },
    volumes: { media: { name: 'hub_media' }, cache: { name: 'hub_cache' }, pg: { name: 'hub_pg' } },
  });

const container = (service: string, mounts: [name: string, target: string][] = []) => ({
  service,
  name: `hub-${service}-1`,
  image: 'x',
  imageId: 'sha256:x',
  composeVersion: '2.26.1',
  composeFiles: [],
  mounts: mounts.map(([volume, target]) => ({ volume, target, isReadOnly: false })),
});

const nothing: ProjectState = { containers: [], volumes: [] };
const state: ProjectState = {
  containers: [
    container('app', [['hub_media', '/app/media']]),
    // What the image of Odoo declares, and nobody mounted; and what a server without a volume keeps its files in.
    container('odoo', [[anonymous, '/var/lib/odoo']]),
    container('odoo-db', [['b'.repeat(64), '/var/lib/postgresql/data']]),
  ],
  volumes: [
    { name: 'hub_media', key: 'media', driver: 'local' },
    { name: 'hub_old', key: 'old', driver: 'local' },
  ],
};

async function namesIn(lines: string, of: ProjectState = state) {
  const config = parseConfig(`root: ${root}\nvault: {path: /vault}\n${lines}`, '/x/continuity.yml');
  const { uncovered, stale } = await findUncovered({ config, environment: process.env }, { model: model(), state: of });
  return { names: uncovered.map(({ label }) => label), uncovered, stale };
}

const databases =
  'databases: {app: {service: app-db, user: app, database: skills_hub}, odoo: {service: odoo-db, database: all}}';

describe('what of a compose project no source covers', () => {
  it('is named: databases, folders, volumes, and what only the engine knows of', async () => {
    expect((await namesIn('')).names).toEqual([
      'database app-db',
      'database odoo-db',
      'bind mount ./data',
      'bind mount ./data/uploads',
      'volume media',
      'volume cache',
      'volume old',
      'anonymous volume odoo:/var/lib/odoo',
    ]);
  });

  it('is named with what to write into continuity.yml', async () => {
    const { uncovered } = await namesIn('');
    expect(uncovered).toContainEqual({
      label: 'database app-db',
      message: 'database app-db is not backed up',
      next: 'Add databases: { app: { service: app-db, user: app, database: skills_hub } }, or not-covered: { "database app-db": the reason }.',
    });
    expect(uncovered).toContainEqual({
      label: 'volume media',
      message: 'volume media (service app) is not backed up',
      next: 'Add files: { app-media: { volume: media } }, or not-covered: { "volume media": the reason }.',
    });
  });

  it('is nothing where all has a source or a reason; reasons that nothing needs are told', async () => {
    const all = `${databases}
files: {data: {path: data}, media: {volume: media}, filestore: {service: odoo, path: /var/lib/odoo}}
not-covered: {volume cache: made again, volume old: of last year, volume pg: its dump is taken, volume typo: x, volume media: y}
`;
    expect(await namesIn(all)).toMatchObject({ names: [], stale: ['volume typo', 'volume media'] });
  });

  it('is also what lies inside a folder that is left out', async () => {
    const { names } = await namesIn(`${databases}\nnot-covered: {"bind mount ./data": code}\n`, nothing);
    expect(names).toContain('bind mount ./data/uploads');
    expect(names).not.toContain('bind mount ./data');
  });

  it.each([
    ['its key', 'volume: media'],
    ['its name', 'volume: hub_media'],
    ["Docker's folder", 'path: /var/lib/docker/volumes/hub_media/_data'],
    ['the service that mounts it', 'service: app, path: /app'],
  ])('is not a volume that a source names by %s', async (_way, place) => {
    expect((await namesIn(`files: {m: {${place}}}`)).names).not.toContain('volume media');
  });

  it.each(['volume: old_media', 'path: /var/lib/docker/volumes/dev_media/_data', 'service: app, path: /app/med'])(
    'is a volume of which a source only looks alike: %s',
    async (place) => {
      expect((await namesIn(`files: {m: {${place}}}`)).names).toContain('volume media');
    },
  );

  it.each([
    ['its service', '{service: app-db}'],
    ['its container', '{container: hub-app-db-1}'],
    ['a connection string, under its own name', '{url-env: X}'],
  ])('is not a database that is reached by %s', async (_way, entry) => {
    const running = { ...state, containers: [container('app-db'), container('odoo')] };
    const { names } = await namesIn(`databases: {app: ${entry}}`, running);
    expect(names).not.toContain('database app-db');
    expect(names).toContain('database odoo-db');
  });

  it('is a server whose container is another one', async () => {
    const running = { ...state, containers: [container('app-db'), container('odoo')] };
    expect((await namesIn('databases: {app: {container: hub-odoo-1}}', running)).names).toContain('database app-db');
  });

  it('is also a server that the files no longer have', async () => {
    const former = { ...container('wiki-db'), image: 'postgres:14' };
    expect((await namesIn(databases, { ...state, containers: [former] })).names).toContain('database wiki-db');
  });
});

describe('a folder of which git keeps a part', () => {
  const git = (...args: string[]) => execFileSync('git', ['-C', root, ...args]);
  const put = (path: string) => writeFileSync(join(root, 'data/uploads', path), 'x');
  const lookAtUploads = async () => {
    const { uncovered } = await namesIn('', nothing);
    return uncovered.find(({ label }) => label === 'bind mount ./data/uploads');
  };
  beforeAll(() => {
    git('init', '--quiet');
    put('default-avatar.png');
    git('add', '--force', '.');
  });
  afterAll(() => rmSync(join(root, '.git'), { recursive: true }));

  it('is sources as long as git keeps all of it', async () => {
    expect(await lookAtUploads()).toBeUndefined();
  });

  it.each(['left alone', 'ignored'])(
    'is told of, with one of them, where others lie in it that git has %s',
    async (how) => {
      mkdirSync(join(root, 'data/uploads/student'), { recursive: true });
      put('student/essay.pdf');
      writeFileSync(join(root, '.gitignore'), how === 'ignored' ? 'data/uploads\n' : '');
      expect((await lookAtUploads())?.message).toMatch(/git keeps 1 of its files, and not data\/uploads\/student\//);
    },
  );
});

describe('the platform as shipped', () => {
  it('has a source or a reason for everything, in the example of a configuration', async () => {
    const repository = new URL('../../../', import.meta.url).pathname;
    const text = readFileSync(join(repository, 'continuity.example.yml'), 'utf8');
    const config = parseConfig(text.replace(/^root:.*$/m, ''), join(repository, 'continuity.yml'));
    // Without docker: the file itself.
    const files = ['docker-compose.yml'];
    const { model: shipped } = await readCompose({ directory: repository, files, environment: { PATH: '' } });
    expect(shipped.services.length).toBeGreaterThan(8);
    const found = await findUncovered({ config, environment: process.env }, { model: shipped, state: nothing });
    expect(found).toEqual({ uncovered: [], stale: [] });
  });
});
