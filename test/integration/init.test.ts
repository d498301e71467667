import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  all,
  answering,
  app,
  asked,
  check,
  compose,
  folder,
  git,
  makeApplication,
  paths,
  read,
  removeApplication,
  runInit,
  sha,
  statuses,
  write,
} from '../fixtures/application.ts';

beforeEach(makeApplication);
afterEach(removeApplication);

describe('init in a repository with a compose file and an app', () => {
  it('writes everything once asked for, and has nothing to do the second time', async () => {
    const first = await runInit(answering({}));
    expect(statuses(first)).toEqual(all('written'));
    expect(asked).toEqual(paths);
    expect(first).toMatchObject({
      isIncomplete: false,
      toolkit: { repository: 'educ-ai/continuity', commit: sha, version: '1.0.0' },
      coverage: { composeFiles: ['compose.yaml'], readBy: 'yaml', open: [] },
    });
    expect(read('continuity.yml')).toContain('app: { service: app-db, database: skills_hub }');
    expect(read('continuity.yml')).toContain('app-media: { volume: media }');
    expect(read('continuity.yml')).toContain('  volume app-cache: can be made again');
    expect(read('package.json')).toContain('"name": "app"');
    expect(read('tools/continuity/continuity/index.js')).toBe('// the program\n');
    expect(await check()).toMatchObject({ findings: [], checked: 9 });
    const before = git('status', '--porcelain');
    expect(statuses(await runInit(answering({})))).toEqual(all('unchanged'));
    expect(asked).toHaveLength(paths.length);
    expect(git('status', '--porcelain')).toBe(before);
    // Nothing is left lying about, and no secret of the compose file got anywhere.
    expect(execFileSync('grep', ['-rlE', 'never-shown', app]).toString().trim()).toBe(join(app, 'compose.yaml'));
    expect(execFileSync('find', [app, '-name', '*.tmp']).toString()).toBe('');
  });

  it('goes on with the compose files that it was once told of: in checks, and the next time', async () => {
    rmSync(join(app, 'compose.yaml'));
    write('app/deploy/compose.yaml', compose);
    expect((await runInit({ composeFiles: ['deploy/compose.yaml'] })).coverage.composeFiles).toEqual([
      'deploy/compose.yaml',
    ]);
    expect(read('continuity.yml')).toContain('path: deploy/data/uploads');
    expect(await check()).toMatchObject({
      findings: [],
      composeFiles: ['deploy/compose.yaml'],
      open: [],
    });
    expect(statuses(await runInit(answering({})))).toEqual(all('unchanged'));
    write('app/deploy/compose.yaml', compose.replace('./data/uploads:', './data/other:'));
    expect((await check()).findings).toEqual([expect.stringContaining('./deploy/data/other')]);
  });

  it('after an upgrade asks for what changes alone: workflows and bundle, not for continuity.yml', async () => {
    await runInit();
    write('toolkit/bundles/continuity/index.js', '// the next program\n');
    const next = `educ-ai/continuity@${'b'.repeat(40)}`;
    expect((await check('1.1.0')).findings).toEqual([expect.stringContaining('run continuity init to upgrade')]);
    const result = await runInit({ ...answering({}), toolkit: next, toolVersion: '1.1.0' });
    expect(asked).toEqual(paths.filter((path) => !/continuity\.yml|package\.json|vault/.test(path)));
    expect(result.changes.filter(({ status }) => status === 'unchanged')).toHaveLength(3);
    expect(read('.github/workflows/backup.yml')).toContain(`actions/backup@${'b'.repeat(40)} # v1.1.0`);
    expect(read('.github/workflows/backup.yml')).not.toContain(sha);
    expect(await check('1.1.0')).toMatchObject({ findings: [] });
  });

  it('shows what was edited by hand, keeps it where declined, and then accepts it and nothing else', async () => {
    await runInit();
    const path = '.github/workflows/backup.yml';
    const edited = read(path).replace("'0 3 * * *'", "'30 1 * * *'");
    write(`app/${path}`, edited);
    expect((await check()).findings).toEqual([expect.stringContaining(`${path} is not what version 1.0.0 wrote`)]);
    let shown = '';
    const result = await runInit({
      agreesToAll: false,
      ask: (change) => {
        if (change.path === path) shown = change.description;
        return Promise.resolve(change.path === path ? 'no' : 'yes');
      },
    });
    expect(shown).toContain("-    - cron: '30 1 * * *'\n+    - cron: '0 3 * * *'");
    expect(statuses(result)).toMatchObject({ [path]: 'declined', 'tools/continuity/installed.json': 'written' });
    expect(read(path)).toBe(edited);
    expect(await check()).toMatchObject({
      findings: [],
      warnings: expect.arrayContaining([expect.stringContaining('kept by hand')]),
    });
    write(`app/${path}`, `${edited}\n# more\n`);
    expect((await check()).findings).toHaveLength(1);
    expect(statuses(await runInit())).toMatchObject({ [path]: 'written' });
    expect(read(path)).not.toContain('30 1');
    expect(await check()).toMatchObject({ findings: [] });
  });

  it('writes nothing that was declined, and nothing after quit', async () => {
    const declined = await runInit(answering({ 'package.json': 'no', '.github/workflows/watch.yml': 'no' }));
    expect(statuses(declined)).toEqual({
      ...all('written'),
      'package.json': 'declined',
      '.github/workflows/watch.yml': 'declined',
    });
    expect(existsSync(join(app, '.github/workflows/watch.yml'))).toBe(false);
    expect(read('package.json')).not.toContain('prod:backup');
    expect((await check()).findings).toEqual(
      ['continuity', 'prod:backup', 'prod:restore', 'prod:check-backup'].map((name) =>
        expect.stringContaining(`script ${name} is missing`),
      ),
    );
    rmSync(join(app, 'tools'), { recursive: true });
    asked.length = 0;
    const quit = await runInit(answering({ 'package.json': 'quit' }));
    expect(asked).toEqual(['.github/workflows/watch.yml', 'package.json']);
    expect(statuses(quit)).toMatchObject({
      '.github/workflows/watch.yml': 'written',
      'tools/continuity/vault': 'declined',
    });
    expect(existsSync(join(app, 'tools'))).toBe(false);
  });

  it('with "all" asks no more, but for a file that somebody else wrote; with --yes that one stays', async () => {
    write('app/.github/workflows/pull-request.yml', 'name: ours\n');
    const result = await runInit();
    expect(result.isIncomplete).toBe(true);
    expect(statuses(result)).toEqual({ ...all('written'), '.github/workflows/pull-request.yml': 'declined' });
    expect(read('.github/workflows/pull-request.yml')).toBe('name: ours\n');
    // It is nobody's business here what it holds.
    write('app/.github/workflows/pull-request.yml', 'name: ours, changed\n');
    expect(await check()).toMatchObject({ findings: [], checked: 8 });
    rmSync(join(app, 'continuity.yml'));
    rmSync(join(app, 'tools'), { recursive: true });
    await runInit(answering({ 'continuity.yml': 'all' }));
    expect(asked).toEqual(['continuity.yml', '.github/workflows/pull-request.yml']);
    expect(read('.github/workflows/pull-request.yml')).toContain('Continuity checks');
    expect(existsSync(join(app, 'tools/continuity/vault/index.js'))).toBe(true);
  });

  it('adds to a continuity.yml what it does not cover, and says what check then finds', async () => {
    await runInit();
    const former = read('continuity.yml');
    write(
      'app/compose.yaml',
      compose
        .replace('volumes: [./data', 'volumes: [./data/letters:/letters, ./data')
        .replace('  app-db:', '  wiki-db:\n    image: postgres\n  app-db:'),
    );
    expect((await check()).findings).toEqual([
      expect.stringContaining('database wiki-db'),
      expect.stringContaining('bind mount ./data/letters'),
    ]);
    await runInit(answering({}));
    expect(asked).toEqual(['continuity.yml']);
    const lines = read('continuity.yml')
      .split('\n')
      .filter((line) => !former.split('\n').includes(line));
    expect(lines).toEqual(['  wiki: { service: wiki-db, database: postgres }', '  letters: { path: data/letters }']);
    expect(await check()).toMatchObject({ findings: [] });
    // A database that was entered by hand needs its connection string in the workflows.
    write('app/continuity.yml', read('continuity.yml').replace('service: wiki-db', 'url-env: OTHER_URL'));
    expect((await check()).findings).toEqual(
      ['backup', 'restore'].map((name) => expect.stringContaining(`${name}.yml does not hand over OTHER_URL`)),
    );
  });

  it('reads the compose file through docker where it is there', async () => {
    const recorded = {
      name: 'hub',
      services: {
        app: {
          volumes: [
            { type: 'bind', source: `${app}/data/uploads`, target: '/app/uploads', bind: { create_host_path: true } },
            { type: 'volume', source: 'media', target: '/media', volume: {} },
          ],
        },
        'app-db': {
          image: 'postgres:16',
          environment: { POSTGRES_DB: 'skills_hub' },
          volumes: [{ type: 'volume', source: 'pg', target: '/var/lib/postgresql/data' }],
        },
      },
      volumes: { media: { name: 'hub_media' }, pg: { name: 'hub_pg' } },
    };
    write('recorded.json', JSON.stringify(recorded));
    const script = `#!/bin/sh
case "$*" in
  'compose --profile * --file compose.yaml config --format json') exec /bin/cat '${folder}/recorded.json' ;;
  *) echo "unexpected: $*" >&2; exit 64 ;;
esac
`;
    write('bin/docker', script);
    chmodSync(join(folder, 'bin/docker'), 0o755);
    const result = await runInit();
    expect(result.coverage).toMatchObject({
      readBy: 'docker',
      open: [],
      warnings: [],
      files: [
        { name: 'uploads', path: 'data/uploads' },
        { name: 'app-media', volume: 'media' },
      ],
    });
    expect(await check()).toMatchObject({ findings: [], warnings: [] });
    // Where there is no docker, as on a hosted runner, the same file is covered all the same.
    rmSync(join(folder, 'bin/docker'));
    write('app/compose.yaml', compose.replace(', app-cache:/cache', ''));
    expect(await check()).toMatchObject({ findings: [], warnings: [expect.stringContaining('docker is not here')] });
  });

  it('goes on with the file itself where docker compose fails', async () => {
    write('bin/docker', '#!/bin/sh\necho "required variable X is missing" >&2\nexit 1\n');
    chmodSync(join(folder, 'bin/docker'), 0o755);
    const { coverage } = await runInit();
    expect(coverage.readBy).toBe('yaml');
    expect(coverage.warnings[0]).toContain('docker compose could not read it (required variable X is missing)');
  });
});
