import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { backup } from '../../src/operations/backup.ts';
import { restore } from '../../src/operations/restore.ts';
import { readJournal } from '../../src/operations/restore/journal.ts';
import { withLock } from '../../src/operations/with-lock.ts';
import { compileProgram, type CompiledProgram } from '../fixtures/compiled-program.ts';
import { describeTree } from '../fixtures/describe-tree.ts';
import { listLeftovers, runKilled } from '../fixtures/killed-run.ts';
import { createPlatform, type TestPlatform } from '../fixtures/platform.ts';
import { startPostgresCluster, type PostgresCluster } from '../fixtures/postgres-cluster.ts';

const content = { 'same/f1': 'one', 'gone/a': 'a', kind: 'file', h1: 'hard', 'quiet/f': 'same' };
const accident = `
  rm -r gone; echo changed > same/f1; ln h1 h3; rm h2; echo soft > h1; mkdir -p new/folder; echo x > new/folder/x
  rm kind; mkdir kind; echo y > kind/y; chmod 711 quiet; touch -d '1969-12-31 23:59:59.123456789 UTC' quiet .`;

let program: CompiledProgram;
let made: TestPlatform;
let clusters: [PostgresCluster, PostgresCluster];
const places = [
  [0, 'one'],
  [0, 'new'],
  [1, 'two'],
] as const;

beforeAll(async () => {
  program = compileProgram();
  clusters = await Promise.all([startPostgresCluster(), startPostgresCluster()]);
  for (const [number, name] of places) {
    await clusters[number].query('postgres', `CREATE DATABASE ${name}`);
    await clusters[number].query(name, "CREATE TABLE t (v text); INSERT INTO t VALUES ('archived')");
  }
  const databaseLines = {
    one: '{url-env: DATABASE_URL, database: one}',
    new: '{url-env: DATABASE_URL, database: new}',
    two: '{url-env: SECOND_URL, database: two}',
  };
  made = await createPlatform({ files: content, cluster: clusters[0], databaseLines });
  const environment = { ...made.platform.environment, SECOND_URL: clusters[1].url() };
  made.platform = { ...made.platform, environment };
  execFileSync('bash', ['-ec', 'ln h1 h2; touch -d @1500000000.5 quiet .'], { cwd: made.uploads });
  await backup(made.platform, { trigger: 'nightly' });
  await clusters[0].query('one', "UPDATE t SET v = 'spoilt'");
  await clusters[1].query('two', "UPDATE t SET v = 'spoilt'");
  await clusters[0].query('postgres', 'DROP DATABASE new');
  execFileSync('bash', ['-ec', accident], { cwd: made.uploads });
}, 120_000);
afterAll(async () => {
  program.remove();
  await made.stop();
  await Promise.all(clusters.map((cluster) => cluster.stop()));
});

/** By cluster, the databases as others see them, with their numbers, which they keep under any name; and ours, all. */
async function readClusters(): Promise<{ seen: string[]; own: string[] }> {
  const select = 'SELECT datname, oid, datallowconn, datistemplate FROM pg_database WHERE oid > 16383 ORDER BY 1';
  const rows = await Promise.all(clusters.map((cluster) => cluster.query('postgres', select)));
  const isOwn = ([name = '']: string[]): boolean => name.startsWith('continuity');
  return {
    seen: rows.map((each) => each.filter((row) => !isOwn(row)).join(' ')),
    own: rows
      .flat()
      .filter(isOwn)
      .map(([name = '']) => name),
  };
}

/** What is in them. */
async function readRows(): Promise<string> {
  const rows = await Promise.all(
    places.map(([number, name]) => clusters[number].query(name, 'TABLE t').catch(() => [['none']])),
  );
  return rows.flat(2).join();
}

/** Files by their paths, with their contents. */
function readFiles(): Map<string, string> {
  const list = `find . -path './.continuity-*' -prune -o -type f -exec sha256sum {} +`;
  const lines = execFileSync('bash', ['-ec', list], { cwd: made.uploads, encoding: 'utf8' }).trimEnd().split('\n');
  return new Map(lines.map((line) => [line.slice(66), line.slice(0, 64)]));
}

