import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { backup } from '../../src/operations/backup.ts';
import { forget } from '../../src/operations/forget.ts';
import { restoreTables } from '../../src/operations/restore-tables.ts';
import { status } from '../../src/operations/status.ts';
import { undo } from '../../src/operations/undo.ts';
import { compileProgram, type CompiledProgram } from '../fixtures/compiled-program.ts';
import { runKilled } from '../fixtures/killed-run.ts';
import { createPlatform, type TestPlatform } from '../fixtures/platform.ts';
import { startPostgresCluster, type PostgresCluster } from '../fixtures/postgres-cluster.ts';

let program: CompiledProgram;
let cluster: PostgresCluster;
let made: TestPlatform;

beforeAll(async () => {
  program = compileProgram();
  cluster = await startPostgresCluster();
  await cluster.query('postgres', 'CREATE DATABASE app');
  await cluster.query(
    'app',
    `CREATE TABLE parent (id int PRIMARY KEY); INSERT INTO parent VALUES (1);
     CREATE TABLE t (id serial PRIMARY KEY, parent int REFERENCES parent, v text);
     INSERT INTO t (parent, v) SELECT 1, 'archived' FROM generate_series(1, 100);`,
  );
  made = await createPlatform({ cluster, databaseLines: { app: '{url-env: DATABASE_URL, database: app}' } });
  await backup(made.platform, { trigger: 'nightly' });
}, 120_000);
afterAll(async () => {
  program.remove();
  await made.stop();
  await cluster.stop();
});

/** Runs a restore of the table in place that is killed at a step; without one, to its end. Returns its steps. */
async function restoreKilled(killAt?: number): Promise<string[]> {
  const command = ['restore', 'latest', '--table', 'app.public.t', '--in-place', '--yes', '--no-safety'];
  const { steps, isKilled, code } = await runKilled(program, made, command, killAt ? { killAt } : {});
  expect([killAt, isKilled, code]).toEqual([killAt, killAt !== undefined, killAt === undefined ? 0 : null]);
  return steps;
}

const values = async (): Promise<string> =>
  (await cluster.query('app', 'SELECT string_agg(DISTINCT v, $$,$$), count(*) FROM t')).flat().join(' ');
const count = async (database: string, sql: string): Promise<number> =>
  Number((await cluster.query(database, sql))[0]?.[0]);

it('a table killed on its way is old or new, and what is kept of it is known, after whatever command comes next', async () => {
  const spoil = () => cluster.query('app', "UPDATE t SET v = 'spoilt'; DELETE FROM t WHERE id > 60");
  await spoil();
  const steps = await restoreKilled();
  expect(await values()).toBe('archived 100');
  await forget(made.platform, { confirm: async () => true });
  const begun = steps.findIndex((step) => step.includes('restore-journal.json'));
  const programs = [...steps.keys()].filter((at) => at > begun && /spawn .*(psql|pg_dump)/.test(steps[at] ?? ''));
  // Those around the one transaction, and what is written down after it.
  const chosen = [begun, ...programs.slice(-6), steps.length - 1];
  const seen = new Set<string>();
  for (const at of new Set(chosen)) {
    await spoil();
    await restoreKilled(at + 1);
    await forget(made.platform, { confirm: async () => false });
    const found = await values();
    seen.add(found);
    const kept = await count(
      'app',
      "SELECT count(*) FROM pg_class WHERE relname LIKE 'continuity_kept%' AND relkind = 'r'",
    );
    const { kept: records } = await status(made.platform);
    const isNew = found === 'archived 100';
    expect([steps[at], isNew || found === 'spoilt 60', kept, records.length]).toEqual([
      steps[at],
      true,
      Number(isNew),
      Number(isNew),
    ]);
    expect(await count('postgres', "SELECT count(*) FROM pg_database WHERE datname LIKE 'continuity%'")).toBe(0);
    expect(existsSync(join(made.state, 'restore-journal.json'))).toBe(false);
    await forget(made.platform, { confirm: async () => true });
  }
  expect(seen).toEqual(new Set(['archived 100', 'spoilt 60']));
}, 400_000);

it('a table whose server is lost right after its transaction is known to be back, and what it held is kept', async () => {
  let [isArmed, isLost] = [false, false];
  // Cut as soon as the server says that a replacement is committed, and until somebody repairs it.
  const line = createServer((client) => {
    const server = connect(cluster.port, cluster.host);
    const cut = (): void => {
      client.destroy();
      server.destroy();
    };
    for (const socket of [client, server]) socket.on('error', cut).on('close', cut);
    if (isLost) {
      // No answer of a server that starts: nothing that waiting helps against.
      client.end('X');
      server.destroy();
      return;
    }
    let isReplacing = false;
    client.on('data', (chunk) => {
      isReplacing ||= chunk.includes('SET continuity.tables');
      server.write(chunk);
    });
    server.on('data', (chunk) => {
      isLost = isArmed && isReplacing && chunk.includes('COMMIT\0');
      if (isLost) cut();
      else client.write(chunk);
    });
  });
  await once(line.listen(0, cluster.host), 'listening');
  const url = new URL(cluster.url());
  url.port = String((line.address() as AddressInfo).port);
  const platform = { ...made.platform, environment: { ...made.platform.environment, DATABASE_URL: url.href } };
  const confirm = async (): Promise<boolean> => true;
  await cluster.query('app', "UPDATE t SET v = 'spoilt'");
  const asked = { archive: 'latest', tables: ['app.public.t'], isInPlace: true, skipsSafetyBackup: true, confirm };
  await restoreTables(platform, asked);
  isArmed = true;
  const next = expect.stringContaining('finds out');
  await expect(undo(platform, { confirm })).rejects.toMatchObject({ kind: 'source', next });
  [isArmed, isLost] = [false, false];
  await forget(platform, { confirm: async () => false });
  expect(await values()).toBe('spoilt 100');
  const { kept } = await status(platform);
  expect(kept).toMatchObject([{ undoes: expect.anything(), tables: [{ table: 't' }] }]);
  await undo(platform, { confirm });
  expect(await values()).toBe('archived 100');
  line.close();
}, 120_000);
