import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { backup } from '../../src/operations/backup.ts';
import { forget } from '../../src/operations/forget.ts';
import { restore, type RestoreOptions } from '../../src/operations/restore.ts';
import type { RestorePlan } from '../../src/operations/restore/restore-plan.ts';
import { checkRoom, demandOf } from '../../src/operations/restore/room.ts';
import { verify } from '../../src/operations/verify.ts';
import { countRows } from '../../src/sources/postgres/count-rows.ts';
import { connectByUrl } from '../../src/sources/postgres/by-url.ts';
import { renderPlan } from '../../src/report/plan-report.ts';
import { renderRestore } from '../../src/report/restore-report.ts';
import { createPlatform, writeFiles, type TestPlatform } from '../fixtures/platform.ts';

let made: TestPlatform;
let archive: string;

const run = (options: Partial<RestoreOptions> = {}) =>
  restore(made.platform, { archive, confirm: async () => true, skipsSafetyBackup: true, ...options });
const plan = async (options: Partial<RestoreOptions> = {}): Promise<RestorePlan> =>
  (await run({ dryRun: true, ...options })).plan;
const rowsOf = ({ databases }: RestorePlan, key: string) => databases.find((each) => each.key === key)?.rows;
const query = async (sql: string, database = 'skills_hub') => {
  if (!made.cluster) throw new Error('no cluster');
  return await made.cluster.query(database, sql);
};
const ratesPath = () => join(made.state, 'rates.json');

beforeAll(async () => {
  const files = { 'a/one': 'one', 'a/two': 'two', 'b/gone': 'x'.repeat(5000), 'b/too': 'y', same: 'same' };
  made = await createPlatform({ databases: 20, files });
  made.platform = await made.reconfigure((yaml) =>
    yaml.replace('database: skills_hub}', 'database: skills_hub, exclude-table-data: [sessions]}'),
  );
  await query('CREATE TABLE public.tally (n int); INSERT INTO public.tally SELECT generate_series(1, 100)');
  archive = (await backup(made.platform, { trigger: 'nightly' })).archive;
}, 120_000);
afterAll(() => made.stop());

