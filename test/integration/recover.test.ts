import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { backup } from '../../src/operations/backup.ts';
import { recover, type RecoverOptions } from '../../src/operations/recover.ts';
import { checkRoom } from '../../src/operations/recover/check-room.ts';
import { writeRecovery, type RecoveryRecord } from '../../src/operations/recover/recovery-record.ts';
import { listKept, recordKept } from '../../src/operations/restore/kept.ts';
import { renderRecovery } from '../../src/report/recover-report.ts';
import { withArchive } from '../../src/operations/with-archive.ts';
import { describeTree } from '../fixtures/describe-tree.ts';
import { flipByte } from '../fixtures/flip-byte.ts';
import { createPlatform, writeFiles, type TestPlatform } from '../fixtures/platform.ts';

let made: TestPlatform;
let clone: string;
let older: string;
let newest: string;
let tree: string;
let rows: string[][];

const names = ['skills_hub', 'keycloak', 'odoo', 'mattermost'];
const countRows = () => made.cluster?.query('keycloak', 'SELECT count(*) FROM user_entity') as Promise<string[][]>;

/** As a new machine has it: servers that hold nothing, no files, no progress of an earlier recovery. */
async function makeBlank(): Promise<void> {
  for (const name of names) {
    await made.cluster?.query('postgres', `DROP DATABASE ${name} WITH (FORCE); CREATE DATABASE ${name};`);
  }
  rmSync(made.uploads, { recursive: true, force: true });
  rmSync(made.state, { recursive: true, force: true });
}

const options = (changes: Partial<RecoverOptions> = {}): RecoverOptions => ({
  scenario: 'c',
  choice: { level: 'full' },
  kit: { makesNewSecrets: false, clone },
  loadConfig: () => Promise.resolve(made.platform.config),
  confirm: () => Promise.resolve(true),
  writerKeyFile: join(clone, 'writer_rsa'),
  confirmRevoked: () => Promise.resolve(false),
  healthTimeoutMs: 1000,
  replaces: false,
  again: false,
  ...changes,
});
const run = (changes: Partial<RecoverOptions> = {}) => recover(made.platform, options(changes));

beforeAll(async () => {
  clone = mkdtempSync(join(tmpdir(), 'continuity-clone-'));
  made = await createPlatform({ databases: 20, files: { 'a/1.pdf': 'one', 'b/2.pdf': 'two' } });
  older = (await backup(made.platform, { trigger: 'nightly' })).archive;
  writeFiles(made.uploads, { 'c/3.pdf': 'three' });
  tree = describeTree(made.uploads);
  rows = await countRows();
  newest = (await backup(made.platform, { trigger: 'manual' })).archive;
}, 180_000);
afterAll(async () => {
  await made.stop();
  rmSync(clone, { recursive: true, force: true });
});

