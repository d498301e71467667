import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';

import { writeClientScripts } from '../fixtures/client-scripts.ts';
import { dumpWhole } from '../fixtures/dump-database.ts';
import { startPostgresCluster, type PostgresCluster } from '../fixtures/postgres-cluster.ts';
import { writeAppSchema } from '../fixtures/schemas/app.ts';
import { Failure } from '../../src/logging/failure.ts';
import { silent } from '../../src/logging/logger.ts';
import { connectByUrl } from '../../src/sources/postgres/by-url.ts';
import { dumpDatabase } from '../../src/sources/postgres/dump.ts';
import type { PostgresServer, StartedTool } from '../../src/sources/postgres/server.ts';

let cluster: PostgresCluster;
let server: PostgresServer;
beforeAll(async () => {
  cluster = await startPostgresCluster();
  server = connectByUrl(cluster.url());
  await cluster.query('postgres', 'CREATE DATABASE app;');
  await cluster.query('app', writeAppSchema(20_000));
});
afterAll(() => cluster.stop());

async function catchFailure(promise: Promise<unknown>): Promise<Failure> {
  const caught: unknown = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(caught instanceof Failure)) throw new Error(`no Failure, but ${String(caught)}`);
  expect(caught.next).not.toBe('');
  expect(`${caught.message} ${caught.next} ${caught.stack}`).not.toContain(cluster.password);
  return caught;
}

/** Dumps with pg_dump replaced by a script; `$REAL` is the real one. */
async function dumpWithScript(script: string, options: Parameters<typeof dumpWhole>[2] = {}) {
  const scripts = writeClientScripts(cluster.binaries, { pg_dump: script });
  const scripted = connectByUrl(cluster.url(), { toolsDirectory: scripts.directory });
  return dumpWhole(scripted, 'app', options).finally(scripts.remove);
}

async function countClients(): Promise<number> {
  const count = `SELECT count(*) FROM pg_stat_activity WHERE application_name = 'continuity-test' AND backend_type = 'client backend'`;
  return Number((await cluster.query('postgres', count))[0]?.[0]);
}

async function waitForNoClients(): Promise<void> {
  for (let turn = 0; turn < 100 && (await countClients()) > 0; turn++) await sleep(50);
  expect(await countClients()).toBe(0);
}

/** Longer than a table is held. */
const patient = { lockTimeoutMs: 60_000 };

/** Works while a table is locked, so that no dump can be done. */
async function whileHeld(work: () => Promise<void>): Promise<void> {
  const hold = `SET application_name = 'holder'; BEGIN; LOCK TABLE public.student; SELECT pg_sleep(120);`;
  const held = cluster.query('app', hold).catch(() => undefined);
  const ask = (what: string) => `SELECT ${what} FROM pg_stat_activity WHERE application_name = 'holder'`;
  const isHeld = async () => (await cluster.query('postgres', ask('wait_event'))).flat().includes('PgSleep');
  for (let turn = 0; turn < 400 && !(await isHeld()); turn++) await sleep(25);
  try {
    await work();
  } finally {
    await cluster.query('postgres', ask('pg_terminate_backend(pid)'));
    await held;
  }
}

