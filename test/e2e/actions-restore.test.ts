import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { RestoreResult } from '../../src/operations/restore.ts';
import { checkOutWorkspace, type ActionWorkspace, type StepOptions } from '../fixtures/action-checkout.ts';
import { listFiles } from '../fixtures/action-run.ts';
import { findNode } from '../fixtures/find-node.ts';
import { createPlatform, type TestPlatform } from '../fixtures/platform.ts';
import { errorsOf, expectNothingLeft } from '../fixtures/step-checks.ts';

let test: TestPlatform;
let workspace: ActionWorkspace;
let archive: string;
const nodes = { old: findNode(20), new: findNode(24) };
const databaseLines = {
  app: '{url-env: DATABASE_URL, database: skills_hub}',
  extra: '{url-env: DATABASE_URL, database: odoo}',
};

beforeAll(async () => {
  test = await createPlatform({ databases: 10, databaseLines, vault: 'ssh', files: { 'a/cv.pdf': 'a curriculum' } });
  workspace = checkOutWorkspace(test);
  archive = (await workspace.run('backup', { inputs: { nightly: 'true' } })).outputs['archive'] ?? '';
  writeFileSync(join(test.uploads, 'a/cv.pdf'), 'overwritten');
  await query('UPDATE student SET name = $$lost$$');
}, 120_000);
afterAll(async () => {
  workspace.remove();
  await test.stop();
});

const query = async (sql: string) => (await test.cluster?.query('skills_hub', sql)) ?? [];
const connections = () => test.sshVault?.sshd.log().match(/Connection from/g)?.length ?? 0;
const restore = (inputs: Record<string, string>, options: StepOptions = {}) =>
  workspace.run('restore', { ...options, inputs: { archive, 'reader-key': workspace.readerKey, ...inputs } });

/** Everything that a restore could have changed. */
async function look() {
  const databases = await test.cluster?.query('postgres', 'SELECT datname FROM pg_database ORDER BY 1');
  const students = await query('SELECT name, count(*) FROM student GROUP BY 1 ORDER BY 1');
  const files = listFiles(test.uploads).map((name) => [
    name,
    name.endsWith('.pdf') && readFileSync(join(test.uploads, name), 'utf8'),
  ]);
  return {
    databases,
    students,
    files,
    vault: listFiles(test.vaultDirectory),
    staging: listFiles(join(test.state, 'staging')),
  };
}

