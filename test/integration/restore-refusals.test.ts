import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { PathChoice } from '../../src/archive/path-choice.ts';
import { backup } from '../../src/operations/backup.ts';
import { extractArchive } from '../../src/operations/extract.ts';
import { forget } from '../../src/operations/forget.ts';
import { list } from '../../src/operations/list.ts';
import { restore, type RestoreOptions } from '../../src/operations/restore.ts';
import { verify } from '../../src/operations/verify.ts';
import { withLock } from '../../src/operations/with-lock.ts';
import { describeTree } from '../fixtures/describe-tree.ts';
import { createPlatform, type TestPlatform } from '../fixtures/platform.ts';
import { startPostgresCluster, type PostgresCluster } from '../fixtures/postgres-cluster.ts';

let cluster: PostgresCluster;
let made: TestPlatform;
let archive: string;
const precious = randomBytes(400_000);
// An extension of this file's own: other tests use those of the server at the same time. No path: nobody may put any there.
const extension = `continuity_${randomBytes(4).toString('hex')}`;
const isRoot = process.getuid?.() === 0;
let extensionPath = '';

beforeAll(async () => {
  cluster = await startPostgresCluster();
  await cluster.query('postgres', "CREATE ROLE owner LOGIN PASSWORD 'old'; CREATE DATABASE shop OWNER owner");
  await cluster.query('shop', "CREATE TABLE t AS SELECT 'archived' AS v");
  if (isRoot) extensionPath = await makeExtension();
  made = await createPlatform({
    files: { 'a/precious': precious, 'a/other': 'other', 'b/plain': 'plain' },
    cluster,
    databaseLines: { shop: '{url-env: DATABASE_URL, database: shop}' },
  });
  archive = (await backup(made.platform, { trigger: 'nightly' })).archive;
}, 120_000);
afterAll(async () => {
  await made.stop();
  await cluster.stop();
  for (const end of ['.control', '--1.sql']) if (isRoot) rmSync(`${extensionPath}${end}`, { force: true });
});
afterEach(async () => {
  await forget(made.platform, { confirm: async () => true });
});

async function makeExtension(): Promise<string> {
  const [[share = ''] = []] = await cluster.query('postgres', "SELECT setting FROM pg_config WHERE name = 'SHAREDIR'");
  const path = join(share, 'extension', extension);
  writeFileSync(`${path}--1.sql`, '');
  writeFileSync(`${path}.control`, "default_version = '1'\n");
  await cluster.query('shop', `CREATE EXTENSION ${extension}`);
  return path;
}

const run = (options: Partial<RestoreOptions> = {}) =>
  restore(made.platform, { archive, confirm: async () => true, skipsSafetyBackup: true, ...options });

/** All that a restore could touch, as text: files, databases, roles, what lies in the state directory. */
async function look(): Promise<string> {
  const databases = await cluster.query('postgres', 'SELECT datname, oid FROM pg_database ORDER BY 1');
  const rows = await cluster.query('shop', 'TABLE t');
  const roles = await cluster.query('postgres', 'SELECT rolname, rolpassword FROM pg_authid ORDER BY 1');
  const left = ['restore', 'kept', 'staging'].flatMap((name) => {
    const folder = join(made.state, name);
    return existsSync(folder) ? readdirSync(folder) : [];
  });
  const own = readdirSync(made.uploads).sort();
  return JSON.stringify([
    databases,
    rows,
    roles,
    left,
    own,
    lstatSync(made.uploads, { bigint: true }).mtimeNs.toString(),
    describeTree(made.uploads),
  ]);
}

async function expectUntouched(attempt: () => Promise<unknown>): Promise<void> {
  const before = await look();
  await attempt();
  expect(await look()).toBe(before);
  expect(existsSync(join(made.state, 'restore-journal.json'))).toBe(false);
}

async function spoil(): Promise<void> {
  await cluster.query('shop', "UPDATE t SET v = 'spoilt'");
  writeFileSync(join(made.uploads, 'a/precious'), 'spoilt');
  writeFileSync(join(made.uploads, 'extra'), 'extra');
}