interface State {
  seen: string[];
  tree: string;
  files: Map<string, string>;
}
const look = async (): Promise<State> => ({
  seen: (await readClusters()).seen,
  tree: describeTree(made.uploads),
  files: readFiles(),
});

describe('an undo of databases in two clusters and of files', () => {
  let states: [State, State];
  beforeAll(async () => {
    const before = await look();
    await restore(made.platform, { archive: 'latest', skipsSafetyBackup: true, confirm: async () => true });
    states = [before, await look()];
  }, 60_000);

  /** Nothing in between, as far as anything can be looked at on its own: a cluster, a file. */
  async function expectUnmixed(step: string): Promise<void> {
    const { seen } = await readClusters();
    for (const [number, cluster] of seen.entries()) {
      expect([step, states.map((state) => state.seen[number])]).toEqual([step, expect.arrayContaining([cluster])]);
    }
    const files = readFiles();
    for (const [path, digest] of files) {
      expect([step, path, states.map((state) => state.files.get(path))]).toEqual([
        step,
        path,
        expect.arrayContaining([digest]),
      ]);
    }
    // A name that is a file's before and after is one all the time.
    const lasting = [...states[0].files.keys()].filter((path) => states[1].files.has(path));
    expect([step, lasting.filter((path) => !files.has(path))]).toEqual([step, []]);
  }

  /** The state that the next command makes of it, by its number. */
  async function finish(step: string): Promise<number> {
    await withLock(made.platform, () => Promise.resolve());
    const { seen, own } = await readClusters();
    const tree = describeTree(made.uploads);
    const number = states.findIndex((state) => state.tree === tree);
    expect([step, number, seen]).toEqual([step, number, states[number]?.seen]);
    expect([step, await listLeftovers(made, own)]).toEqual([step, []]);
    return number;
  }

  let current = 1;

  it('is entirely undone, or entirely done, by the next command, wherever it was killed', async () => {
    const ended = { undone: 0, done: 0 };
    for (let killAt = 1; ; killAt++) {
      const { isKilled, steps, code, stderr } = await runKilled(program, made, ['undo', '--yes'], {
        killAt,
        opens: true,
      });
      const step = `killed at ${killAt}: ${steps.at(-1)}`;
      const expected = 1 - current;
      if (!isKilled) {
        expect([code, code === 0 ? '' : stderr]).toEqual([0, '']);
        current = await finish('the end');
        expect(current).toBe(expected);
        expect(await readRows()).toBe(current === 0 ? 'spoilt,none,spoilt' : 'archived,archived,archived');
        break;
      }
      await expectUnmixed(step);
      const isSwapping = (await readJournal(made.state))?.phase === 'swapping';
      const now = await finish(step);
      if (isSwapping) expect([step, now]).toEqual([step, expected]);
      if (now === current) ended.undone++;
      else ended.done++;
      current = now;
    }
    expect(ended.undone).toBeGreaterThan(12);
    expect(ended.done).toBeGreaterThan(20);
  }, 400_000);

  it('shows its plan, and is refused where nobody can be asked', async () => {
    const { tree } = await look();
    expect((await runKilled(program, made, ['undo', '--dry-run'])).code).toBe(0);
    const { code, stderr } = await runKilled(program, made, ['undo']);
    expect([code, stderr]).toEqual([9, expect.stringContaining('there is no terminal to ask on')]);
    expect((await look()).tree).toBe(tree);
  }, 60_000);

  it('is done by the next command where the servers crash in the middle of the swap', async () => {
    const holdFile = join(made.directory, 'held');
    const expected = 1 - current;
    const over = new AbortController();
    const run = runKilled(program, made, ['undo', '--yes'], { holdFile }).finally(() => over.abort());
    while (!over.signal.aborted && !existsSync(holdFile)) await sleep(20);
    await Promise.all(clusters.map((cluster) => cluster.crash()));
    rmSync(holdFile);
    expect((await run).code).not.toBe(0);
    await Promise.all(clusters.map((cluster) => cluster.resume()));
    current = await finish('the crash');
    expect(current).toBe(expected);
    expect(await readRows()).toBe(current === 0 ? 'spoilt,none,spoilt' : 'archived,archived,archived');
  }, 120_000);
});
