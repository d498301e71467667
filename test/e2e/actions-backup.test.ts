import { readdirSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { backup, type BackupResult } from '../../src/operations/backup.ts';
import { checkOutWorkspace, type ActionWorkspace } from '../fixtures/action-checkout.ts';
import { readActionManifest } from '../fixtures/action-definition.ts';
import { listFiles } from '../fixtures/action-run.ts';
import { findNode } from '../fixtures/find-node.ts';
import { flipByte } from '../fixtures/flip-byte.ts';
import { createPlatform, type TestPlatform } from '../fixtures/platform.ts';
import { errorsOf, expectNothingLeft } from '../fixtures/step-checks.ts';

let test: TestPlatform;
let workspace: ActionWorkspace;

beforeAll(async () => {
  test = await createPlatform({
    databases: 20,
    vault: 'ssh',
    files: { 'student_0001/cv.pdf': 'a curriculum', 'student_0002/été.txt': 'évidence' },
  });
  workspace = checkOutWorkspace(test);
}, 120_000);
afterAll(async () => {
  workspace.remove();
  await test.stop();
});

/** All outputs of action.yml are there, and no other. */
function expectDocumented(name: string, outputs: Record<string, string>, absent: string[] = []): void {
  const documented = readActionManifest(join(workspace.directory, '.continuity/actions', name)).outputs ?? {};
  expect(Object.keys(outputs).sort()).toEqual(
    Object.keys(documented)
      .filter((output) => !absent.includes(output))
      .sort(),
  );
}

const shapeOf = (value: object) => Object.keys(value).sort();

describe('the action backup, as the runner runs it', () => {
  let nightly: string;

  it('on a schedule makes the archive of the night, with outputs, groups and summary, and leaves no key', async () => {
    const run = await workspace.run('backup', { event: { name: 'schedule' } });
    expect([run.exitCode, errorsOf(run)]).toEqual([0, []]);
    const { outputs } = run;
    nightly = outputs['archive'] ?? '';
    expect(nightly).toMatch(/^backup_full_\d{4}-\d\d-\d\d\.tar\.gz$/);
    expect(outputs).toMatchObject({
      'already-there': 'false',
      'size-bytes': String(statSync(join(test.vaultDirectory, nightly)).size),
      'index-digest': expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(Number(outputs['sent-bytes'])).toBeGreaterThan(1000);
    expectDocumented('backup', outputs);
    const names = run.commands.map(({ name }) => name);
    expect(names.filter((name) => name === 'group').length).toBeGreaterThan(1);
    expect(names.filter((name) => name === 'group')).toHaveLength(names.filter((name) => name === 'endgroup').length);
    for (const word of [nightly, 'app', 'keycloak', 'odoo', 'mattermost', 'uploads'])
      expect(run.summary).toContain(word);
    expect(run.post).toMatchObject({ exitCode: 0, stdout: '', stderr: '' });
    expectNothingLeft(run);
  });

  it('a second time in a night finds the first archive and does nothing', async () => {
    const { exitCode, outputs, summary } = await workspace.run('backup', { event: { name: 'schedule' } });
    expect(exitCode).toBe(0);
    expect(outputs).toMatchObject({ archive: nightly, 'already-there': 'true', 'sent-bytes': '0' });
    expect(summary).toContain(nightly);
    expect(readdirSync(test.vaultDirectory).filter((name) => name.endsWith('.tar.gz'))).toEqual([nightly]);
  });

  it('after a push makes one named by the second, which says so; its result is that of the command line', async () => {
    const run = await workspace.run('backup', { event: { name: 'push' } });
    expect(run.outputs['archive']).toMatch(/^backup_full_\d{4}-\d\d-\d\d_\d\d-\d\d-\d\d\.tar\.gz$/);
    const result = run.result as BackupResult;
    expect(result.manifest).toMatchObject({ trigger: 'push', commit: expect.stringMatching(/^0123456789abcdef/) });
    expect(result).toMatchObject({ archive: run.outputs['archive'], index: run.outputs['index-digest'] });
    const direct = await backup(test.platform, { trigger: 'manual' });
    expect(shapeOf(result)).toEqual(shapeOf(direct));
    expect(shapeOf(result.manifest ?? {})).toEqual(expect.arrayContaining(shapeOf(direct.manifest ?? {})));
  });

  for (const major of [20, 24]) {
    const node = findNode(major);
    const runs = node ? it : it.skip;
    runs(`works by hand on Node ${major}, and so does verify${node ? '' : ': it is not installed'}`, async () => {
      const run = await workspace.run('backup', { node: node ?? '', inputs: { nightly: 'false' } });
      expect(run.exitCode).toBe(0);
      expect((run.result as BackupResult).manifest?.trigger).toBe('manual');
      const verified = await workspace.run('verify', { node: node ?? '' });
      expect(verified).toMatchObject({ exitCode: 0, outputs: { archive: run.outputs['archive'], verdict: 'sound' } });
      expectNothingLeft(verified);
    });
  }

  it('that fails says what and what to do next in one annotation and in the summary, and leaves no key', async () => {
    renameSync(test.uploads, `${test.uploads}-gone`);
    const run = await workspace.run('backup');
    renameSync(`${test.uploads}-gone`, test.uploads);
    expect(run.exitCode).toBe(1);
    const errors = run.commands.filter(({ name }) => name === 'error');
    expect(errors).toEqual([expect.objectContaining({ value: expect.stringMatching(/uploads.*\n/) })]);
    expect(errors[0]?.properties).toEqual({ title: 'Continuity backup' });
    expect(run.summary).toContain('uploads');
    expect(run.outputs).toEqual({});
    expectNothingLeft(run);
  });

  it('harms nothing of the platform when the workspace is cleaned, and goes on where it was', async () => {
    const before = { state: listFiles(test.state), vault: listFiles(test.vaultDirectory) };
    writeFileSync(join(workspace.directory, 'left-over'), '');
    workspace.clean();
    expect(readdirSync(workspace.directory).sort()).toEqual(['.git', '.gitignore', 'continuity.yml']);
    expect({ state: listFiles(test.state), vault: listFiles(test.vaultDirectory) }).toEqual(before);
    workspace.checkOutToolkit();
    const { exitCode, outputs } = await workspace.run('backup', { event: { name: 'schedule' } });
    expect([exitCode, outputs['already-there'], outputs['archive']]).toEqual([0, 'true', nightly]);
  });

  it('whose main step ended before it began does nothing in its post step', async () => {
    const before = listFiles(test.vaultDirectory);
    for (const name of ['backup', 'restore'] as const) {
      const run = await workspace.run(name, {
        inputs: { archive: nightly, 'dry-run': 'false', confirm: nightly },
        environment: { NODE_OPTIONS: '' },
        signals: [{ signal: 'SIGKILL', when: () => true }],
      });
      expect(run).toMatchObject({ endedBy: 'SIGKILL', state: {}, post: { exitCode: 0, stdout: '', stderr: '' } });
      expect(run.post?.durationMs).toBeLessThan(1000);
    }
    expect(listFiles(test.vaultDirectory)).toEqual(before);
  });
});

describe('the action verify', () => {
  it('proves the archive that it was asked for, and says what was checked', async () => {
    const [nightly = '', second = ''] = readdirSync(test.vaultDirectory)
      .filter((name) => name.endsWith('.tar.gz'))
      .sort();
    const run = await workspace.run('verify', { inputs: { archive: second } });
    expect(run).toMatchObject({
      exitCode: 0,
      outputs: {
        archive: second,
        verdict: 'sound',
        level: 'full',
        'checked-databases': 'app,keycloak,mattermost,odoo',
        'damage-count': '0',
      },
    });
    expectDocumented('verify', run.outputs, ['attack']);
    expect(run.summary).toContain(second);
    expect(run.result).toMatchObject({ name: second, isSound: true });
    const quick = { archive: nightly.slice(12, 22), level: 'seal', attack: 'true' };
    const seal = await workspace.run('verify', { inputs: quick });
    expect(seal).toMatchObject({
      exitCode: 0,
      outputs: { archive: nightly, level: 'seal', verdict: 'sound', attack: 'refused' },
    });
    expectDocumented('verify', seal.outputs);
    expect(seal.summary).toContain('Attack refused');
    expectNothingLeft(run);
  }, 150_000);

  it('fails on a damaged archive, naming the part, and never falls back on a sound one', async () => {
    const archive = (await workspace.run('backup')).outputs['archive'] ?? '';
    flipByte(join(test.vaultDirectory, archive), 300);
    const run = await workspace.run('verify', { inputs: { archive } });
    expect(run.exitCode).toBe(1);
    expect(run.outputs).toMatchObject({ archive, verdict: 'damaged' });
    expect(Number(run.outputs['damage-count'])).toBeGreaterThan(0);
    expect(errorsOf(run)).toHaveLength(1);
    expect(errorsOf(run)[0]).toMatch(new RegExp(`${archive} is damaged in \\d+ places?, first of all (db|uploads)/`));
    expect(run.summary).toMatch(/(db|uploads)\//);
    expectNothingLeft(run);
  });

  it('refuses an empty name, as a job that sealed nothing hands it on, instead of taking the newest', async () => {
    const run = await workspace.run('verify', { inputs: { archive: '' } });
    expect([run.exitCode, run.outputs]).toEqual([1, {}]);
    expect(errorsOf(run)[0]).toContain('input archive: missing');
  });

  it('refuses an archive that the vault does not hold', async () => {
    const run = await workspace.run('verify', { inputs: { archive: '2020-01-31' } });
    expect([run.exitCode, run.outputs]).toEqual([1, {}]);
    expect(errorsOf(run)[0]).toContain('2020-01-31');
  });
});