describe('a restore that does not come about changes nothing', () => {
  beforeAll(spoil);

  it('as a dry run', () =>
    expectUntouched(async () => {
      const { plan, done } = await run({ dryRun: true });
      expect(done).toBe(false);
      expect(plan.files[0]).toMatchObject({ replace: 1 + 1, remove: 1 });
      expect(plan.databases).toHaveLength(1);
    }));

  it('where it is declined, or the question fails', () =>
    expectUntouched(async () => {
      expect((await run({ confirm: async () => false })).done).toBe(false);
      await expect(run({ confirm: () => Promise.reject(new Error('no terminal')) })).rejects.toThrow('no terminal');
    }));

  it('where the safety backup fails', () =>
    expectUntouched(async () => {
      const platform = await made.reconfigure((yaml) => yaml.replace('shop}', 'shop, lock-wait-timeout: 1s}'));
      const locked = cluster.query('shop', 'BEGIN; LOCK TABLE t; SELECT pg_sleep(4); COMMIT');
      const attempt = restore(platform, { archive, confirm: async () => true });
      await expect(attempt).rejects.toThrow(/safety backup before the restore failed/);
      await locked;
    }));

  (isRoot ? it : it.skip)('where an extension is missing on the server: only root can add one here', async () => {
    renameSync(`${extensionPath}.control`, `${extensionPath}.away`);
    try {
      await expectUntouched(() =>
        expect(run()).rejects.toThrow(new RegExp(`extension ${extension} .* is not installed`)),
      );
    } finally {
      renameSync(`${extensionPath}.away`, `${extensionPath}.control`);
    }
  });

  it('where Docker cannot tell which services use it; the plan is shown all the same', () =>
    expectUntouched(async () => {
      const project = await made.reconfigure((yaml) => `${yaml}compose: {}\n`);
      const environment = { ...project.environment, DOCKER_HOST: 'unix:///nowhere/docker.sock' };
      const options = { archive, confirm: async () => true, skipsSafetyBackup: true };
      const refusal = /^which services use it, and must stop, cannot be told: .*[Dd]ocker/;
      const { plan } = await restore({ ...project, environment }, { ...options, dryRun: true });
      expect(plan).toMatchObject({ files: [{ remove: 1 }], refusals: [expect.stringMatching(refusal)] });
      await expect(restore({ ...project, environment }, options)).rejects.toMatchObject({ kind: 'refused' });
    }));

  it('where the archive is damaged in what is needed; what is not, still restores', async () => {
    const path = join(made.vaultDirectory, archive);
    const sound = readFileSync(path);
    const offset = sound.indexOf(precious.subarray(1000, 1032));
    expect(offset).toBeGreaterThan(0);
    const damaged = Buffer.from(sound);
    damaged.writeUInt8((damaged[offset] ?? 0) ^ 0x10, offset);
    chmodSync(path, 0o640);
    writeFileSync(path, damaged);
    try {
      await expectUntouched(() =>
        expect(run()).rejects.toMatchObject({
          next: expect.stringMatching(
            /^Nothing live was changed\. .*\(all but "uploads"\) with --select \(in a workflow the input select\)/,
          ),
        }),
      );
      const { done } = await run({ select: ['shop'] });
      expect(done).toBe(true);
      // Who approves a plan learns what the vault knows.
      expect(await verify(made.platform, { archive, level: 'full' })).toMatchObject({ isSound: false });
      const { plan } = await run({ dryRun: true });
      expect(plan.warnings[0]).toMatch(`a verification found ${archive} damaged`);
      expect(await cluster.query('shop', 'TABLE t')).toEqual([['archived']]);
      expect(readFileSync(join(made.uploads, 'a/precious'), 'utf8')).toBe('spoilt');
    } finally {
      writeFileSync(path, sound);
      chmodSync(path, 0o440);
    }
    expect(await verify(made.platform, { archive, level: 'full' })).toMatchObject({ isSound: true });
  });

  it('while a backup runs: it says who is at it', () =>
    withLock({ ...made.platform, holder: 'nightly backup' }, () =>
      expect(run()).rejects.toThrow(/held by nightly backup/),
    ));

  it('into a folder of its own, which must be empty', async () => {
    const directory = join(made.directory, 'target');
    await expectUntouched(async () => {
      await extractArchive(made.platform, { archive, directory });
      await expect(extractArchive(made.platform, { archive, directory })).rejects.toMatchObject({ kind: 'refused' });
    });
    expect(readFileSync(join(directory, 'uploads/a/precious')).equals(precious)).toBe(true);
    expect(readFileSync(join(directory, 'db/shop.sql'), 'utf8')).toContain('archived');
  });
});

