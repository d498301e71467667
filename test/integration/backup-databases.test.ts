import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Manifest } from '../../src/archive/manifest.ts';
import { Failure } from '../../src/logging/failure.ts';
import { backup, type BackupResult } from '../../src/operations/backup.ts';
import type { Platform } from '../../src/operations/platform.ts';
import { verify } from '../../src/operations/verify.ts';
import { createPlatform, type TestPlatform } from '../fixtures/platform.ts';
import type { PostgresCluster } from '../fixtures/postgres-cluster.ts';
import { listDescendants } from '../fixtures/processes.ts';

let one: TestPlatform;
let cluster: PostgresCluster;
beforeAll(async () => {
  one = await createPlatform({ databases: 200, files: { 'a/file': 'content' } });
  cluster = one.cluster as PostgresCluster;
});
afterAll(async () => {
  await one.stop();
});

const archives = () => readdirSync(one.vaultDirectory).filter((name) => name.startsWith('backup_full'));

/** Runs a backup that has to fail, and checks what every failed backup leaves: nothing. */
async function failBackup(platform: Platform): Promise<Failure> {
  const before = existsSync(one.vaultDirectory) ? archives() : [];
  const error: unknown = await backup(platform, { trigger: 'manual' }).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(Failure);
  const failure = error as Failure;
  expect(failure.next).not.toBe('');
  expect(`${failure.message}${failure.next}`).not.toContain(cluster.password);
  expect(archives()).toEqual(before);
  expect(readdirSync(join(one.state, 'staging'))).toEqual([]);
  expect(statSync(join(one.state, 'lock')).size).toBe(0);
  expect(listDescendants(process.pid).filter(({ commandLine }) => /pg_dump/.test(commandLine))).toEqual([]);
  return failure;
}

/** Holds a table of the app's database, so that its dump waits. */
async function holdTable(work: () => Promise<void>): Promise<void> {
  const sql = 'BEGIN; LOCK TABLE public.student IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(600);';
  const holding = cluster.query('skills_hub', sql).catch(() => undefined);
  const ask = "SELECT pid FROM pg_stat_activity WHERE query LIKE '%pg_sleep(600)%' AND pid <> pg_backend_pid()";
  let pid: string | undefined;
  for (let tries = 0; pid === undefined && tries < 200; tries++) {
    await sleep(20);
    pid = (await cluster.query('postgres', ask))[0]?.[0];
  }
  if (pid === undefined) throw new Error('the table could not be locked');
  try {
    await work();
  } finally {
    await cluster.query('postgres', `SELECT pg_terminate_backend(${pid})`);
    await holding;
  }
}

/** Empty for a program that has ended since it was listed: the other dumps come and go. */
function readEnvironment(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'latin1');
  } catch {
    return '';
  }
}

async function findDump(): Promise<number> {
  for (let waitedMs = 0; waitedMs < 20_000; waitedMs += 20) {
    const dumps = listDescendants(process.pid).filter(({ commandLine }) => /bin\/pg_dump /.test(commandLine));
    const found = dumps.find(({ pid }) => readEnvironment(pid).includes('PGDATABASE=skills_hub'));
    if (found) return found.pid;
    await sleep(20);
  }
  throw new Error('no pg_dump was started');
}