describe('the action restore, as the runner runs it', () => {
  it('shows a plan by default and changes nothing, whatever is confirmed, on Node 20 where it is there', async () => {
    const before = await look();
    const run = await restore({ confirm: archive }, nodes.old ? { node: nodes.old } : {});
    expect([run.exitCode, errorsOf(run)]).toEqual([0, []]);
    expect(run.outputs).toMatchObject({ archive, verdict: 'planned' });
    expect(run.outputs['safety-archive']).toBeUndefined();
    const plan = JSON.stringify(JSON.parse(run.outputs['plan'] ?? ''));
    for (const word of ['app', 'extra', 'uploads']) expect(plan).toContain(word);
    for (const word of [archive, 'app', 'uploads']) expect(run.summary).toContain(word);
    expect(await look()).toEqual(before);
    expectNothingLeft(run);
  });

  it.each([
    ['missing', {}],
    ['another archive', { confirm: 'backup_full_2020-01-31.tar.gz' }],
    ['latest', { confirm: 'latest' }],
    ['a bare date', { confirm: 'DATE' }],
    ['the name with a line break behind it', { confirm: 'NAME\n' }],
    ['two lines', { confirm: 'NAME\nNAME' }],
    ['the name in capitals', { confirm: 'BACKUP' }],
    ['yes', { confirm: 'true' }],
    ['latest, when latest is asked for', { archive: 'latest', confirm: 'latest' }],
    ['the archive of another date', { archive: 'DATE', confirm: 'backup_full_2020-01-31.tar.gz' }],
    ['no archive at all', { archive: '', confirm: 'NAME' }],
    ['a flag that is none', { 'dry-run': 'no', confirm: 'NAME' }],
  ])('refuses where the confirmation is %s, before anything is touched', async (_, inputs: Record<string, string>) => {
    const filled = Object.fromEntries(
      Object.entries(inputs).map(([name, value]) => [
        name,
        value
          .replaceAll('NAME', archive)
          .replace('DATE', archive.slice(12, 22))
          .replace('BACKUP', archive.toUpperCase()),
      ]),
    );
    rmSync(join(test.state, 'lock'));
    const before = { ...(await look()), connections: connections() };
    const run = await restore({ 'dry-run': 'false', ...filled });
    expect(run.exitCode).toBe(1);
    expect(errorsOf(run)).toHaveLength(1);
    expect(errorsOf(run)[0]).toMatch(/^input (confirm|archive|dry-run):? /);
    expect({ ...(await look()), connections: connections() }).toEqual(before);
    expect(existsSync(join(test.state, 'lock'))).toBe(false);
    writeFileSync(join(test.state, 'lock'), '');
    expectNothingLeft(run);
  });

  it('refuses `latest` where the name that was typed is no longer the latest', async () => {
    const newer = (await workspace.run('backup')).outputs['archive'] ?? '';
    const before = await look();
    const run = await restore({ archive: 'latest', 'dry-run': 'false', confirm: archive });
    expect(run.exitCode).toBe(1);
    expect(errorsOf(run)[0]).toContain(newer);
    expect(await look()).toEqual(before);
  });

  it.each([
    ['started by a stranger', { actor: 'mallory', triggeringActor: 'Alice' }],
    ['run again by a stranger', { actor: 'alice', triggeringActor: 'mallory' }],
    ['of nobody', { actor: '', triggeringActor: 'alice' }],
  ])('refuses a run %s', async (_, event) => {
    const before = connections();
    const inputs = { 'dry-run': 'false', confirm: archive, 'allowed-actors': 'alice, bob' };
    const run = await restore(inputs, { event });
    expect(run.exitCode).toBe(1);
    expect(errorsOf(run)[0]).toMatch(/is not among allowed-actors/);
    expect(connections()).toBe(before);
    const beside = await restore({ ...inputs, to: 'beside' }, { event });
    expect([beside.exitCode, existsSync(join(workspace.directory, 'beside'))]).toEqual([1, false]);
  });

  it('unpacks beside into the workspace, of which the dry run only looks', async () => {
    const before = await look();
    const planned = await restore({ to: 'beside', select: 'uploads' });
    expect(planned.outputs).toMatchObject({ verdict: 'planned', archive });
    expect(JSON.parse(planned.outputs['plan'] ?? '')).toEqual([expect.objectContaining({ name: 'uploads' })]);
    expect(existsSync(join(workspace.directory, 'beside'))).toBe(false);
    const run = await restore({ to: 'beside', 'dry-run': 'false', select: 'uploads\napp' });
    expect(run.outputs).toMatchObject({ verdict: 'unpacked', archive });
    const beside = join(workspace.directory, 'beside');
    expect(readFileSync(join(beside, 'uploads/a/cv.pdf'), 'utf8')).toBe('a curriculum');
    expect(readdirSync(join(beside, 'db'))).toEqual(['app.sql', 'globals-app.sql']);
    expect(await look()).toEqual(before);
    const filled = await restore({ to: 'beside', 'dry-run': 'false' });
    expect(errorsOf(filled)[0]).toContain('is not empty');
  });

  it('plans a path alone, leaves the rest out, and refuses one that no archive can have', async () => {
    const planned = await restore({ path: 'uploads/a/cv.pdf\nuploads/a/*.pdf', 'no-remove': 'true' });
    expect([planned.exitCode, errorsOf(planned)]).toEqual([0, []]);
    const paths = ['uploads/a/cv.pdf', 'uploads/a/*.pdf'];
    expect(JSON.parse(planned.outputs['plan'] ?? '')).toMatchObject({
      databases: [],
      files: [{ source: 'uploads', paths, replace: 1, remove: 0 }],
      isSingleRename: true,
    });
    const before = { ...(await look()), connections: connections() };
    const hostile = await restore({ path: 'uploads/a\n../../etc/passwd', 'dry-run': 'false', confirm: archive });
    expect([hostile.exitCode, errorsOf(hostile)]).toEqual([
      1,
      [expect.stringMatching(/^"\.\.\/\.\.\/etc\/passwd" is no path in an archive/)],
    ]);
    expect({ ...(await look()), connections: connections() }).toEqual(before);
  });

  it('restores what was selected when the full name is typed, after a safety backup, on Node 24 where it is there', async () => {
    const inputs = { 'dry-run': 'false', confirm: archive, select: 'uploads, app', 'allowed-actors': 'Alice\nbob' };
    const run = await restore(inputs, {
      event: { actor: 'alice', triggeringActor: 'BOB' },
      ...(nodes.new ? { node: nodes.new } : {}),
    });
    expect([run.exitCode, errorsOf(run)]).toEqual([0, []]);
    expect(run.outputs).toMatchObject({
      archive,
      verdict: 'restored',
      'kept-id': expect.stringMatching(/^\d{14}-[0-9a-f]{6}$/),
    });
    const safety = run.outputs['safety-archive'] ?? '';
    expect(JSON.parse(run.outputs['safety-receipt'] ?? '')).toMatchObject({ archive: safety });
    expect(readdirSync(test.vaultDirectory)).toContain(safety);
    expect((run.result as RestoreResult).safety?.manifest?.trigger).toBe('safety');
    expect(readFileSync(join(test.uploads, 'a/cv.pdf'), 'utf8')).toBe('a curriculum');
    expect(await query("SELECT count(*) FROM student WHERE name = 'lost'")).toEqual([['0']]);
    for (const word of [archive, safety]) expect(run.summary).toContain(word);
    expect(run.commands.filter(({ name }) => name === 'group').length).toBeGreaterThan(2);
    expectNothingLeft(run);
  });

  it('works on after the workspace was cleaned, state, vault and what is kept being elsewhere', async () => {
    mkdirSync(join(workspace.directory, 'ignored'), { recursive: true });
    workspace.clean();
    expect(readdirSync(workspace.directory)).toEqual(['.git', '.gitignore', 'continuity.yml']);
    workspace.checkOutToolkit();
    const { exitCode, outputs } = await restore({ archive: archive.slice(12, 22) });
    expect([exitCode, outputs['verdict'], outputs['archive']]).toEqual([0, 'planned', archive]);
  });
});
