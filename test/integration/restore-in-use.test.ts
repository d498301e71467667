import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { backup } from '../../src/operations/backup.ts';
import { restore } from '../../src/operations/restore.ts';
import { undo } from '../../src/operations/undo.ts';
import type { Platform } from '../../src/operations/platform.ts';
import { renderRestore } from '../../src/report/restore-report.ts';
import { createPlatform, type TestPlatform } from '../fixtures/platform.ts';
import { openClients, type PostgresClients } from '../fixtures/postgres-clients.ts';
import { startPostgresCluster, type PostgresCluster } from '../fixtures/postgres-cluster.ts';

let cluster: PostgresCluster;
let clients: PostgresClients;
let made: TestPlatform;
beforeAll(async () => {
  cluster = await startPostgresCluster();
  clients = openClients(cluster);
  await cluster.query('postgres', 'CREATE DATABASE busy');
  await cluster.query(
    'busy',
    "CREATE TABLE t (v text); INSERT INTO t SELECT repeat('x', 100) FROM generate_series(1, 50000)",
  );
  made = await createPlatform({
    cluster,
    files: { a: 'a' },
    databaseLines: { busy: '{url-env: DATABASE_URL, database: busy}' },
  });
  await backup(made.platform, { trigger: 'nightly' });
}, 120_000);
afterAll(async () => {
  await clients.end();
  await made.stop();
  await cluster.stop();
});

interface Attempt {
  begun: number;
  ended: number;
  isServed: boolean;
}

/** Connects and asks again and again, as an application does, until told to stop. */
async function askAgainAndAgain(over: AbortSignal): Promise<Attempt[]> {
  const attempts: Attempt[] = [];
  while (!over.aborted) {
    const begun = Date.now();
    const isServed = await cluster.query('busy', 'SELECT count(*) FROM t').then(
      ([row]) => row?.[0] === '50000',
      () => false,
    );
    attempts.push({ begun, ended: Date.now(), isServed });
  }
  return attempts;
}

/** Runs something while people use the database; says when its swap began and ended, and whom it refused. */
async function whileInUse<T>(work: (platform: Platform) => Promise<T>) {
  const over = new AbortController();
  let began = 0;
  const logger = {
    ...made.platform.logger,
    info: (message: string) => void (began = message.includes('Putting it in place') ? Date.now() : began),
  };
  const idle = clients.stayConnected('busy');
  await clients.waitFor(1);
  const asking = Promise.all([askAgainAndAgain(over.signal), askAgainAndAgain(over.signal)]);
  const result = await work({ ...made.platform, logger });
  const ended = Date.now();
  // Who asks afterwards is served.
  while (
    await cluster.query('busy', 'SELECT 1').then(
      () => false,
      () => true,
    )
  );
  over.abort();
  const attempts = (await asking).flat();
  return { result, began, ended, attempts, idle };
}

it('people who use a database are refused and put out for the swap only, and it is told for how long', async () => {
  const during = await whileInUse((platform) =>
    restore(platform, { archive: 'latest', select: ['busy'], skipsSafetyBackup: true, confirm: async () => true }),
  );
  const { result, began, ended, attempts } = during;
  const refused = attempts.filter(({ isServed }) => !isServed);
  // All through the dump's loading and proof they were served.
  expect(attempts.filter((attempt) => attempt.ended < began).length).toBeGreaterThan(3);
  expect(refused.filter((attempt) => attempt.ended < began || attempt.begun > ended)).toEqual([]);
  const [swap] = result.carried?.swaps ?? [];
  expect(swap).toEqual({ databases: ['busy'], refusedMs: expect.any(Number) });
  expect(swap?.refusedMs).toBeGreaterThan(0);
  expect(swap?.refusedMs).toBeLessThanOrEqual(ended - began);
  expect(result.carried?.disconnected).toContain('busy: postgres (idle)');
  expect(renderRestore(result)).toMatch(/connections were refused for [\d.]+ m?s at most: busy/);
}, 60_000);

it('an undo likewise, in seconds', async () => {
  const { result, began, ended, attempts } = await whileInUse((platform) =>
    undo(platform, { confirm: async () => true }),
  );
  const refused = attempts.filter(({ isServed }) => !isServed);
  expect(refused.filter((attempt) => attempt.ended < began || attempt.begun > ended)).toEqual([]);
  expect(result.carried?.swaps).toEqual([{ databases: ['busy'], refusedMs: expect.any(Number) }]);
  expect(result.carried?.disconnected).toContain('busy: postgres (idle)');
}, 60_000);