describe('a dump that must fail', () => {
  it('says so for a wrong password and an unknown database, without the password (faults 1)', async () => {
    const wrong = connectByUrl(cluster.url('app', 'postgres', 'wrong secret'));
    const refused = await catchFailure(dumpWhole(wrong, 'app'));
    expect(refused.kind).toBe('source');
    expect(refused.message).toMatch(/database "app" on 127.0.0.1:\d+: .*password authentication failed/);
    expect(refused.message).not.toContain('wrong secret');
    expect((await catchFailure(dumpWhole(server, 'nowhere'))).message).toMatch(/database "nowhere" does not exist/);
  });

  it('is incomplete where pg_dump is killed midway (faults 2)', async () => {
    let child: StartedTool | undefined;
    const watched: PostgresServer = {
      ...server,
      start(tool, args, options) {
        const started = server.start(tool, args, options);
        if (tool === 'pg_dump' && args[0] !== '--version') child = started;
        return started;
      },
    };
    const dump = dumpDatabase({
      server: watched,
      database: 'app',
      dump: 'app',
      source: 'app',
      applicationName: 'continuity-test',
      log: silent,
    });
    const read = async () => {
      for await (const chunk of dump.chunks) if (chunk.length > 0) child?.kill('SIGKILL');
    };
    const failure = await catchFailure(read());
    expect(failure.message).toMatch(/dump of database "app" .* incomplete: pg_dump was ended by SIGKILL/);
    expect(await catchFailure(dump.finished)).toBe(failure);
  });

  it.each([10, 5_000, 1_000_000])(
    'is incomplete where its output is cut after %d bytes, with status 0 (faults 5)',
    async (size) => {
      const failure = await catchFailure(dumpWithScript(`"$REAL" "$@" | head -c ${size}`));
      expect(failure.message).toMatch(/dump of database "app" .* is cut off/);
    },
  );

  // As `docker exec` in front of a pg_dump that is inside: either may end without the other.
  it('is incomplete where pg_dump goes on after the client in front of it was killed (fault 3)', async () => {
    const script = `pipe=$(mktemp -u); mkfifo "$pipe"; "$REAL" "$@" >"$pipe" 2>/dev/null &
(sleep 0.3; rm "$pipe"; kill -KILL $$) >/dev/null 2>&1 &
exec cat "$pipe"`;
    await whileHeld(async () => {
      const failure = await catchFailure(dumpWithScript(script, patient));
      expect(failure.message).toMatch(/incomplete: pg_dump was ended by SIGKILL/);
    });
    await waitForNoClients();
  });

  it.each([
    [137, /137/],
    [0, /cut off/],
  ])(
    'is incomplete where pg_dump is killed behind a client that goes on and ends with %d (fault 3)',
    async (status, expected) => {
      const script = `"$REAL" "$@" & pid=$!; sleep 0.3; kill -KILL $pid; wait $pid 2>/dev/null; exit ${status}`;
      await whileHeld(async () => {
        expect((await catchFailure(dumpWithScript(script, patient))).message).toMatch(expected);
      });
      await waitForNoClients();
    },
  );

  it('is none where a terminal in between has changed its line ends (fault 12)', async () => {
    const failure = await catchFailure(dumpWithScript(`"$REAL" "$@" | sed 's/$/\\r/'`));
    expect(failure.message).toMatch(/dump of database "app" .* is cut off/);
  });

  it('is a failure where pg_dump writes nothing, with status 0', async () => {
    expect((await catchFailure(dumpWithScript('exit 0'))).message).toMatch(/cut off/);
  });

  it('names the tables of the catalogue that it lacks', async () => {
    const failure = await catchFailure(
      dumpWithScript('exec "$REAL" "$@" --exclude-table=student --exclude-table-data=cache'),
    );
    expect(failure.message).toMatch(/lacks the rows of public.cache, public.student$/);
  });

  it('refuses a client older than the server', async () => {
    const scripts = writeClientScripts(cluster.binaries, { pg_dump: '' });
    writeFileSync(`${scripts.directory}/pg_dump`, '#!/bin/sh\necho "pg_dump (PostgreSQL) 9.6.24"\n');
    const old = connectByUrl(cluster.url(), { toolsDirectory: scripts.directory });
    const failure = await catchFailure(dumpWhole(old, 'app').finally(scripts.remove));
    expect(failure.message).toMatch(/pg_dump 9.6.24 is older than the server/);
  });

  it('does not wait for a lock longer than it may (faults 9)', async () => {
    const lock = cluster
      .query('app', `SET application_name = 'locker'; BEGIN; LOCK TABLE public.student; SELECT pg_sleep(20);`)
      .catch(() => undefined);
    await sleep(300);
    const failure = await catchFailure(dumpWhole(server, 'app', { lockTimeoutMs: 400 }));
    expect(failure.message).toMatch(/database "app".*canceling statement due to/);
    expect(failure.next).toMatch(/lock/);
    await cluster.query(
      'postgres',
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'locker'`,
    );
    await lock;
    await waitForNoClients();
  });
});

describe('a slow or silent server', () => {
  it('is reported by a heartbeat, and given up after the time limit (faults 10)', async () => {
    const lines: string[] = [];
    const log = { ...silent, info: (line: string) => void lines.push(line) };
    const begun = Date.now();
    const limits = { log, heartbeatMs: 200, timeoutMs: 1500 };
    const failure = await catchFailure(dumpWithScript('echo "-- begun"; exec sleep 60', limits));
    expect(failure.message).toMatch(/took longer than 1.5 s/);
    expect(Date.now() - begun).toBeLessThan(8000);
    expect(lines.length).toBeGreaterThan(2);
    expect(lines[0]).toMatch(/database "app" .* nothing from pg_dump for \d+ s \(9 bytes in \d+ s\), still waiting/);
  });

  it('ends pg_dump on abort, also where nobody reads', async () => {
    const controller = new AbortController();
    const dump = dumpDatabase({
      server,
      database: 'app',
      dump: 'app',
      source: 'app',
      applicationName: 'continuity-test',
      log: silent,
      signal: controller.signal,
    });
    await dump.started;
    expect(await countClients()).toBe(1);
    controller.abort();
    expect((await catchFailure(dump.finished)).message).toMatch(/interrupted/);
    await waitForNoClients();
  });

  it('says that pg_dump has its snapshot while the dump is still being read', async () => {
    const dump = dumpDatabase({
      server,
      database: 'app',
      dump: 'app',
      source: 'app',
      applicationName: 'continuity-test',
      log: silent,
    });
    const reading = dump.chunks[Symbol.asyncIterator]();
    // Asked for before there is anything, as whoever packs it does.
    await reading.next();
    await dump.started;
    await expect(reading.next()).resolves.toMatchObject({ done: false });
    await reading.return?.();
    await waitForNoClients();
  });

  it('ends pg_dump where its reader stops', async () => {
    const dump = dumpDatabase({
      server,
      database: 'app',
      dump: 'app',
      source: 'app',
      applicationName: 'continuity-test',
      log: silent,
    });
    for await (const chunk of dump.chunks) if (chunk.length > 0) break;
    expect((await catchFailure(dump.finished)).message).toMatch(/given up/);
    await waitForNoClients();
  });

  it('holds its snapshot while nobody reads', async () => {
    const dump = dumpDatabase({
      server,
      database: 'app',
      dump: 'app',
      source: 'app',
      applicationName: 'continuity-test',
      log: silent,
    });
    await dump.started;
    await cluster.query('app', `INSERT INTO public.nothing_yet VALUES (1); CREATE TABLE public.later (id int);`);
    let size = 0;
    for await (const chunk of dump.chunks) size += chunk.length;
    const { record } = await dump.finished;
    expect(record.sizeBytes).toBe(size);
    expect(record.fingerprints.tables['public.nothing_yet']?.rows).toBe(0);
    expect(record.fingerprints.tables).not.toHaveProperty('public.later');
    await cluster.query('app', 'DELETE FROM public.nothing_yet; DROP TABLE public.later;');
  });

  it('is awaited while it starts, for a bounded time (faults 8)', async () => {
    await cluster.pause();
    const failure = await catchFailure(dumpWhole(server, 'app', { retryForMs: 600 }));
    expect(failure.message).toMatch(/[Cc]onnection refused/);
    expect(failure.next).toMatch(/Start the server/);
    const pending = dumpWhole(server, 'app', { retryForMs: 20_000 });
    await sleep(400);
    await cluster.resume();
    expect((await pending).record.database).toBe('app');
  });
});

it('keeps what pg_dump says while it succeeds (faults 4)', async () => {
  const { record, warnings } = await dumpWithScript('echo "pg_dump: warning: something odd" >&2; exec "$REAL" "$@"');
  expect(record.messages).toEqual(['pg_dump: warning: something odd']);
  expect(warnings).toContain('database "app": pg_dump: warning: something odd');
});

it('shows no password in the arguments of its programs', async () => {
  const { record } = await dumpWithScript(
    `case "$*" in *p@ss*|*p%40ss*) exit 9;; esac; [ -n "$PGPASSWORD" ] || exit 8; exec "$REAL" "$@"`,
  );
  expect(record.clientVersion).toMatch(/^\d+\.\d+/);
});
