import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import { dumpWhole } from '../fixtures/dump-database.ts';
import { openClients, type PostgresClients } from '../fixtures/postgres-clients.ts';
import { startPostgresCluster, type PostgresCluster } from '../fixtures/postgres-cluster.ts';
import { connectByUrl } from '../../src/sources/postgres/by-url.ts';
import { dropDatabases, listOwnDatabases } from '../../src/sources/postgres/forget-databases.ts';
import { inspectDatabase } from '../../src/sources/postgres/inspect.ts';
import { keptNameOf, stagedNameOf } from '../../src/sources/postgres/own-names.ts';
import { checkStaged, createStaged, finishStaged, loadStaged } from '../../src/sources/postgres/restore-database.ts';
import type { PostgresServer, StartedTool } from '../../src/sources/postgres/server.ts';
import { swapDatabases } from '../../src/sources/postgres/swap-databases.ts';

const lives = ['one', 'two "é"'];
type DatabaseSwap = (typeof swaps)[number];
const swaps = lives.map((live) => ({
  live,
  staged: stagedNameOf(live, 'r1'),
  kept: keptNameOf(live, 'r1'),
}));
const quote = (name: string) => `"${name.replaceAll('"', '""')}"`;

let cluster: PostgresCluster;
let server: PostgresServer;
let clients: PostgresClients;

beforeAll(async () => {
  cluster = await startPostgresCluster({ settings: { max_prepared_transactions: '2' } });
  server = connectByUrl(cluster.url());
  clients = openClients(cluster);
  for (const live of lives) await cluster.query('postgres', `CREATE DATABASE ${quote(live)} TEMPLATE template0;`);
});
afterAll(() => cluster.stop());
beforeEach(async () => {
  const facts = await inspectDatabase(server, 'one');
  for (const { staged } of swaps) {
    const record = { ...facts, database: staged } as Parameters<typeof createStaged>[0]['record'];
    await createStaged({ server, record, staged });
    await finishStaged({ server, record, staged });
  }
});
afterEach(async () => {
  await clients.end();
  await dropDatabases({ server, names: (await listOwnDatabases(server)).map(({ name }) => name) });
});

/** Oids by name, in one snapshot; only of the databases that the swap is about. */
async function readOids(): Promise<Record<string, string>> {
  const rows = await cluster.query('postgres', `SELECT datname, oid FROM pg_database WHERE oid > 16383 ORDER BY 1`);
  return Object.fromEntries(rows as [string, string][]);
}

/** The same server, whose psql is changed as it is started. */
function alter(change: (tool: StartedTool, count: number) => void): PostgresServer {
  let count = 0;
  return {
    ...server,
    start(tool, args, options) {
      const started = server.start(tool, args, options);
      if (tool === 'psql') change(started, count++);
      return started;
    },
  };
}

function expectNew(before: Record<string, string>, after: Record<string, string>): void {
  for (const { live, staged, kept } of swaps) {
    expect([after[live], after[kept], after[staged]]).toEqual([before[staged], before[live], undefined]);
  }
}

