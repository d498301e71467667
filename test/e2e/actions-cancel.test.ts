import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { checkOutWorkspace, type ActionWorkspace } from '../fixtures/action-checkout.ts';
import type { ActionRunResult } from '../fixtures/action-run.ts';
import { createPlatform, writeFiles, type TestPlatform } from '../fixtures/platform.ts';
import { listPrograms } from '../fixtures/processes.ts';
import { errorsOf, expectNothingLeft } from '../fixtures/step-checks.ts';

/** Between the runner's signals lie 7.5 s and 2.5 s; whoever ends in order has to do so in the first. */
const ORDER_MS = 7_500;
let test: TestPlatform;
let workspace: ActionWorkspace;

beforeAll(async () => {
  test = await createPlatform({
    databases: 50,
    databaseLines: { app: '{url-env: DATABASE_URL, database: skills_hub}' },
    vault: 'ssh',
    files: { 'a/cv.pdf': 'a curriculum', 'a/large': Buffer.alloc(2 << 20, 'evidence ') },
  });
  workspace = checkOutWorkspace(test);
  expect((await workspace.run('backup', { event: { name: 'schedule' } })).exitCode).toBe(0);
}, 120_000);
afterAll(async () => {
  workspace.remove();
  await test.stop();
});

const ask = async (sql: string) => (await test.cluster?.query('postgres', sql)) ?? [];
const archives = () =>
  readdirSync(test.vaultDirectory)
    .filter((name) => name.endsWith('.tar.gz'))
    .sort();

/** Holds a table, so that its dump waits; gives what lets it go. */
async function holdTable(): Promise<() => Promise<void>> {
  const sql = 'BEGIN; LOCK TABLE public.student IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(600);';
  const holding = test.cluster?.query('skills_hub', sql).catch(() => undefined);
  const holders = "FROM pg_stat_activity WHERE query LIKE '%pg_sleep(600)%' AND pid <> pg_backend_pid()";
  while ((await ask(`SELECT pid ${holders}`)).length === 0) await sleep(20);
  return async () => {
    await ask(`SELECT pg_terminate_backend(pid) ${holders}`);
    await holding;
  };
}

async function dumpWaits(): Promise<void> {
  while ((await ask('SELECT 1 FROM pg_locks WHERE NOT granted')).length === 0) await sleep(20);
}

/** A program of this step or of the vault, found by its arguments. */
const find = (pattern: RegExp) => listPrograms().find(({ commandLine }) => pattern.test(commandLine));
const vaultServer = () => find(new RegExp(`vault serve .*${test.vaultDirectory.split('/').at(-2)}`));

async function expectFree(run: ActionRunResult): Promise<void> {
  expectNothingLeft(run);
  const lock = join(test.state, 'lock');
  expect(existsSync(lock) && find(new RegExp(`flock.*${lock}`))).toBeFalsy();
  for (let waitedMs = 0; waitedMs < 3000; waitedMs += 50) {
    if ((await ask("SELECT 1 FROM pg_stat_activity WHERE application_name LIKE '%continuity%'")).length === 0) break;
    await sleep(50);
  }
  expect(await ask("SELECT query FROM pg_stat_activity WHERE application_name LIKE '%continuity%'")).toEqual([]);
}

/** The next run finds the lock free, whoever held it. */
async function expectNextWorks(): Promise<ActionRunResult> {
  const run = await workspace.run('backup');
  expect([run.exitCode, errorsOf(run)]).toEqual([0, []]);
  expect(readdirSync(join(test.state, 'staging'))).toEqual([]);
  return run;
}