describe('the plan of a restore', () => {
  it('counts the rows of every live table: what is lost, what comes back, and nothing else', async () => {
    const before = await plan();
    const [[sessions] = []] = await query('SELECT count(*) FROM public.sessions');
    expect(rowsOf(before, 'app')?.tables).toEqual([
      { table: 'public.sessions', live: Number(sessions), isLeftOut: true },
    ]);
    expect(rowsOf(before, 'keycloak')).toEqual({ tables: [], equal: expect.any(Number) });
    const equal = rowsOf(before, 'app')?.equal ?? 0;

    await query(`DELETE FROM public.tally WHERE n > 93; INSERT INTO public.nothing_yet SELECT generate_series(1, 9);
      CREATE TABLE public."New ""one""" AS SELECT generate_series(1, 3); CREATE TABLE heir () INHERITS (public.tally);
      INSERT INTO heir VALUES (1), (2); ALTER TABLE "Élèves"."Évaluation ""finale""" RENAME TO other`);
    const { tables = [], equal: later } = rowsOf(await plan(), 'app') ?? {};
    const byName = Object.fromEntries(tables.map(({ table, ...row }) => [table, row]));
    expect(byName).toEqual({
      'public.sessions': { live: Number(sessions), isLeftOut: true },
      'public.nothing_yet': { live: 9, archived: 0 },
      'public.New "one"': { live: 3 },
      'public.heir': { live: 2 },
      'public.tally': { live: 93, archived: 100 },
      'Élèves.other': { live: expect.any(Number) },
      'Élèves.Évaluation "finale"': { archived: expect.any(Number) },
    });
    expect(later).toBe(equal - 3);
    await query(`DROP TABLE public."New ""one""", heir; ALTER TABLE "Élèves".other RENAME TO "Évaluation ""finale""";
      TRUNCATE public.nothing_yet; INSERT INTO public.tally SELECT generate_series(94, 100)`);
    expect(rowsOf(await plan(), 'app')).toEqual(rowsOf(before, 'app'));
  });

  it('does not wait for a table that somebody has locked, nor hide rows that a policy hides: it says that it estimates', async () => {
    await query('ANALYZE public.tally; ANALYZE public.student');
    const { binaries, host, port, password } = made.cluster as NonNullable<TestPlatform['cluster']>;
    const env = { PGHOST: host, PGPORT: String(port), PGUSER: 'postgres', PGPASSWORD: password };
    const holder = spawn(join(binaries, 'psql'), ['-XqAtd', 'skills_hub'], { env, stdio: ['pipe', 'pipe', 'inherit'] });
    try {
      holder.stdin.write("BEGIN; LOCK TABLE public.tally IN ACCESS EXCLUSIVE MODE; SELECT 'held';\n");
      await once(holder.stdout, 'data');
      // Who waited for it would wait until the test's time is over: only the end of this gives it free.
      const rows = rowsOf(await plan({ select: ['app'] }), 'app');
      expect(rows?.tables).toContainEqual({ table: 'public.tally', archived: 100, live: 100, isEstimate: true });
      expect(rows?.tables.filter(({ isEstimate }) => isEstimate)).toHaveLength(1);
    } finally {
      holder.stdin.end();
      await once(holder, 'exit');
    }
    await query(`CREATE ROLE looker LOGIN PASSWORD 'x'; GRANT SELECT ON ALL TABLES IN SCHEMA public TO looker;
      ALTER TABLE public.student ENABLE ROW LEVEL SECURITY`);
    const server = connectByUrl(made.cluster?.url('skills_hub', 'looker', 'x') ?? '');
    const named = [['public', 'activity'] as const];
    const counts = await countRows({ server, database: 'skills_hub', named, timeoutMs: 30_000 });
    const of = (name: string) => counts.find((table) => table.name === name);
    expect(of('student')).toMatchObject({ isEstimate: true, rows: expect.any(Number) });
    expect(of('tally')).toMatchObject({ isEstimate: false, rows: 100 });
    const inParts = counts.filter(({ name }) => name.startsWith('activity_')).reduce((sum, { rows }) => sum + rows, 0);
    expect(of('activity')).toMatchObject({ isEstimate: false, rows: inParts });
    await query('ALTER TABLE public.student DISABLE ROW LEVEL SECURITY; DROP OWNED BY looker; DROP ROLE looker');
  });

  it('estimates what there is no time to count', async () => {
    await query('ANALYZE');
    const server = connectByUrl(made.cluster?.url('skills_hub') ?? '');
    const large = 'CREATE TABLE public.large AS SELECT generate_series(1, 300000) AS n; ANALYZE public.large';
    await query(large);
    const counts = await countRows({ server, database: 'skills_hub', named: [], timeoutMs: 1 });
    expect(counts.find(({ name }) => name === 'large')).toMatchObject({ isEstimate: true, rows: 300_000 });
    expect(counts.length).toBeGreaterThan(10);
    await query('DROP TABLE public.large');
  });

  it('says what comes, goes and is replaced, with sizes and a few names, and how the archive was verified', async () => {
    expect(await plan({ select: ['uploads'] })).not.toHaveProperty('verified');
    await verify(made.platform, { archive, level: 'full' });
    rmSync(join(made.uploads, 'b'), { recursive: true });
    writeFiles(made.uploads, { 'a/two': 'changed', 'c/extra': 'z'.repeat(700), 'c/deep/more': 'zz', 'd.txt': 'd' });
    const found = await plan({ select: ['uploads'] });
    expect(found.verified).toMatchObject({ level: 'full', isSound: true });
    expect(found.files[0]).toMatchObject({
      add: 3,
      addBytes: 5001,
      replace: 1 + 1,
      replaceBytes: 7,
      alignedFolders: 1,
      remove: 5,
      renames: 1 + 1 + 5,
      removeBytes: 703,
      stageBytes: 5001 + 3,
      examples: { add: ['b/'], replace: ['a/two'], remove: ['c/', 'd.txt'] },
    });
    const text = renderPlan(found);
    expect(text).toContain('ago), verified 20');
    expect(text).toContain('adds 3 entries (5.0 kB), replaces 1 entry (7 B now), removes 5 entries (703 B)');
    expect(text).toContain('uploads: removes c/, d.txt, … (5 entries in all)');
  });

  it('estimates by the figures of another machine until a restore was measured here, and says so afterwards', async () => {
    rmSync(ratesPath(), { force: true });
    const select = ['app', 'uploads'];
    const before = await plan({ select });
    expect(before.estimate.steps.map(({ step, measured }) => [step, measured])).toEqual([
      ['databases', 0],
      ['files', 0],
      ['swap', 0],
    ]);
    expect(before.estimate).toMatchObject({ measured: 0, standstillMs: 0 });
    expect(renderPlan(before)).toContain('not measured on this host yet');

    const result = await run({ select, skipsSafetyBackup: false });
    expect(result.steps.map(({ step }) => step)).toEqual(['plan', 'safety', 'databases', 'files', 'swap']);
    expect(result.plan.estimate.steps.map(({ step }) => step)).toEqual(['safety', 'databases', 'files', 'swap']);
    expect(renderRestore(result)).toMatch(/\n {2}plan [\d.]+ s, safety backup [\d.]+ s \(expected \d+ s\), /);
    expect(statSync(ratesPath()).mode & 0o777).toBe(0o600);

    const { estimate } = await plan({ select, skipsSafetyBackup: false });
    expect(estimate.measured).toBe(1);
    for (const { step, ms } of estimate.steps) {
      const took = result.steps.find((each) => each.step === step)?.ms ?? NaN;
      expect([step, Math.abs(ms - took) <= Math.max(100, took / 2)]).toEqual([step, true]);
    }
    await forget(made.platform, { confirm: async () => true });
  });

  it.each([
    ['no JSON', '{"version": 1, "rates": {'],
    ['a newer version', '{"version": 2, "rates": {"swap": {"once": {"ms": 5, "measured": 9}}}}'],
    ['values that are none', '{"version": 1, "rates": {"swap": {"once": {"ms": -5, "measured": 1e99}}, "files": [1]}}'],
  ])('ignores a file of rates with %s, and the next restore writes a new one', async (_what, text) => {
    writeFileSync(ratesPath(), text);
    expect((await plan({ select: ['uploads'] })).estimate.measured).toBe(0);
    await run({ select: ['uploads'] });
    expect((await plan({ select: ['uploads'] })).estimate.measured).toBe(1);
    expect(JSON.parse(readFileSync(ratesPath(), 'utf8'))).toMatchObject({ version: 1 });
    await forget(made.platform, { confirm: async () => true });
  });

  it('restores where its rates cannot be noted down, and says so', async () => {
    rmSync(ratesPath());
    await run({
      select: ['uploads'],
      // A folder that is not empty takes no file's place.
      confirm: async () => (writeFiles(ratesPath(), { in: 'the way' }), true),
    });
    expect(made.log).toContainEqual(expect.stringMatching(/^warning: what the restore took was not noted down/));
    rmSync(ratesPath(), { recursive: true });
    await forget(made.platform, { confirm: async () => true });
  });

  it('looks at the room on the disk of a server on this host, and refuses what surely does not fit', async () => {
    const { databases } = await plan({ select: ['app'] });
    const [planned] = databases;
    if (!planned) throw new Error('no database');
    expect(planned.freeBytes).toBeGreaterThan(0);
    const check = (sizeBytes: number, stageBytes = 0) =>
      checkRoom(
        made.platform,
        [demandOf({ ...planned, record: { ...planned.record, sizeBytes } })],
        [{ path: made.state, stageBytes }],
      );
    expect(await check(1e6)).toMatchObject({ refusals: [], warnings: [] });
    expect((await check(1e18)).refusals).toEqual([
      expect.stringMatching(/^app: the disk of the server's data folder has .* free, and at least /),
    ]);
    const free = planned.freeBytes ?? 0;
    expect(await check(free * 1.5)).toMatchObject({ refusals: [], warnings: [expect.stringContaining('about')] });
    const demands = ['one', 'two'].map((key) => ({ key, source: 'app', expectedBytes: free * 0.7, leastBytes: 0 }));
    const { warnings } = await checkRoom(made.platform, demands);
    expect(warnings).toEqual([expect.stringMatching(/^one, two: .* about .* are to be put there: /)]);
    // What is staged of files counts where it is on the same disk: servers of tests, and all else, are on one.
    expect((await check(free * 0.7, free * 0.7)).warnings).toEqual([expect.stringContaining('of files among them')]);
  });
});