describe('a swap of several databases', () => {
  it('ends connections, says whose, and closes the old databases (faults 120)', async () => {
    const before = await readOids();
    clients.stayConnected('one');
    clients.stayConnected('one');
    const aside = clients.stayConnected('postgres');
    await clients.waitFor(3);
    const { disconnected, refusedMs, ...result } = await swapDatabases({ server, swaps });
    expect(refusedMs).toBeGreaterThan(0);
    expect(result).toEqual({ swapped: lives, alreadyDone: [] });
    const who = { database: 'one', user: 'postgres', application: 'idle' };
    expect(disconnected).toEqual([who, who]);
    expectNew(before, await readOids());
    const [state] = await cluster.query(
      'postgres',
      `SELECT string_agg(datname || datistemplate || datallowconn, ',' ORDER BY datname) FROM pg_database WHERE oid > 16383`,
    );
    const expected = [...swaps.map(({ kept }) => `${kept}truefalse`), 'onefalsetrue', 'two "é"falsetrue'];
    expect(state?.[0]?.split(',').sort()).toEqual(expected.sort());
    expect(aside.exitCode).toBeNull();

    // Again: nothing happens to whoever is connected by now.
    const later = clients.stayConnected('one');
    await clients.waitFor(2);
    expect(await swapDatabases({ server, swaps })).toMatchObject({ swapped: [], alreadyDone: lives, disconnected: [] });
    await sleep(100);
    expect(later.exitCode).toBeNull();
  });

  it('succeeds against clients that connect again and again', async () => {
    const before = await readOids();
    for (const sql of ['SELECT 1', 'SELECT pg_sleep(60)', 'SELECT pg_sleep(60)'])
      clients.connectAgainAndAgain('one', sql);
    clients.connectAgainAndAgain('two "é"', 'SELECT pg_sleep(0.01)');
    await clients.waitFor(3);
    const { swapped, disconnected } = await swapDatabases({ server, swaps });
    expect(swapped).toEqual(lives);
    expect(disconnected.length).toBeGreaterThan(0);
    expectNew(before, await readOids());
  });

  it('ends who slipped in between the end of connections and the rename', async () => {
    const before = await readOids();
    clients.stayConnected('one');
    await clients.waitFor(1);
    const late = alter(({ stdin }, count) => {
      const end = stdin.end.bind(stdin) as (text: string) => StartedTool['stdin'];
      // As if the connection had come right after the first look.
      if (count === 0)
        stdin.end = ((text: string) => end(text.replace('pg_terminate_backend(a.pid)', 'false'))) as typeof stdin.end;
    });
    const result = await swapDatabases({ server: late, swaps, attempts: 1 });
    expect(result.disconnected).toEqual([{ database: 'one', user: 'postgres', application: 'idle' }]);
    expectNew(before, await readOids());
  });

  it('leaves all as they were, and says who is in the way, where one cannot be renamed', async () => {
    const before = await readOids();
    await cluster.query('two "é"', `BEGIN; CREATE TABLE t (); PREPARE TRANSACTION 'open';`);
    await expect(swapDatabases({ server, swaps, attempts: 1 })).rejects.toThrow(
      /stayed in use through 1 attempts.*prepared/,
    );
    expect(await readOids()).toEqual(before);
    await cluster.query('two "é"', `ROLLBACK PREPARED 'open';`);
    expect((await swapDatabases({ server, swaps })).swapped).toEqual(lives);
  });

  it('changes nothing where one of them is not what was restored', async () => {
    const [first, second] = swaps as [DatabaseSwap, DatabaseSwap];
    await dropDatabases({ server, names: [second.staged] });
    const before = await readOids();
    const gone = { ...second, stagedOid: 1 };
    await expect(swapDatabases({ server, swaps: [first, gone] })).rejects.toThrow(
      /is gone, and "two "é"" is not what was/,
    );
    await expect(swapDatabases({ server, swaps: [{ ...first, stagedOid: 1 }] })).rejects.toThrow(
      /is not the one that was restored/,
    );
    await expect(swapDatabases({ server, swaps: [{ ...first, staged: 'two "é"' }] })).rejects.toThrow(
      /no names of a restore/,
    );
    await cluster.query('postgres', `CREATE DATABASE ${quote(first.kept)} IS_TEMPLATE true;`);
    await expect(swapDatabases({ server, swaps: [first] })).rejects.toThrow(/already exists/);
    await dropDatabases({ server, names: [first.kept] });
    expect(await readOids()).toEqual(before);
  });

  it('takes a name that no database had', async () => {
    const live = 'three';
    const { staged } = swaps[0] as DatabaseSwap;
    const swap = { live, staged, kept: keptNameOf(live, 'r1') };
    const oid = Number((await readOids())[staged]);
    expect((await swapDatabases({ server, swaps: [swap] })).swapped).toEqual([live]);
    expect((await swapDatabases({ server, swaps: [{ ...swap, stagedOid: oid }] })).alreadyDone).toEqual([live]);
    await cluster.query('postgres', 'DROP DATABASE three;');
  });

  it('brings back what a drop that was killed has closed already', async () => {
    const before = await readOids();
    for (const { staged } of swaps)
      await cluster.query('postgres', `ALTER DATABASE ${quote(staged)} IS_TEMPLATE false ALLOW_CONNECTIONS false;`);
    expect((await swapDatabases({ server, swaps })).swapped).toEqual(lives);
    expectNew(before, await readOids());
    expect(await cluster.query('one', 'SELECT 1')).toEqual([['1']]);
  });

  it('is wholly done or not at all, whenever its psql is killed (faults 119)', async () => {
    const before = await readOids();
    const renameBack = swaps.flatMap(({ live, staged, kept }) => [
      `ALTER DATABASE ${quote(live)} RENAME TO ${quote(staged)}; ALTER DATABASE ${quote(staged)} IS_TEMPLATE true;`,
      `ALTER DATABASE ${quote(kept)} RENAME TO ${quote(live)}; ALTER DATABASE ${quote(live)} ALLOW_CONNECTIONS true IS_TEMPLATE false;`,
    ]);
    let done = 0;
    let undone = 0;
    for (let delayMs = 5; delayMs < 3000 && done < 3; delayMs += Math.ceil(delayMs / 12)) {
      const deadly = alter((tool) => void setTimeout(() => tool.kill('SIGKILL'), delayMs));
      await swapDatabases({ server: deadly, swaps, attempts: 1 }).catch(() => undefined);
      const after = await readOids();
      if (after['one'] === before['one']) {
        undone++;
        expect(after).toEqual(before);
      } else {
        done++;
        expectNew(before, after);
        expect((await swapDatabases({ server, swaps })).alreadyDone).toEqual(lives);
        await cluster.query('postgres', `BEGIN; ${renameBack.join('\n')} COMMIT;`);
      }
    }
    expect(Math.min(done, undone)).toBeGreaterThan(0);
    expect((await swapDatabases({ server, swaps })).swapped).toEqual(lives);
  });
});