describe('a step that is cancelled', () => {
  it('ends in order on SIGINT in the middle of a backup: lock, keys and programs are gone', async () => {
    const before = archives();
    const release = await holdTable();
    const run = await workspace.run('backup', { signals: [{ signal: 'SIGINT', when: dumpWaits }] }).finally(release);
    expect(run).toMatchObject({ exitCode: 1, endedBy: null, outputs: {} });
    expect(run.endedAfterMs).toBeLessThan(ORDER_MS);
    expect(errorsOf(run)[0]).toMatch(/interrupted/);
    expect(run.commands).toContainEqual(
      expect.objectContaining({ name: 'warning', value: expect.stringContaining('cancelled') }),
    );
    expect(run.summary).toContain('interrupted');
    expect(readFileSync(join(test.state, 'lock'), 'utf8')).toBe('');
    expect(archives()).toEqual(before);
    await expectFree(run);
    await expectNextWorks();
  });

  it('ends at once on SIGTERM, with all that it started', async () => {
    const before = archives();
    const release = await holdTable();
    const signals = [
      { signal: 'SIGINT', when: dumpWaits },
      { signal: 'SIGTERM', when: () => sleep(5) },
    ] as const;
    const run = await workspace.run('backup', { signals });
    await expectFree(run).finally(release);
    expect(run.exitCode).not.toBe(0);
    expect(run.endedAfterMs).toBeLessThan(1000);
    expect(archives()).toEqual(before);
    await expectNextWorks();
  });

  it.each([
    ['in order on SIGINT', 'SIGINT', []],
    ['at once on SIGTERM', 'SIGINT', ['SIGTERM']],
    ['by SIGKILL, and with its post step all that it had started,', 'SIGKILL', []],
  ] as const)('ends %s in the middle of a transfer', async (_, first, then) => {
    writeFiles(test.uploads, { 'b/large': randomBytes(12 << 20) });
    workspace.reconfigure((yaml) => yaml.replace('"port"', '"bandwidth-limit":"1MB","port"'));
    const isSending = () => find(/rsync.*--bwlimit/) !== undefined;
    const signals = [{ signal: first, when: isSending }, ...then.map((signal) => ({ signal, when: () => sleep(5) }))];
    const run = await workspace.run('backup', { signals });
    workspace.reconfigure((yaml) => yaml.replace('"bandwidth-limit":"1MB",', ''));
    expect([run.exitCode === 0, run.outputs]).toEqual([false, {}]);
    expect(run.endedAfterMs).toBeLessThan(ORDER_MS);
    if (first === 'SIGKILL') expect(run.leftBehind).not.toEqual([]);
    expect(run.post).toMatchObject({ exitCode: 0, leftBehind: [] });
    await expectFree(first === 'SIGKILL' ? { ...run, filesBeforePost: [], leftBehind: [] } : run);
    rmSync(join(test.uploads, 'b'), { recursive: true });
    await expectNextWorks();
  });

  it('ends in order while the vault that verifies does not answer', async () => {
    let stopped: number | undefined;
    const when = () => {
      stopped = vaultServer()?.pid;
      if (stopped) process.kill(stopped, 'SIGSTOP');
      return stopped !== undefined;
    };
    const run = await workspace.run('verify', {
      signals: [
        { signal: 'SIGINT', when },
        { signal: 'SIGTERM', when: () => sleep(ORDER_MS) },
      ],
    });
    if (stopped) process.kill(stopped, 'SIGKILL');
    expect(run.exitCode).toBe(1);
    expect(run.endedAfterMs).toBeLessThan(ORDER_MS);
    expect(run.outputs).toEqual({});
    await expectFree(run);
    expect(await workspace.run('verify')).toMatchObject({ exitCode: 0, outputs: { verdict: 'sound' } });
  });

  it('changes nothing where a restore is cancelled while it stages', async () => {
    const [archive = ''] = archives();
    writeFileSync(join(test.uploads, 'a/cv.pdf'), 'overwritten');
    const journal = join(test.state, 'restore-journal.json');
    const run = await workspace.run('restore', {
      inputs: { archive, confirm: archive, 'dry-run': 'false', 'reader-key': workspace.readerKey },
      signals: [{ signal: 'SIGINT', when: () => existsSync(journal) }],
    });
    expect(run.exitCode).toBe(1);
    expect(run.endedAfterMs).toBeLessThan(ORDER_MS);
    await expectFree(run);
    await expectNextWorks();
    expect(existsSync(journal)).toBe(false);
    expect(readFileSync(join(test.uploads, 'a/cv.pdf'), 'utf8')).toBe('overwritten');
    expect(await ask("SELECT datname FROM pg_database WHERE datname LIKE 'skills\\_hub%'")).toEqual([['skills_hub']]);
  });

  it('that is killed leaves its key to the post step, and its lock to the next', async () => {
    const release = await holdTable();
    const run = await workspace.run('backup', { signals: [{ signal: 'SIGKILL', when: dumpWaits }] });
    expect(run.endedBy).toBe('SIGKILL');
    expect(run.filesBeforePost).toContainEqual(expect.stringMatching(/^continuity-\d+-[A-Za-z0-9]{6}$/));
    expect(run.leftBehind).toContainEqual(expect.stringContaining('pg_dump'));
    expect(run.post).toMatchObject({ exitCode: 0, leftBehind: [] });
    // Until then the server does not notice that nobody waits any more.
    await release();
    await expectFree({ ...run, filesBeforePost: [], leftBehind: [] });
    const next = await expectNextWorks();
    expect(next.log).toContain('Took over from backup');
  });

  it('that is killed with the whole machine leaves its key to the next step, which removes it', async () => {
    const release = await holdTable();
    const hold = { signals: [{ signal: 'SIGKILL', when: dumpWaits }], skipsPost: true } as const;
    const run = await workspace.run('backup', hold);
    const [left = ''] = run.files.filter((name) => !name.includes('result'));
    expect(statSync(join(workspace.runnerTemp, left)).mode & 0o777).toBe(0o700);
    await release();
    expectNothingLeft(await expectNextWorks());
  });
});