describe('a backup of which one database fails', () => {
  it('names it and what became of the others, and publishes nothing: unknown database (fault 1)', async () => {
    const platform = await one.reconfigure((yaml) => yaml.replace('database: odoo}', 'database: missing}'));
    const failure = await failBackup(platform);
    expect(failure).toMatchObject({ kind: 'source', message: expect.stringContaining('"missing"') });
    expect(failure.message).toMatch(/app: \w+.*keycloak: \w+.*mattermost: \w+/);
  });

  it('says so: wrong password (fault 1)', async () => {
    const platform = {
      ...one.platform,
      environment: { DATABASE_URL: cluster.url('postgres', 'postgres', 'wrong-canary') },
    };
    const failure = await failBackup(platform);
    expect(failure).toMatchObject({ kind: 'source', message: expect.stringMatching(/password/) });
    expect(`${failure.message}${failure.next}${one.log.join('')}`).not.toContain('wrong-canary');
  });

  it('fails where pg_dump is killed while it runs (fault 2)', async () => {
    await holdTable(async () => {
      const failing = failBackup(one.platform);
      process.kill(await findDump(), 'SIGKILL');
      const failure = await failing;
      expect(failure).toMatchObject({ kind: 'source', message: expect.stringContaining('SIGKILL') });
      expect(failure.message).toMatch(/dumps: app: \w+, keycloak: (complete|stopped)/);
    });
  });

  it('ends a dump that takes too long, and one that waits too long for a lock (faults 9, 10)', async () => {
    await holdTable(async () => {
      const slow = await one.reconfigure((yaml) =>
        yaml.replace('database: skills_hub}', 'database: skills_hub, timeout: 2s}'),
      );
      expect(await failBackup(slow)).toMatchObject({
        kind: 'source',
        message: expect.stringMatching(/"skills_hub".*longer than 2 s/),
      });
      const locked = await one.reconfigure((yaml) =>
        yaml.replace('database: skills_hub}', 'database: skills_hub, lock-wait-timeout: 1s}'),
      );
      const told = await failBackup(locked);
      expect(told).toMatchObject({
        kind: 'source',
        message: expect.stringMatching(/lock|statement timeout/),
      });
    });
  });

  it('gives a server that is down a while, and then says so (fault 8)', async () => {
    await cluster.pause();
    try {
      const begun = Date.now();
      expect(await failBackup(one.platform)).toMatchObject({
        kind: 'source',
        message: expect.stringMatching(/127\.0\.0\.1/),
      });
      expect(Date.now() - begun).toBeLessThan(90_000);
    } finally {
      await cluster.resume();
    }
  }, 120_000);

  it('waits for a server that is just starting (fault 8)', async () => {
    await cluster.pause();
    const running = backup(one.platform, { trigger: 'manual' });
    running.catch(() => undefined);
    await sleep(1000);
    await cluster.resume();
    expect(Object.keys((await running).manifest?.databases ?? {})).toHaveLength(4);
  });

  it('stops in order when it is told to, with no dump left behind', async () => {
    const stop = new AbortController();
    await holdTable(async () => {
      const failing = failBackup({ ...one.platform, signal: stop.signal });
      await findDump();
      stop.abort(new Error('ended by SIGTERM'));
      expect((await failing).message).toMatch(/interrupted|SIGTERM/);
    });
  });
});

describe('a backup of four databases', () => {
  let result: BackupResult;
  const commandLines = new Set<string>();

  beforeAll(async () => {
    const sampling = setInterval(() => {
      for (const { commandLine } of listDescendants(process.pid)) commandLines.add(commandLine);
    }, 5);
    try {
      result = await backup(one.platform, { trigger: 'nightly' });
    } finally {
      clearInterval(sampling);
    }
  });

  it('is whole, and verified by the fingerprints of every dump', async () => {
    expect(await verify(one.platform, { archive: result.archive, level: 'full' })).toMatchObject({ isSound: true });
  });

  it('dumps the databases before it walks the files, and records both times (fault 24)', () => {
    const { databases, files } = result.manifest as Manifest;
    const walked = Date.parse(files['uploads']?.walkStarted ?? '');
    for (const { started, ended } of Object.values(databases)) {
      expect(Date.parse(started)).toBeLessThanOrEqual(walked);
      expect(Date.parse(ended)).toBeGreaterThanOrEqual(Date.parse(started));
    }
    expect(Date.parse(files['uploads']?.walkEnded ?? '')).toBeGreaterThanOrEqual(walked);
  });

  it('shows the password in no argument, no log line and not in the manifest (fault 127)', () => {
    expect([...commandLines].filter((line) => /pg_dump/.test(line)).length).toBeGreaterThan(0);
    const everything = [
      ...commandLines,
      ...one.log,
      JSON.stringify(result),
      readFileSync(join(one.state, 'lock'), 'utf8'),
    ].join('\n');
    for (const secret of [cluster.password, encodeURIComponent(cluster.password)])
      expect(everything).not.toContain(secret);
  });
});