describe('dropping what is kept', () => {
  it('refuses whatever is not ours', async () => {
    const [{ staged }] = swaps as [DatabaseSwap];
    await expect(dropDatabases({ server, names: ['one'] })).rejects.toThrow(/not ours by its name/);
    await cluster.query('postgres', `ALTER DATABASE ${quote(staged)} IS_TEMPLATE false ALLOW_CONNECTIONS true;`);
    await expect(dropDatabases({ server, names: [staged] })).rejects.toThrow(/opened by somebody/);
    await cluster.query('postgres', `ALTER DATABASE ${quote(staged)} ALLOW_CONNECTIONS false;`);
    // As a killed drop leaves it.
    expect(await dropDatabases({ server, names: [staged, staged] })).toEqual({ dropped: [staged] });
  });
});

it('a user that may create databases, and no more, restores its own', async () => {
  const password = 'se:cret';
  await cluster.query(
    'postgres',
    `CREATE ROLE tenant LOGIN CREATEDB PASSWORD '${password}'; CREATE DATABASE tenancy OWNER tenant TEMPLATE template0;
     ALTER DATABASE tenancy SET work_mem TO '5MB'; GRANT CONNECT ON DATABASE tenancy TO tenant WITH GRANT OPTION;`,
  );
  const tenant = connectByUrl(cluster.url('tenancy', 'tenant', password));
  await cluster.query(
    'tenancy',
    `SET ROLE tenant; CREATE TABLE t (v text); INSERT INTO t VALUES ('a'); SELECT lo_create(7);`,
  );
  const { record, chunks } = await dumpWhole(tenant, 'tenancy');
  const swap = { live: 'tenancy', staged: stagedNameOf('tenancy', 'r2'), kept: keptNameOf('tenancy', 'r2') };
  await createStaged({ server: tenant, record, staged: swap.staged });
  await loadStaged({ server: tenant, staged: swap.staged, chunks });
  expect(await checkStaged({ server: tenant, staged: swap.staged, record })).toEqual([]);
  await finishStaged({ server: tenant, record, staged: swap.staged });
  expect((await swapDatabases({ server: tenant, swaps: [swap] })).swapped).toEqual(['tenancy']);
  expect(await inspectDatabase(tenant, 'tenancy')).toMatchObject({
    owner: 'tenant',
    settings: record.settings,
    acl: record.acl,
  });
  expect((await dropDatabases({ server: tenant, names: [swap.kept] })).dropped).toEqual([swap.kept]);
});
