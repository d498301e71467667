import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { listKept } from '../../../src/operations/dev/list-kept.ts';
import { readTraces } from '../../../src/operations/dev/production-traces.ts';

describe('what production keeps in a clone', () => {
  let clone: string;
  const git = (...args: string[]) => execFileSync('git', ['-C', clone, ...args]);
  const write = (path: string) => {
    mkdirSync(dirname(join(clone, path)), { recursive: true });
    writeFileSync(join(clone, path), 'x');
  };
  const list = async () => {
    const paths = ['data/uploads', 'secrets/app_db_password', 'conf'].map((path) => join(clone, path));
    const settings = ['.env', 'production.env'].map((path) => join(clone, path));
    return (await listKept({ paths, settings }, clone, process.env)).map((path) => path.slice(clone.length + 1));
  };

  beforeEach(() => {
    clone = realpathSync(mkdtempSync(join(tmpdir(), 'continuity-clone-')));
    git('init', '--quiet');
    write('.gitignore');
    writeFileSync(join(clone, '.gitignore'), 'data/*\n!data/uploads/.gitkeep\nsecrets\n.env\n');
    write('conf/site.conf');
    write('data/uploads/.gitkeep');
    git('add', '--force', '.');
  });
  afterEach(() => rmSync(clone, { recursive: true, force: true }));

  it('is nothing in a clone that is only developed in, whatever production mounts out of the repository', async () => {
    write('.env');
    write('secrets/dev/app_db_password');
    expect(await list()).toEqual([]);
  });

  it('is its data, its secrets and the variables of its services, ignored by git or not', async () => {
    write('data/uploads/evidence');
    write('secrets/app_db_password');
    write('production.env');
    expect(await list()).toEqual(['data/uploads', 'secrets/app_db_password', 'production.env']);
  });

  it('is all that is there where git cannot tell', async () => {
    rmSync(join(clone, '.git'), { recursive: true });
    expect(await list()).toEqual(['data/uploads', 'conf']);
  });

  it('has the .env of production and the files of variables of its services', () => {
    const project = { directory: clone, files: [], pauses: [], environment: {} };
    const { settings } = readTraces({}, project, [join(clone, 'production.env')]);
    expect(settings).toEqual([join(clone, '.env'), join(clone, 'production.env')]);
  });
});
