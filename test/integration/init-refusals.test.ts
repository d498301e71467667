import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { init } from '../../src/operations/init.ts';
import {
  app,
  check,
  compose,
  folder,
  git,
  makeApplication,
  optionsOf,
  read,
  removeApplication,
  runInit,
  sha,
  write,
} from '../fixtures/application.ts';

beforeEach(makeApplication);
afterEach(removeApplication);

describe('a volume that was left open', () => {
  it('is warned of until it has a source or a reason', async () => {
    write('app/compose.yaml', compose.replace('media:/media', '/state'));
    await runInit();
    const open = expect.stringContaining('not covered yet: anonymous volume app:/state');
    expect(await check()).toMatchObject({ findings: [], open: ['anonymous volume app:/state'] });
    expect((await check()).warnings).toContainEqual(open);
    const proposed = read('continuity.yml');
    write('app/continuity.yml', proposed.replace('\nfiles:', '\nfiles:\n  app-state: { service: app, path: /state }'));
    expect((await check()).warnings).not.toContainEqual(open);
    write(
      'app/continuity.yml',
      proposed.replace('\nnot-covered:', '\nnot-covered:\n  anonymous volume app:/state: sessions'),
    );
    expect(await check()).toMatchObject({ findings: [], warnings: [expect.stringContaining('docker is not here')] });
    // An answer that is taken back is asked for again; no comment stands for one.
    write('app/continuity.yml', proposed.replace(/# not covered yet: .*\n/, ''));
    expect((await check()).warnings).toContainEqual(open);
  });
});

describe('init refuses, and writes nothing,', () => {
  const untouched = () => expect(git('status', '--porcelain')).toBe('?? compose.yaml\n?? package.json\n');

  it('without a toolkit that has a name and a commit', async () => {
    for (const toolkit of [
      'x',
      `educ-ai/continuity@${'a'.repeat(39)}`,
      `../..@${sha}`,
      `a/b/c@${sha}`,
      `a/b@${sha}@x`,
      `a/b\n@${sha}`,
    ]) {
      await expect(runInit({ toolkit })).rejects.toMatchObject({
        kind: 'usage',
        message: expect.stringContaining('OWNER/REPO@SHA'),
      });
    }
    await expect(init(optionsOf(undefined))).rejects.toThrow('has no remote called origin');
    untouched();
  });

  it('outside of a repository, below its top, and in the toolkit itself', async () => {
    write('elsewhere/compose.yaml', compose);
    await expect(runInit({ directory: join(folder, 'elsewhere') })).rejects.toThrow('is no git work tree');
    mkdirSync(join(app, 'sub'));
    await expect(runInit({ directory: join(app, 'sub') })).rejects.toThrow('is not the top of its repository');
    write('app/package.json', '{"name":"skills-hub-continuity"}');
    await expect(runInit()).rejects.toThrow('this is the toolkit itself');
    untouched();
  });

  it('where a symbolic link leads out of the repository', async () => {
    mkdirSync(join(folder, 'outside'));
    for (const [link, target] of [
      ['.github', join(folder, 'outside')],
      ['tools', '../outside'],
      ['continuity.yml', '../outside/c.yml'],
      ['tools', '.git/hooks'],
    ] as const) {
      symlinkSync(target, join(app, link));
      await expect(runInit()).rejects.toMatchObject({
        kind: 'refused',
        message: expect.stringContaining('a symbolic link leads'),
      });
      rmSync(join(app, link));
      untouched();
      expect(execFileSync('ls', ['-A', join(folder, 'outside')]).toString()).toBe('');
    }
  });

  it('with a wrong continuity.yml, package.json or compose file', async () => {
    write('app/continuity.yml', 'vault: 3\n');
    await expect(runInit()).rejects.toMatchObject({
      kind: 'config',
      message: expect.stringContaining('continuity.yml:1:1: vault'),
    });
    rmSync(join(app, 'continuity.yml'));
    write('app/compose.yaml', 'a: [\n');
    await expect(runInit()).rejects.toMatchObject({
      kind: 'config',
      message: expect.stringContaining('compose.yaml cannot be read'),
    });
    await expect(runInit({ composeFiles: ['none.yml'] })).rejects.toMatchObject({ kind: 'usage' });
    untouched();
  });
});

describe('what the clone of the toolkit says of itself', () => {
  it('is taken, with what is doubtful about it', async () => {
    const toolkit = join(folder, 'toolkit');
    const run = (...args: string[]) =>
      execFileSync('git', ['-C', toolkit, ...args])
        .toString()
        .trim();
    run('init', '--quiet');
    run('-c', 'user.name=x', '-c', 'user.email=x@example.org', 'commit', '--quiet', '--allow-empty', '-m', 'x');
    run('remote', 'add', 'origin', 'git@github.com:educ-ai/toolkit.git');
    const result = await init(optionsOf(undefined));
    expect(result.toolkit).toMatchObject({ repository: 'educ-ai/toolkit', commit: run('rev-parse', 'HEAD') });
    expect(result.warnings).toContainEqual(expect.stringContaining('is not on its origin yet'));
  });

  it('and a repository that ignores the bundles is told', async () => {
    write('app/.gitignore', 'tools/\n');
    expect((await runInit()).warnings).toContainEqual(
      expect.stringContaining('git ignores tools/continuity/installed.json'),
    );
  });
});
