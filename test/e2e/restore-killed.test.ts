import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { backup } from '../../src/operations/backup.ts';
import { forget } from '../../src/operations/forget.ts';
import { compileProgram, type CompiledProgram } from '../fixtures/compiled-program.ts';
import { describeTree } from '../fixtures/describe-tree.ts';
import { listLeftovers, runKilled, type KilledRun } from '../fixtures/killed-run.ts';
import { createPlatform, type TestPlatform } from '../fixtures/platform.ts';
import { startPostgresCluster, type PostgresCluster } from '../fixtures/postgres-cluster.ts';

/** Set, all steps of the larger restore are gone through as well, which takes a quarter of an hour. */
const every = process.env['EVERY_STEP'] !== undefined;

let program: CompiledProgram;
beforeAll(() => void (program = compileProgram()));
afterAll(() => program.remove());

const accident = `
  rm -r gone; echo changed > same/f1; echo more > extra; mkdir -p new/folder; echo x > new/folder/x
  ln h1 h3; rm h2; echo soft > h1; rm kind; mkdir kind; echo y > kind/y; rm -r dir; echo 1 > dir; ln -sf elsewhere link; touch -d @1500000000 same`;

const content = {
  'same/f1': 'one',
  'same/f2': 'two',
  'gone/deep/a': 'a',
  'gone/b': 'b',
  kind: 'file',
  'dir/in': 'in',
  h1: 'hard',
};

/** Runs a restore that is killed at a step; without one, to its end. */
const restoreKilled = (made: TestPlatform, killAt?: number): Promise<KilledRun> =>
  runKilled(program, made, ['restore', 'latest', '--yes', '--no-safety'], killAt === undefined ? {} : { killAt });

async function expectNothingLeft(made: TestPlatform): Promise<void> {
  expect(await listLeftovers(made)).toEqual([]);
  expect(readdirSync(made.uploads).filter((name) => name.startsWith('.continuity-'))).toEqual([]);
}

describe('a restore of files, killed before every single step', () => {
  let made: TestPlatform;
  beforeAll(async () => {
    made = await createPlatform({ files: content });
    execFileSync('bash', ['-ec', 'ln -s target link; ln h1 h2; chmod 750 same'], { cwd: made.uploads });
    await backup(made.platform, { trigger: 'nightly' });
  });
  afterAll(() => made.stop());

  it('is entirely undone, or entirely done, by the next command', async () => {
    const archived = describeTree(made.uploads);
    const spoil = () => void execFileSync('bash', ['-ec', accident], { cwd: made.uploads });
    spoil();
    execFileSync('touch', ['-d', '@1400000000', '.'], { cwd: made.uploads });
    const ended = { undone: 0, done: 0 };
    for (let killAt = 1; ; killAt++) {
      const spoilt = describeTree(made.uploads);
      const { steps, isKilled, code } = await restoreKilled(made, killAt);
      if (!isKilled) {
        expect(code).toBe(0);
        expect(describeTree(made.uploads)).toBe(archived);
        break;
      }
      await forget(made.platform, { confirm: async () => true });
      await expectNothingLeft(made);
      const contents = (description: string) => description.replace(/^\0d.*$/m, '');
      const now = describeTree(made.uploads);
      const step = `killed at ${killAt}: ${steps.at(-1)}`;
      if (now === archived) {
        ended.done++;
        spoil();
      } else {
        ended.undone++;
        expect({ step, tree: contents(now).split('\n').slice(0, -1) }).toEqual({
          step,
          tree: contents(spoilt).split('\n').slice(0, -1),
        });
      }
    }
    expect(ended.undone).toBeGreaterThan(8);
    expect(ended.done).toBeGreaterThan(15);
  }, 300_000);
});