describe('a recovery', () => {
  it('brings everything back on a blank machine, and says how long each step took', async () => {
    await makeBlank();
    const result = await run();
    expect(result.archive).toBe(newest);
    expect(describeTree(made.uploads)).toBe(tree);
    expect(await countRows()).toEqual(rows);
    expect(result.restored.databases.map(({ key }) => key).sort()).toEqual(['app', 'keycloak', 'mattermost', 'odoo']);
    expect(result.steps.map(({ step }) => step)).toEqual([
      'archive',
      'kit',
      'room',
      'databases',
      'restore',
      'platform',
      'key',
    ]);
    // What a blank machine had is not worth keeping.
    expect(await listKept(made.state)).toEqual([]);
    expect(result.writerKey.publicKey).toMatch(/^ssh-rsa /);
    expect(statSync(join(clone, 'writer_rsa')).mode & 0o777).toBe(0o600);
    const text = renderRecovery(result, 'Europe/Paris');
    expect(text).toContain(`PLATEFORME RÉTABLIE (PLATFORM RECOVERED): ${newest}`);
    expect(text).toMatch(/choix et vérification de l’archive .* s\b/);
    expect(text).toContain(result.writerKey.publicKey);
  }, 180_000);

  it('typed again restores nothing a second time, and makes no second key', async () => {
    writeFiles(made.uploads, { 'd/since.pdf': 'uploaded since' });
    const key = readFileSync(join(clone, 'writer_rsa.pub'), 'utf8');
    const { steps } = await run();
    expect(steps.filter(({ earlier }) => earlier).map(({ step }) => step)).toContain('restore');
    expect(existsSync(join(made.uploads, 'd/since.pdf'))).toBe(true);
    expect(readFileSync(join(clone, 'writer_rsa.pub'), 'utf8')).toBe(key);
    await expect(run({ choice: { archive: older, level: 'seal' } })).rejects.toMatchObject({
      kind: 'refused',
      next: expect.stringContaining('prod:restore'),
    });
  }, 120_000);

  it('refuses a machine that is not blank, unless told that what is there may go', async () => {
    const choice = { archive: older, level: 'seal' } as const;
    await expect(run({ again: true, choice })).rejects.toMatchObject({
      kind: 'refused',
      message: expect.stringContaining('this machine is not blank: database app holds'),
    });
    expect(existsSync(join(made.uploads, 'c/3.pdf'))).toBe(true);
    const { archive } = await run({ choice, replaces: true });
    expect(archive).toBe(older);
    expect(existsSync(join(made.uploads, 'c/3.pdf'))).toBe(false);
    // What it replaced was somebody's: it is kept until forget.
    expect(await listKept(made.state)).toHaveLength(1);
  }, 180_000);

  it('goes on with its archive after it was stopped, though a newer one has come meanwhile', async () => {
    await makeBlank();
    await expect(run({ confirm: () => Promise.resolve(false) })).rejects.toMatchObject({
      message: 'the restore was declined: nothing was restored',
    });
    // Meanwhile the platform was brought up by other means.
    writeFiles(made.uploads, { 'thesis.txt': 'years of work' });
    await expect(run()).rejects.toMatchObject({ message: expect.stringContaining('this machine is not blank') });
    expect(readFileSync(join(made.uploads, 'thesis.txt'), 'utf8')).toBe('years of work');
    rmSync(join(made.uploads, 'thesis.txt'));
    const { archive, steps } = await run();
    expect(archive).toBe(newest);
    expect(steps.find(({ step }) => step === 'archive')).toMatchObject({ earlier: true });
    expect(describeTree(made.uploads)).toBe(tree);
  }, 180_000);

  it('takes what a killed run had put in place, without restoring it again', async () => {
    const record = join(made.state, 'recovery.json');
    const { restored, finished, ...rest } = JSON.parse(readFileSync(record, 'utf8')) as Record<string, unknown>;
    expect([restored, finished]).not.toContain(undefined);
    // Killed right after the swap: the restore is kept in the records, and the recovery has not noted it yet.
    const id = '20261101000000-abcdef';
    const since = new Date().toISOString();
    const cut = { ...(rest as unknown as RecoveryRecord), started: since, wasBlank: true };
    await writeRecovery(made.state, { ...cut, restoreId: id });
    await recordKept(made.state, { id, archive: newest, since, databases: [], files: [] });
    let isPlanned = false;
    const { restored: again } = await run({
      confirm: () => {
        isPlanned = true;
        return Promise.resolve(true);
      },
    });
    expect(isPlanned).toBe(false);
    expect(again.databases).toHaveLength(4);
    expect(await listKept(made.state)).toEqual([]);
    // What a restore of somebody else has kept, or its own that was reverted, is neither taken for it nor forgotten.
    for (const [restoreId, isReverted] of [
      ['20261102000000-abcdef', false],
      [id, true],
    ] as const) {
      await writeRecovery(made.state, { ...cut, restoreId });
      await recordKept(made.state, { id, archive: newest, since, isReverted, databases: [], files: [] });
      await expect(run()).rejects.toMatchObject({ message: expect.stringContaining('this machine is not blank') });
      expect(await listKept(made.state)).toHaveLength(1);
    }
  }, 180_000);

  it('refuses before anything is started where the archive cannot fit on the disks (fault 118)', async () => {
    const manifest = await withArchive(made.platform, newest, (archive) => archive.manifest());
    const huge = structuredClone(manifest);
    if (huge.files['uploads']) huge.files['uploads'].bytes = 1e18;
    await expect(checkRoom(made.platform, huge)).rejects.toMatchObject({
      kind: 'space',
      message: expect.stringMatching(/the disk of .* has .* free, and takes/),
    });
    await checkRoom(made.platform, manifest);
  });

  it('begins with the stolen key in scenario B: unless it is revoked, nothing is started', async () => {
    await makeBlank();
    writeFileSync(join(clone, 'writer_rsa'), 'the stolen one\n', { mode: 0o600 });
    await expect(run({ scenario: 'b' })).rejects.toMatchObject({ kind: 'refused' });
    expect(existsSync(join(made.state, 'recovery.json'))).toBe(false);
    const { steps, writerKey } = await run({ scenario: 'b', confirmRevoked: () => Promise.resolve(true) });
    expect(steps[0]?.step).toBe('key');
    expect(readFileSync(writerKey.putAside ?? '', 'utf8')).toBe('the stolen one\n');
    expect(readFileSync(join(clone, 'writer_rsa'), 'utf8')).toContain('PRIVATE KEY');
  }, 180_000);

  it('takes the newest from before the attack, and refuses one from after it', async () => {
    await makeBlank();
    const before = new Date((JSON.parse(sealedLine(newest)) as { time: string }).time);
    const confirmRevoked = () => Promise.resolve(true);
    const late = { archive: newest, before, level: 'seal' } as const;
    await expect(run({ scenario: 'b', confirmRevoked, choice: late })).rejects.toMatchObject({ kind: 'refused' });
    const { archive } = await run({ scenario: 'b', confirmRevoked, choice: { before, level: 'seal' } });
    expect(archive).toBe(older);
    expect(existsSync(join(made.uploads, 'a/1.pdf'))).toBe(true);
    expect(existsSync(join(made.uploads, 'c/3.pdf'))).toBe(false);
  }, 180_000);

  it('passes over a damaged archive, and refuses it by its name before anything is started (fault 117)', async () => {
    await makeBlank();
    const path = join(made.vaultDirectory, newest);
    flipByte(path, 700);
    const named = { archive: newest, level: 'full' } as const;
    await expect(run({ choice: named })).rejects.toMatchObject({
      kind: 'damaged',
      next: expect.stringContaining('Nothing was started'),
    });
    expect(existsSync(made.uploads)).toBe(false);
    expect((await run()).archive).toBe(older);
    expect(made.log.join('\n')).toContain(`${newest} is passed over: a verification found it damaged`);
  }, 180_000);
});

function sealedLine(name: string): string {
  const lines = readFileSync(join(made.vaultDirectory, '.vault/ledger.jsonl'), 'utf8').trim().split('\n');
  return lines.find((line) => line.includes(`"${name}"`)) ?? '';
}
