import { execFile, execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { describePlatform, listChanged, type PlatformDescription } from '../fixtures/docker/describe-platform.ts';
import { openDockerGround } from '../fixtures/docker/ground.ts';
import { writePlatformConfig } from '../fixtures/docker/platform-config.ts';
import { openPlatformStack, type PlatformStack } from '../fixtures/docker/stack.ts';

const ground = await openDockerGround();
const continuity = join(import.meta.dirname, '../../scripts/dist/continuity/index.js');

ground.describe('a choice of what is restored, on the platform as shipped', () => {
  let stack: PlatformStack;
  let pocket: string;
  let archive: string;
  let archived: PlatformDescription;

  async function succeed(...args: string[]): Promise<string> {
    const words = [continuity, ...args, '--config', join(stack.directory, 'continuity.yml')];
    return await new Promise((resolve, reject) => {
      execFile(process.execPath, words, { env: stack.environment, maxBuffer: 1 << 26 }, (error, stdout, stderr) => {
        if (error) reject(new Error(`${args.join(' ')}: ${stderr}`));
        else resolve(stdout);
      });
    });
  }

  async function describeAll(): Promise<PlatformDescription> {
    return await describePlatform(stack);
  }

  /** When each container started: none that goes on stopped. */
  async function startsOf(): Promise<string> {
    const ids = (await stack.compose('ps', '--quiet')).trim().split('\n');
    return await ground.docker('inspect', '--format', '{{.Name}} {{.State.StartedAt}}', ...ids.sort());
  }

  /** Restores a choice after a loss: nothing but what was lost changes, and undo leads back and forth. */
  async function expectThereAndBack(choice: string[], changed: string[], isServed = false): Promise<void> {
    const lost = await describeAll();
    expect(listChanged(archived, lost)).toEqual(changed);
    const starts = await startsOf();
    await succeed('restore', archive, ...choice, '--yes', '--no-safety');
    if (isServed) expect(await startsOf()).toBe(starts);
    expect(listChanged(archived, await describeAll())).toEqual([]);
    await succeed('undo', '--yes');
    expect(listChanged(lost, await describeAll())).toEqual([]);
    await succeed('undo', '--yes');
    expect(listChanged(archived, await describeAll())).toEqual([]);
    await succeed('forget', '--yes');
    expect(listChanged(archived, await describeAll())).toEqual([]);
  }

  const app = (sql: string) => stack.query('app-db', 'skills_hub', sql);
  const students = () => join(stack.directory, 'data/uploads/students');

  /** What is lost from a folder by itself: the folder around it, which nobody asks for, keeps its time. */
  function lose(folder: string, ...names: string[]): void {
    const reference = join(pocket, 'reference');
    execFileSync('touch', ['-r', folder, reference]);
    for (const name of names) rmSync(join(folder, name), { recursive: true });
    execFileSync('touch', ['-r', reference, folder]);
  }

  beforeAll(async () => {
    stack = await openPlatformStack(ground);
    await stack.up();
    pocket = mkdtempSync(join(tmpdir(), 'continuity-selections-'));
    mkdirSync(join(pocket, 'vault/archives'), { recursive: true });
    const config = writePlatformConfig({ path: join(pocket, 'vault/archives') });
    writeFileSync(join(stack.directory, 'continuity.yml'), config);
    archived = await describeAll();
    await succeed('backup');
    archive = readdirSync(join(pocket, 'vault/archives')).find((name) => name.endsWith('.tar.gz')) ?? '';
  }, 300_000);
  afterAll(async () => {
    await stack.remove();
    rmSync(pocket, { recursive: true, force: true });
  }, 120_000);

  it('brings one portfolio back under services that go on', async () => {
    lose(students(), '7');
    await expectThereAndBack(['--path', 'uploads/students/7'], ['data/uploads'], true);
  }, 180_000);

  it('brings single files back by a glob, from among others that have changed', async () => {
    writeFileSync(join(students(), '7/evidence-1.pdf'), 'garbled');
    lose(join(students(), '8'), 'evidence-1.pdf');
    await expectThereAndBack(['--path', 'uploads/students/*/evidence-1.pdf'], ['data/uploads']);
  }, 180_000);

  it('brings one database back', async () => {
    await app("DELETE FROM evidence WHERE id % 2 = 0; UPDATE student SET profile = '{}'");
    await expectThereAndBack(['--select', 'app'], ['app-db/skills_hub']);
  }, 180_000);

  it('brings a database and a folder back together', async () => {
    await stack.query('mattermost-db', 'mattermost', 'DELETE FROM posts');
    rmSync(students(), { recursive: true });
    await expectThereAndBack(['--select', 'mattermost,uploads'], ['data/uploads', 'mattermost-db/mattermost']);
  }, 180_000);

  it('brings one table back in its place, under services that go on', async () => {
    await app("UPDATE portfolio SET title = 'overwritten'");
    await expectThereAndBack(['--table', 'app.public.portfolio', '--in-place'], ['app-db/skills_hub'], true);
  }, 180_000);

  it('brings everything back', async () => {
    await stack.query('keycloak-db', 'keycloak', 'DELETE FROM credential');
    await stack.query('odoo-db', 'postgres', 'DROP DATABASE formation WITH (FORCE)');
    writeFileSync(join(stack.directory, 'data/uploads/ransom'), 'pay us');
    await expectThereAndBack([], ['data/uploads', 'keycloak-db/keycloak', 'odoo-db/formation']);
  }, 240_000);

  it('restores beside without touching anything', async () => {
    const starts = await startsOf();
    const beside = join(pocket, 'beside');
    await succeed('restore', archive, '--to', beside, '--path', 'uploads/students/7', '--path', 'db/app.sql');
    expect(readdirSync(beside)).toEqual(['db', 'uploads']);
    expect(readdirSync(join(beside, 'uploads/students'))).toEqual(['7']);
    expect(readFileSync(join(beside, 'db/app.sql'), 'utf8')).toContain('PostgreSQL database dump complete');
    await succeed('restore', archive, '--select', 'app', '--as', 'skills_hub_beside', '--yes');
    expect(listChanged(archived, await describeAll())).toEqual(['app-db/skills_hub_beside']);
    const [rows] = await stack.query('app-db', 'skills_hub_beside', 'SELECT count(*) FROM student');
    expect(rows).toBe((await app('SELECT count(*) FROM student'))[0]);
    await stack.query('app-db', 'postgres', 'DROP DATABASE skills_hub_beside');
    await app('DELETE FROM evidence WHERE id < 5');
    const lost = await describeAll();
    await succeed('restore', archive, '--table', 'app.public.evidence', '--yes');
    const [table = ''] = await app("SELECT relname FROM pg_class WHERE relname ~ '^evidence_restored'");
    await app(`INSERT INTO evidence SELECT * FROM ${table} WHERE id < 5; DROP TABLE ${table}`);
    expect(listChanged(lost, archived)).toEqual(['app-db/skills_hub']);
    expect(listChanged(archived, await describeAll())).toEqual([]);
    expect(await startsOf()).toBe(starts);
    expect(existsSync(join(stack.directory, 'state/kept'))).toBe(true);
    expect(readdirSync(join(stack.directory, 'state/kept'))).toEqual([]);
  }, 180_000);
});
