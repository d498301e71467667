import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { runCommand, type CommandResult } from '../../src/system/run-command.ts';
import { startPostgresCluster, type PostgresCluster } from '../fixtures/postgres-cluster.ts';
import { checkWorkflow } from '../fixtures/workflow-rules.ts';

const program = new URL('../../scripts/dist/continuity/index.js', import.meta.url).pathname;
const repository = 'educ-ai/continuity';
const toolkit = `${repository}@${'c'.repeat(40)}`;

/** All that the team's own repository holds: a compose file and an app. */
const application = {
  'compose.yaml': `services:
  app:
    build: .
    volumes: [./data/uploads:/app/uploads, cache:/cache]
  app-db:
    image: postgres:16
    environment: { POSTGRES_DB: skills_hub, POSTGRES_USER: app }
    volumes: [pg:/var/lib/postgresql/data]
volumes: { cache: , pg: }
`,
  'server.js': "require('http').createServer((_request, response) => response.end('hello')).listen(80);\n",
  'package.json': '{\n  "name": "app",\n  "scripts": {\n    "start": "node server.js"\n  }\n}\n',
};

let folder: string;
let app: string;
/** What production has: a clone of the application, and nothing of ours beside it. */
let clone: string;
let cluster: PostgresCluster;
/** Environment variables with connection strings. */
let databases: Record<string, string> = {};

beforeAll(async () => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'continuity-adoption-')));
  app = join(folder, 'app');
  clone = join(folder, 'production');
  for (const [name, content] of Object.entries(application)) write(join(app, name), content);
  await run(folder, 'git', 'init', '--quiet', app);
  await run(app, 'git', 'add', '.');
  await commit('an app');
  cluster = await startPostgresCluster();
  databases = { APP_DATABASE_URL: cluster.url('skills_hub') };
  await cluster.query('postgres', 'CREATE DATABASE skills_hub');
  await cluster.query(
    'skills_hub',
    "CREATE TABLE evidence (id int PRIMARY KEY, title text); INSERT INTO evidence VALUES (1, 'a proof')",
  );
}, 60_000);
afterAll(async () => {
  await cluster.stop();
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
});

function write(path: string, content: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}

async function commit(message: string): Promise<void> {
  const identity = ['-c', 'user.name=Team', '-c', 'user.email=team@example.org'];
  const { code, stderr } = await run(app, 'git', ...identity, 'commit', '--quiet', '--all', '-m', message);
  expect([code, stderr]).toEqual([0, '']);
}

function run(cwd: string, name: string, ...args: string[]): Promise<CommandResult> {
  const environment = { PATH: process.env['PATH'] ?? '', HOME: folder, NO_COLOR: '1' };
  return runCommand(name, args, { cwd, env: { ...environment, ...databases }, timeoutMs: 120_000 });
}

function init(...args: string[]): Promise<CommandResult> {
  return run(app, process.execPath, program, 'init', '--toolkit', toolkit, ...args);
}

async function changed(): Promise<string> {
  return (await run(app, 'git', 'status', '--porcelain')).stdout;
}