describe('a restore of two clusters and files, killed here and there', () => {
  let made: TestPlatform;
  let clusters: PostgresCluster[];
  beforeAll(async () => {
    clusters = await Promise.all([startPostgresCluster(), startPostgresCluster()]);
    const [first, second] = clusters as [PostgresCluster, PostgresCluster];
    await first.query('postgres', 'CREATE DATABASE one; CREATE DATABASE three');
    await second.query('postgres', 'CREATE DATABASE two');
    for (const [cluster, name] of [
      [first, 'one'],
      [first, 'three'],
      [second, 'two'],
    ] as const) {
      await cluster.query(name, "CREATE TABLE t (v text); INSERT INTO t VALUES ('archived')");
    }
    const databaseLines = {
      one: '{url-env: DATABASE_URL, database: one}',
      three: '{url-env: DATABASE_URL, database: three}',
      two: '{url-env: SECOND_URL, database: two}',
    };
    made = await createPlatform({ files: content, cluster: first, databaseLines });
    made.platform = { ...made.platform, environment: { DATABASE_URL: first.url(), SECOND_URL: second.url() } };
    await backup(made.platform, { trigger: 'nightly' });
  }, 120_000);
  afterAll(async () => {
    await made.stop();
    await Promise.all(clusters.map((cluster) => cluster.stop()));
  });

  async function stateOf(): Promise<string> {
    const [first, second] = clusters as [PostgresCluster, PostgresCluster];
    const rows = await Promise.all([
      first.query('one', 'TABLE t'),
      first.query('three', 'TABLE t'),
      second.query('two', 'TABLE t'),
    ]);
    return [...rows.flat(2), readFileSync(join(made.uploads, 'same/f1'), 'utf8')].join();
  }

  async function spoil(): Promise<void> {
    const [first, second] = clusters as [PostgresCluster, PostgresCluster];
    await Promise.all([
      first.query('one', "UPDATE t SET v = 'spoilt'"),
      first.query('three', "UPDATE t SET v = 'spoilt'"),
      second.query('two', "UPDATE t SET v = 'spoilt'"),
    ]);
    execFileSync('bash', ['-c', 'echo -n spoilt > same/f1'], { cwd: made.uploads });
  }
  const archived = 'archived,archived,archived,one';
  const spoilt = 'spoilt,spoilt,spoilt,spoilt';

  it(
    'leaves all of them old or all of them new, after whatever command comes next',
    async () => {
      await spoil();
      const whole = await restoreKilled(made);
      expect(whole.code).toBe(0);
      expect(await stateOf()).toBe(archived);
      await forget(made.platform, { confirm: async () => true });
      const first = whole.steps.findIndex((step) => step.includes('restore-journal.json'));
      const staging = whole.steps.findIndex(
        (step, position) => position > first && step.includes('restore-journal.json'),
      );
      expect(staging).toBeGreaterThan(first);
      // Some while staging, more of them from the moment on that the journal says that it counts: each takes seconds.
      const ofPsql = [...whole.steps.keys()].filter((position) => whole.steps[position]?.includes('psql'));
      const before = ofPsql.filter((position) => position > first && position < staging);
      const after = ofPsql.filter((position) => position > staging);
      const pick = (positions: number[], count: number) =>
        Array.from({ length: count }, (_, nth) => positions[Math.floor((nth * positions.length) / count)] ?? first);
      const sampled = [first, ...pick(before, 3), staging, ...pick(after, 3), whole.steps.length - 3];
      const chosen = new Set(every ? whole.steps.keys() : sampled);
      const seen = new Set<string>();
      for (const position of [...chosen].sort((a, b) => a - b)) {
        await spoil();
        const { steps } = await restoreKilled(made, position + 1);
        // A cluster's databases change places together.
        const [one, three] = (await stateOf()).split(',');
        expect([steps.at(-1), one]).toEqual([steps.at(-1), three]);
        await forget(made.platform, { confirm: async () => true });
        await expectNothingLeft(made);
        const state = await stateOf();
        seen.add(state);
        expect([`killed at ${steps.at(-1)}`, [archived, spoilt].includes(state)]).toEqual([
          `killed at ${steps.at(-1)}`,
          true,
        ]);
        for (const cluster of clusters) {
          expect(
            await cluster.query('postgres', "SELECT datname FROM pg_database WHERE datname LIKE 'continuity%'"),
          ).toEqual([]);
        }
      }
      expect(seen).toEqual(new Set([archived, spoilt]));
    },
    every ? 3_600_000 : 400_000,
  );
});