describe('a single path', () => {
  it('comes back alone, into an empty folder', async () => {
    const directory = join(made.directory, 'single');
    const result = await extractArchive(made.platform, {
      archive,
      directory,
      paths: PathChoice.parse(['uploads/a/precious']),
    });
    expect(result).toMatchObject({ entries: 1, bytes: precious.length });
    expect(readFileSync(join(directory, 'uploads/a/precious')).equals(precious)).toBe(true);
    expect(readdirSync(directory)).toEqual(['uploads']);
  });

  it('is refused where the archive holds nothing there', async () => {
    const directory = join(made.directory, 'nothing');
    for (const path of ['uploads/a/prec', 'upload', 'uploads/*/absent']) {
      const paths = PathChoice.parse([path]);
      await expect(extractArchive(made.platform, { archive, directory, paths })).rejects.toMatchObject({
        kind: 'usage',
        message: `${archive} holds nothing at "${path}"`,
      });
    }
  });
});

describe('a restore that does', () => {
  it('backs up first, is not mistaken for the latest, ends connections and leaves rotated passwords', async () => {
    await spoil();
    await cluster.query('postgres', "ALTER ROLE owner PASSWORD 'rotated'");
    const ask = () => cluster.query('postgres', "SELECT rolpassword FROM pg_authid WHERE rolname = 'owner'");
    const rotated = await ask();
    const over = new AbortController();
    const client = (async () => {
      while (!over.signal.aborted) await cluster.query('shop', 'SELECT pg_sleep(20)').catch(() => []);
    })();
    const { safety, carried } = await run({ archive: 'latest', skipsSafetyBackup: false });
    over.abort();
    await cluster.query(
      'postgres',
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(20)%' AND pid <> pg_backend_pid()",
    );
    await client;
    expect(safety?.manifest?.trigger).toBe('safety');
    expect(carried?.disconnected.join()).toContain('shop: postgres');
    expect(await cluster.query('shop', 'TABLE t')).toEqual([['archived']]);
    expect(readFileSync(join(made.uploads, 'a/precious')).equals(precious)).toBe(true);
    expect(await ask()).toEqual(rotated);
    // The safety backup is newer, but holds what somebody wanted to be rid of.
    expect((await run({ archive: 'latest', dryRun: true })).plan.archive).toBe(archive);
    const inSafety = await run({ archive: safety?.archive ?? '', dryRun: true });
    expect(inSafety.plan.files[0]).toMatchObject({ add: 1 });
    expect(JSON.stringify(await list(made.platform))).toContain(safety?.archive);
  });

  it('goes where database and role are missing', async () => {
    await cluster.query('postgres', 'DROP DATABASE shop');
    await cluster.query('postgres', 'DROP ROLE owner');
    const { createdRoles } = await run({ skipsSafetyBackup: false });
    expect(createdRoles).toEqual(['shop: owner']);
    expect(await cluster.query('shop', 'TABLE t')).toEqual([['archived']]);
    expect(
      await cluster.query('postgres', "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = 'shop'"),
    ).toEqual([['owner']]);
  });
});

describe('records of what is kept, changed by somebody', () => {
  it.each([
    ['a folder elsewhere', { files: [{ source: 'uploads', root: '/tmp', kept: '/tmp/victim' }] }],
    [
      'a path that leads out',
      { files: [{ source: 'uploads', root: '/tmp', kept: '/tmp/.continuity-kept-20260101000000-abcdef/../x' }] },
    ],
    ['a database of somebody', { databases: [{ source: 'shop', live: 'shop', kept: 'shop' }] }],
  ])('are not followed: %s', async (_name, change) => {
    const id = '20260101000000-abcdef';
    const record = { id, archive, since: '2026-01-01T00:00:00Z', databases: [], files: [], ...change };
    mkdirSync(join(made.state, 'kept'), { recursive: true });
    const path = join(made.state, 'kept', `${id}.json`);
    writeFileSync(path, JSON.stringify(record));
    await expect(forget(made.platform, { confirm: async () => true })).rejects.toMatchObject({ kind: 'refused' });
    rmSync(path);
    const journal = { version: 1, phase: 'staging', holder: 'x', started: 'x', ...record };
    writeFileSync(join(made.state, 'restore-journal.json'), JSON.stringify(journal));
    await expect(forget(made.platform, { confirm: async () => true })).rejects.toMatchObject({ kind: 'refused' });
    rmSync(join(made.state, 'restore-journal.json'));
    expect(await cluster.query('shop', 'TABLE t')).toEqual([['archived']]);
  });
});