describe('a team that brings continuity into its own repository', () => {
  it('sees the first difference and is refused where nobody can be asked', async () => {
    const { code, stderr } = await init();
    expect(stderr).toContain('+++ continuity.yml');
    expect(stderr).toContain('continuity.yml would be written, and there is no terminal to ask on');
    expect(code).toBe(9);
    expect(await changed()).toBe('');
  });

  it('is asked file by file on a terminal, and what was declined or left is not written', async () => {
    const command = `${process.execPath} ${program} init --toolkit ${toolkit}`;
    const { stdout } = await run(
      app,
      '/bin/sh',
      '-c',
      `printf 'n\\nwhat\\ny\\nq\\n' | script -qec '${command}' /dev/null`,
    );
    expect(stdout.match(/Write [^ ]+\?/g)).toEqual([
      'Write continuity.yml?',
      'Write .github/workflows/backup.yml?',
      'Write .github/workflows/backup.yml?',
      'Write .github/workflows/verify.yml?',
    ]);
    expect(await changed()).toBe('?? .github/\n');
    expect(readdirSync(join(app, '.github/workflows'))).toEqual(['backup.yml']);
    rmSync(join(app, '.github'), { recursive: true });
  });

  it('gets everything with --yes, and its workflows keep our own rules', async () => {
    const { code, stdout } = await init('--yes', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      toolkit: { repository },
      isIncomplete: false,
      warnings: expect.any(Array),
    });
    const folderOfWorkflows = join(app, '.github/workflows');
    const names = readdirSync(folderOfWorkflows);
    expect(names).toEqual(['backup.yml', 'pull-request.yml', 'restore.yml', 'verify.yml', 'watch.yml']);
    for (const name of names) {
      const text = readFileSync(join(folderOfWorkflows, name), 'utf8');
      expect(await checkWorkflow(name, text, { toolkit: repository })).toEqual([]);
      if (name !== 'pull-request.yml') expect(text).toContain(`uses: ${repository}/actions/`);
    }
    expect(await init()).toMatchObject({ code: 0, stdout: expect.stringContaining('Nothing to do') });
    await run(app, 'git', 'add', '.');
    await commit('continuity');
  });

  it('makes an archive with npm run prod:backup in a clone without our sources', async () => {
    await run(folder, 'git', 'clone', '--quiet', app, clone);
    expect(existsSync(join(clone, 'node_modules'))).toBe(false);
    expect(existsSync(join(clone, 'src'))).toBe(false);
    const config = readFileSync(join(clone, 'continuity.yml'), 'utf8');
    // What every team adapts: where the vault is, and here no folder of the system.
    const adapted = config.replace(
      /^vault:\n(?: {2}.*\n)+/m,
      `vault: { path: ${folder}/vault }\nstate: ${folder}/state\n`,
    );
    expect(adapted).toContain('{ service: app-db, user: app, database: skills_hub }');
    // No container runs here: the server is reached as those outside of Docker are.
    write(join(clone, 'continuity.yml'), adapted.replace('service: app-db, user: app', 'url-env: APP_DATABASE_URL'));
    write(join(clone, 'data/uploads/student_0001/cv.pdf'), 'a curriculum');

    const made = await run(clone, 'npm', 'run', '-s', 'prod:backup', '--', '--nightly', '--json');
    expect(made).toMatchObject({ code: 0 });
    const { archive } = JSON.parse(made.stdout) as { archive: string };
    const { stdout } = await run(
      folder,
      'tar',
      '-xzOf',
      join(folder, 'vault', archive),
      'db/app.sql',
      'uploads/student_0001/cv.pdf',
    );
    expect(stdout).toContain('1\ta proof');
    expect(stdout).toContain('a curriculum');
    expect(await run(clone, 'npm', 'run', '-s', 'prod:check-backup')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('HEALTHY'),
    });
    expect(await run(clone, 'npm', 'run', '-s', 'prod:restore', '--', 'latest', '--dry-run')).toMatchObject({
      code: 0,
    });
  });

  it('is told when npm takes flags for itself, as in our own repository', async () => {
    const { code, stderr } = await run(clone, 'npm', 'run', '-s', 'prod:restore', 'latest', '--dry-run');
    expect(code).toBe(2);
    expect(stderr).toContain('npm run -s prod:restore -- latest --dry-run');
  });

  it('has every pull request checked by the clone alone, which changes nothing', async () => {
    await run(app, 'git', 'clean', '-ffdqx');
    const copy = join(app, 'tools/continuity/continuity/index.js');
    const check = () => run(app, process.execPath, copy, 'init', '--check');
    expect(await check()).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('is valid and covers the compose file'),
    });
    write(
      join(app, 'compose.yaml'),
      application['compose.yaml'].replace('cache:/cache]', 'cache:/cache, ./data/new:/new]'),
    );
    write(join(app, 'tools/continuity/vault/index.js'), '// another\n');
    const { code, stdout } = await check();
    expect(code).toBe(1);
    expect(stdout).toContain('says nothing about bind mount ./data/new (app)');
    expect(stdout).toContain('tools/continuity/vault/index.js is not what version');
    expect(await changed()).toBe(' M compose.yaml\n M tools/continuity/vault/index.js\n');
    const refused = await run(app, process.execPath, copy, 'init', '--yes');
    expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('init needs a clone of the toolkit') });
  });
});