describe('what changed in the databases since the last archive', () => {
  it('is nothing where nobody wrote, whatever key pg_dump draws for psql; else the size before and now', async () => {
    const first = await backup(one.platform, { trigger: 'manual' });
    await cluster.query('keycloak', 'CREATE TABLE public.fresh AS SELECT generate_series(1, 100) AS n');
    const { changes, manifest } = await backup(one.platform, { trigger: 'manual' });
    const { app, keycloak } = changes?.databases ?? {};
    const before = first.manifest?.databases['keycloak']?.sizeBytes;
    const now = manifest?.databases['keycloak']?.sizeBytes;
    expect(changes?.since).toBe(first.archive);
    expect(app).toMatchObject({ state: 'same', sizeBytesBefore: app?.sizeBytes });
    expect(keycloak).toEqual({ state: 'changed', sizeBytesBefore: before, sizeBytes: now });
    expect(now).toBeGreaterThan(before as number);
    const fewer = await one.reconfigure((yaml) => yaml.replace(/ {2}keycloak:[^\n]*\n/, ''));
    const third = await backup(fewer, { trigger: 'manual' });
    expect(third.changes?.databases['keycloak']).toEqual({ state: 'removed', sizeBytesBefore: now });
    await cluster.query('keycloak', 'DROP TABLE public.fresh');
  });
});

describe('the databases of a server', () => {
  it('are all dumped with `database: all`, whatever their names (fault 23)', async () => {
    await cluster.query('postgres', 'CREATE DATABASE "odd/na me é" TEMPLATE template0');
    const platform = await one.reconfigure((yaml) =>
      yaml.replace(/ {2}app:[\s\S]*? {2}mattermost:[^\n]*/, '  odoo: {url-env: DATABASE_URL, database: all}'),
    );
    const { manifest, warnings, archive } = await backup(platform, { trigger: 'manual' });
    const databases = Object.values(manifest?.databases ?? {}).map(({ database }) => database);
    expect(databases.sort()).toEqual(
      ['keycloak', 'mattermost', 'odd/na me é', 'odoo', 'postgres', 'skills_hub'].filter(
        (name) => name !== 'postgres' || databases.includes(name),
      ),
    );
    for (const { dump } of Object.values(manifest?.databases ?? {})) expect(dump).toMatch(/^db\/odoo\.[\w%.-]+\.sql$/);
    expect(warnings.filter((text) => text.includes('not backed up'))).toEqual([]);
    expect(await verify(platform, { archive, level: 'full' })).toMatchObject({ isSound: true });
  });

  it('are named in a warning where nobody configured them (fault 23)', async () => {
    const platform = await one.reconfigure((yaml) => yaml);
    const { warnings, conditions } = await backup(platform, { trigger: 'manual' });
    // What is so every night is no warning of this one.
    expect(warnings.join()).not.toMatch(/security fixes|share nothing/);
    expect(new Set(conditions).size).toBe(conditions.length);
    expect(warnings.filter((text) => text.includes('not backed up'))).toEqual([
      expect.stringContaining('"odd/na me é"'),
    ]);
  });

  it('are not touched where the variable with their connection string is not set: it is named', async () => {
    const platform = { ...one.platform, environment: {} };
    expect(await failBackup(platform)).toMatchObject({
      kind: 'config',
      message: expect.stringContaining('DATABASE_URL'),
    });
  });
});
