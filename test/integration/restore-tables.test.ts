import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { DatabaseRecord } from '../../src/archive/manifest.ts';
import { ArchiveReader } from '../../src/operations/archive-reader.ts';
import { IndexCache } from '../../src/operations/backup/base-index.ts';
import { serverOf } from '../../src/operations/connect-server.ts';
import { openVault } from '../../src/operations/open-vault.ts';
import { resolveArchive } from '../../src/operations/resolve-archive.ts';
import { findMade } from '../../src/operations/restore/find-made.ts';
import type { RestoreJournal } from '../../src/operations/restore/journal.ts';
import { readRates } from '../../src/operations/restore/rates-file.ts';
import { stageTables } from '../../src/operations/restore/stage-tables.ts';
import { dropDatabases } from '../../src/sources/postgres/forget-databases.ts';
import { stagedNameOf } from '../../src/sources/postgres/own-names.ts';
import { backup } from '../../src/operations/backup.ts';
import { forget } from '../../src/operations/forget.ts';
import { restoreAs } from '../../src/operations/restore-as.ts';
import { restoreTables, type RestoreTablesResult } from '../../src/operations/restore-tables.ts';
import { status } from '../../src/operations/status.ts';
import { undo } from '../../src/operations/undo.ts';
import { createPlatform, type TestPlatform } from '../fixtures/platform.ts';
import { startPostgresCluster, type PostgresCluster } from '../fixtures/postgres-cluster.ts';

const schema = `
  CREATE TYPE mood AS ENUM ('calm', 'glad');
  CREATE SCHEMA "École";
  CREATE TABLE student (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL, feels mood);
  CREATE TABLE portfolio (
    id serial PRIMARY KEY, student int NOT NULL REFERENCES student (id), title text, price numeric(10,2), at timestamptz,
    doubled numeric GENERATED ALWAYS AS (price * 2) STORED, body bytea, UNIQUE (student, title));
  CREATE INDEX portfolio_title ON portfolio (title);
  CREATE TABLE page (portfolio int REFERENCES portfolio (id) ON DELETE CASCADE, number int, PRIMARY KEY (portfolio, number));
  CREATE TABLE "École"."Weird.Table ""x""" ("Id" int PRIMARY KEY, "select" text COLLATE "C");
  CREATE TABLE told (what text);
  CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO public.told VALUES (TG_OP); RETURN NULL; END $$;
  CREATE TRIGGER tells AFTER INSERT OR UPDATE OR DELETE ON portfolio FOR EACH ROW EXECUTE FUNCTION tell();
  CREATE VIEW titles AS SELECT title FROM portfolio;
  CREATE ROLE reader; GRANT SELECT ON portfolio TO reader;
  ALTER TABLE portfolio DISABLE TRIGGER tells;
  INSERT INTO student (name, feels) SELECT 'student ' || i, (ARRAY['calm', 'glad']::mood[])[1 + i % 2] FROM generate_series(1, 50) i;
  INSERT INTO portfolio (student, title, price, at, body) SELECT 1 + i % 50, E'title\\t\\\\. ' || i, i / 3.0, '2026-01-01'::timestamptz + i * interval '1 hour', decode(repeat(md5(i::text), 20), 'hex') FROM generate_series(1, 500) i;
  INSERT INTO portfolio (student, title, body) VALUES (1, 'large', decode(repeat('00ff', 1000000), 'hex'));
  ALTER TABLE portfolio ENABLE TRIGGER tells;
  INSERT INTO page SELECT 1 + i % 500, i FROM generate_series(1, 1000) i;
  INSERT INTO "École"."Weird.Table ""x""" VALUES (1, 'un'), (2, NULL);
  CREATE TABLE ballast AS SELECT i, md5(i::text) || md5((i * 7)::text) AS v FROM generate_series(1, 60000) i;
  CREATE TABLE parted (id int) PARTITION BY HASH (id);
  CREATE TABLE part0 PARTITION OF parted FOR VALUES WITH (MODULUS 1, REMAINDER 0);
  INSERT INTO parted VALUES (1);`;

let cluster: PostgresCluster;
let made: TestPlatform;
let archive: string;
let sizeBytes: number;

beforeAll(async () => {
  cluster = await startPostgresCluster();
  await cluster.query('postgres', 'CREATE DATABASE app TEMPLATE template0');
  await cluster.query('app', schema);
  made = await createPlatform({ cluster, databaseLines: { app: '{url-env: DATABASE_URL, database: app}' } });
  ({ archive, sizeBytes } = await backup(made.platform, { trigger: 'nightly' }));
  await cluster.query('postgres', 'CREATE DATABASE pristine TEMPLATE app');
}, 120_000);
afterAll(async () => {
  await made.stop();
  await cluster.stop();
});

beforeEach(async () => {
  await forget(made.platform, { confirm: async () => true });
  await cluster.query('postgres', 'DROP DATABASE app WITH (FORCE)');
  await cluster.query('postgres', 'CREATE DATABASE app TEMPLATE pristine');
});

const bring = (tables: string[], isInPlace = false): Promise<RestoreTablesResult> =>
  restoreTables(made.platform, { archive, tables, isInPlace, confirm: async () => true, skipsSafetyBackup: true });
const read = async (sql: string): Promise<string> =>
  (await cluster.query('app', sql)).map((row) => row.join('|')).join('\n');
const all = (table: string): Promise<string> =>
  read(`SELECT md5(string_agg(t::text, ',' ORDER BY t::text)) FROM ${table} t`);
const relations = (): Promise<string> =>
  read(
    `SELECT relname, relkind, relacl, obj_description(oid) FROM pg_class WHERE relnamespace IN ('public'::regnamespace, '"École"'::regnamespace) ORDER BY 1`,
  );
const databases = (): Promise<string[][]> =>
  cluster.query('postgres', "SELECT datname FROM pg_database WHERE datname LIKE 'continuity%'");

describe('a table beside the live one', () => {
  it('has the rows of the archive, generated ones too, and the live one is not touched', async () => {
    const before = await all('portfolio');
    await cluster.query(
      'app',
      "UPDATE portfolio SET title = 'lost ' || id WHERE id < 100; DELETE FROM portfolio WHERE id = 400",
    );
    const spoilt = await all('portfolio');
    const { plan, made: tables, steps, fetchedBytes, id } = await bring(['app.public.portfolio']);
    const name = `portfolio_restored_${archive.slice(12, 22).replaceAll('-', '')}`;
    expect(plan.tables).toMatchObject([
      { archivedRows: 501, live: { rows: 500, isEstimate: false }, does: 'beside', into: `public.${name}` },
    ]);
    expect(tables).toMatchObject([{ table: `public.${name}`, rows: 501 }]);
    expect(id).toBeUndefined();
    expect(plan.estimate.steps.map(({ step }) => step)).toEqual(['databases', 'swap']);
    expect(steps.map(({ step }) => step)).toEqual(['plan', 'databases', 'swap']);
    const { databases: noted } = await readRates(made.state);
    expect(noted.once?.measured).toBe(1);
    expect(await all(name)).toBe(before);
    expect(await all('portfolio')).toBe(spoilt);
    expect(fetchedBytes).toBeLessThan(sizeBytes / 10);
    expect(await databases()).toEqual([]);
    expect(await read(`SELECT count(*) FROM pg_constraint WHERE conrelid = '${name}'::regclass`)).toBe('0');
    const [, insert = ''] = tables[0]?.examples ?? [];
    await cluster.query('app', insert);
    expect(await read('SELECT count(*) FROM portfolio')).toBe('501');
    const again = await bring(['app.public.portfolio']);
    expect(again.made).toMatchObject([{ table: `public.${name}_2` }]);
  });

  it('takes names as PostgreSQL writes them', async () => {
    const { made: tables } = await bring(['app."École"."Weird.Table ""x"""', 'app.PUBLIC.Student']);
    expect(tables.map(({ rows }) => rows)).toEqual([2, 50]);
    expect(await all(tables[0]?.table ?? '')).toBe(await all('"École"."Weird.Table ""x"""'));
  });
});

describe('tables of two databases beside the live ones', () => {
  it('are all staged before any is made', async () => {
    for (const name of ['one', 'two']) {
      await cluster.query('postgres', `CREATE DATABASE ${name}`);
      await cluster.query(name, "CREATE TYPE mood AS ENUM ('calm'); CREATE TABLE t AS SELECT 'calm'::mood AS feels");
    }
    const databaseLines = {
      one: '{url-env: DATABASE_URL, database: one}',
      two: '{url-env: DATABASE_URL, database: two}',
    };
    const other = await createPlatform({ cluster, databaseLines });
    try {
      await backup(other.platform, { trigger: 'nightly' });
      await cluster.query('two', 'DROP TYPE mood CASCADE');
      const tables = ['one.public.t', 'two.public.t'];
      const asked = restoreTables(other.platform, { archive: 'latest', tables, confirm: async () => true });
      const next = expect.stringContaining('Nothing live was changed');
      await expect(asked).rejects.toMatchObject({ kind: 'refused', next });
      expect(await cluster.query('one', "SELECT relname FROM pg_class WHERE relname LIKE 't_restored%'")).toEqual([]);
      expect(await databases()).toEqual([]);
      // A type that does not take the rows is told by the transaction alone.
      await cluster.query('two', 'CREATE TYPE mood AS ENUM ()');
      const late = restoreTables(other.platform, { archive: 'latest', tables, confirm: async () => true });
      const there = expect.stringMatching(/the new table public\.t_restored_\d+ of database "one" is there: use it/);
      await expect(late).rejects.toMatchObject({ next: there });
    } finally {
      await other.stop();
      for (const name of ['one', 'two']) await cluster.query('postgres', `DROP DATABASE ${name} WITH (FORCE)`);
    }
  });
});

describe('what an unfinished restore had made', () => {
  const said = (makes: RestoreJournal['makes'], platform = made.platform): Promise<string[]> =>
    findMade(platform, { makes } as RestoreJournal);

  it('is told by its number, or its comment: not what somebody else gave that name', async () => {
    const [[oid = ''] = []] = await cluster.query('postgres', "SELECT oid FROM pg_database WHERE datname = 'app'");
    const database = { source: 'app', database: 'app' };
    expect(await said([database, { ...database, oid: 1 }])).toEqual([]);
    expect(await said([{ ...database, oid: Number(oid) }])).toEqual([
      expect.stringContaining('the new database "app"'),
    ]);
    await cluster.query('app', "COMMENT ON TABLE student IS 'ours'");
    const table = { schema: 'public', name: 'student' };
    expect(await said([{ ...database, table: { ...table, comment: 'other' } }])).toEqual([]);
    expect(await said([{ ...database, table: { ...table, comment: 'ours' } }])).toHaveLength(1);
  });

  it('is asked for once where a server is lost', async () => {
    const url = new URL(cluster.url());
    url.port = '1';
    const environment = { ...made.platform.environment, DATABASE_URL: url.href };
    const places = ['one', 'two'].map((name) => ({ source: 'app', database: name, oid: 1 }));
    expect(await said(places, { ...made.platform, environment })).toEqual([
      expect.stringMatching(/^whether the new database "one", the new database "two" .* cannot be told/),
    ]);
  }, 20_000);
});

describe('a table in place', () => {
  it('gets its rows back, keys hold, triggers stay silent, and what it held is kept', async () => {
    const before = await all('portfolio');
    await cluster.query(
      'app',
      "UPDATE portfolio SET title = 'lost ' || id; DELETE FROM told; SELECT setval('portfolio_id_seq', 3)",
    );
    const spoilt = await all('portfolio');
    const { replaced, lockedMs, id } = await bring(['app.public.portfolio'], true);
    expect(await all('portfolio')).toBe(before);
    expect(replaced).toEqual([
      { schema: 'public', name: 'portfolio', replaced: 501, rows: 501, sequences: ['public.portfolio_id_seq = 501'] },
    ]);
    expect(lockedMs).toBeGreaterThan(0);
    expect(await read('SELECT count(*) FROM told')).toBe('0');
    expect(await read('SELECT count(*) FROM page')).toBe('1000');
    const [kept = ''] = (
      await read("SELECT relname FROM pg_class WHERE relname LIKE 'continuity_kept_%' AND relkind = 'r'")
    ).split('\n');
    expect(await all(kept)).toBe(spoilt);
    expect(await databases()).toEqual([]);
    expect((await forget(made.platform, { ids: [id ?? ''], confirm: async () => true })).forgotten).toHaveLength(1);
    expect(await relations()).not.toContain('continuity');
  });

  it('is made anew where it was dropped, with all that belonged to it', async () => {
    const [before, rows] = [await relations(), await all('portfolio')];
    const keys = `SELECT conrelid::regclass, conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE contype = 'f' ORDER BY conname`;
    const foreign = await read(keys);
    await cluster.query('app', 'DROP TABLE portfolio CASCADE');
    const { replaced, notes } = await bring(['app.public.portfolio'], true);
    expect(replaced).toMatchObject([{ replaced: 0, rows: 501 }]);
    expect(notes).toEqual([expect.stringContaining('view public.titles')]);
    expect(await all('portfolio')).toBe(rows);
    expect(await read(keys)).toBe(foreign);
    await cluster.query('app', 'CREATE VIEW titles AS SELECT title FROM portfolio');
    await forget(made.platform, { confirm: async () => true });
    expect(await relations()).toBe(before);
    expect(await read("INSERT INTO portfolio (student, title) VALUES (1, 'next') RETURNING id")).toBe('502');
    expect(await read('SELECT count(*) FROM told')).toBe('1');
  });

  it('is known to be replaced, and kept, though nobody can look at its database from then on', async () => {
    await cluster.query(
      'app',
      `DROP TABLE portfolio CASCADE;
       CREATE FUNCTION shut() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN
         UPDATE pg_database SET datallowconn = false WHERE datname = 'app'; END $$;
       CREATE EVENT TRIGGER shuts ON ddl_command_end WHEN TAG IN ('ALTER TABLE') EXECUTE FUNCTION shut();
       ALTER EVENT TRIGGER shuts ENABLE ALWAYS;`,
    );
    const { replaced, id } = await bring(['app.public.portfolio'], true);
    expect(await cluster.query('postgres', "SELECT datallowconn FROM pg_database WHERE datname = 'app'")).toEqual([
      ['f'],
    ]);
    await cluster.query('postgres', "UPDATE pg_database SET datallowconn = true WHERE datname = 'app'");
    expect(replaced).toMatchObject([{ rows: 501 }]);
    expect((await status(made.platform)).kept.map((kept) => kept.id)).toEqual([id]);
  });

  it('is left alone where a foreign key would not hold', async () => {
    await cluster.query('app', 'DELETE FROM page; DELETE FROM portfolio; DELETE FROM student WHERE id = 7');
    const before = await relations();
    await expect(bring(['app.public.portfolio'], true)).rejects.toMatchObject({
      kind: 'refused',
      message: expect.stringMatching(
        /foreign key portfolio_student_fkey would not hold: a row of public.portfolio has student = 7/,
      ),
      next: expect.stringContaining('Nothing'),
    });
    expect(await relations()).toBe(before);
    expect(await databases()).toEqual([]);
    const both = await bring(['app.public.portfolio', 'app.public.student'], true);
    expect(both.replaced.map(({ rows }) => rows)).toEqual([501, 50]);
  });

  it('goes back and forth with undo: rows, and a table that was made anew', async () => {
    const before = await all('portfolio');
    await cluster.query(
      'app',
      "UPDATE portfolio SET title = 'later ' || id; INSERT INTO student (name) VALUES ('later')",
    );
    const later = await all('portfolio');
    await bring(['app.public.portfolio'], true);
    const { kept } = await status(made.platform);
    expect(kept[0]?.tables?.[0]?.sizeBytes).toBeGreaterThan(100_000);
    const first = await undo(made.platform, { confirm: async () => true });
    expect(first.tables?.tables).toMatchObject([{ name: 'portfolio', rows: 501, replaced: 501 }]);
    expect(await all('portfolio')).toBe(later);
    await undo(made.platform, { confirm: async () => true });
    expect(await all('portfolio')).toBe(before);
    await forget(made.platform, { confirm: async () => true });
    await cluster.query('app', 'DROP TABLE portfolio CASCADE');
    const gone = await relations();
    await bring(['app.public.portfolio'], true);
    const key = "SELECT count(*) FROM pg_constraint WHERE conname = 'page_portfolio_fkey'";
    await undo(made.platform, { confirm: async () => true });
    expect([await read("SELECT to_regclass('portfolio') IS NULL"), await read(key)]).toEqual(['t', '0']);
    await undo(made.platform, { confirm: async () => true });
    expect([await all('portfolio'), await read(key)]).toEqual([before, '1']);
    await undo(made.platform, { confirm: async () => true });
    await forget(made.platform, { confirm: async () => true });
    expect(await relations()).toBe(gone);
  });

  it('is in no backup with what is kept of it, and waits for whoever holds a lock', async () => {
    const sql = "SET application_name = 'the application'; BEGIN; LOCK TABLE portfolio; SELECT pg_sleep(2)";
    const holding = cluster.query('app', sql);
    const { replaced } = await bring(['app.public.portfolio'], true);
    await holding;
    expect(replaced).toMatchObject([{ rows: 501 }]);
    const { manifest } = await backup(made.platform, { trigger: 'manual' });
    const names = Object.keys(manifest?.databases['app']?.fingerprints.tables ?? {});
    expect(names.filter((name) => name.includes('continuity'))).toEqual([]);
    expect(names).toContain('public.portfolio');
  });
});

describe('what is refused before anything is touched', () => {
  it('a table that the archive does not hold, with what is near', async () => {
    const next = expect.stringContaining('app.public.student');
    await expect(bring(['app.public.studnt'])).rejects.toMatchObject({ kind: 'usage', next });
  });

  it.each([
    ['a view', 'DROP TABLE portfolio CASCADE; CREATE VIEW portfolio AS SELECT 1', 'portfolio', /is a view/],
    ['a partition', '', 'part0', /is a partition/],
    [
      'other columns',
      'DROP VIEW titles; ALTER TABLE portfolio ALTER title TYPE varchar(50)',
      'portfolio',
      /columns of public.portfolio do not fit: title is character varying\(50\) there, text in what/,
    ],
    ['triggers that fire always', 'ALTER TABLE portfolio ENABLE ALWAYS TRIGGER tells', 'portfolio', /always .*tells/],
  ])('in place of %s', async (_what, change, table, said) => {
    await cluster.query('app', change);
    const before = await relations();
    const message = expect.stringMatching(said);
    await expect(bring([`app.public.${table}`], true)).rejects.toMatchObject({ kind: 'refused', message });
    expect(await relations()).toBe(before);
    expect(await databases()).toEqual([]);
  });

  it('beside, where the live database has no such type', async () => {
    await cluster.query('app', 'DROP TABLE student CASCADE; DROP TYPE mood');
    const message = expect.stringContaining('feels (public.mood)');
    await expect(bring(['app.public.student'])).rejects.toMatchObject({ kind: 'refused', message });
  });
});

describe('an archive of an earlier version, which does not say where rows lie', () => {
  it('is read through, and gives the same', async () => {
    const vault = await openVault(made.platform, 'reader');
    try {
      const cache = new IndexCache(made.platform.config.state);
      const reader = await ArchiveReader.open(vault, cache, resolveArchive(archive, await vault.status()));
      const record = (await reader.manifest()).databases['app'] as DatabaseRecord;
      delete record.fingerprints.structure;
      const server = await serverOf(made.platform, 'app');
      const staged = stagedNameOf('app', 'older');
      const tables = [{ schema: 'public', table: 'portfolio' }];
      const shared = { platform: made.platform, archive: reader, server, key: 'app', record, tables, staged };
      const whole = await stageTables({ ...shared, hasTail: true });
      expect(reader.fetchedBytes).toBeGreaterThan(sizeBytes / 2);
      const keys = whole.foreignKeys.map(({ constraint }) => constraint).sort();
      expect(keys).toEqual(['page_portfolio_fkey', 'portfolio_student_fkey']);
      const digest = "SELECT md5(string_agg(t::text, ',' ORDER BY t::text)) FROM portfolio t";
      expect(await cluster.query(staged, digest)).toEqual(await cluster.query('app', digest));
      await dropDatabases({ server, names: [staged] });
    } finally {
      await vault.close();
    }
  });
});

describe('one dump under another name', () => {
  it('is proven, and an ordinary database then', async () => {
    const before = await all('portfolio');
    const asked = { archive, as: 'app_january', confirm: async () => true };
    const { plan, done } = await restoreAs(made.platform, { ...asked, dryRun: true });
    expect([plan.isBackedUp, done]).toEqual([false, false]);
    expect(plan.estimate.totalMs).toBeGreaterThan(0);
    await restoreAs(made.platform, asked);
    const digest = "SELECT md5(string_agg(t::text, ',' ORDER BY t::text)) FROM portfolio t";
    expect(await cluster.query('app_january', digest)).toEqual([[before]]);
    const message = expect.stringContaining('already');
    await expect(restoreAs(made.platform, asked)).rejects.toMatchObject({ kind: 'refused', message });
    expect(await databases()).toEqual([]);
    await cluster.query('postgres', 'DROP DATABASE app_january');
  });

  it('never takes a name that a source backs up, and needs no server but its own', async () => {
    const { config } = made.platform;
    const [app] = config.databases;
    if (!app) throw new Error('no source');
    const lost = {
      ...app,
      name: 'lost',
      database: 'all',
      reach: { by: 'url', url: { from: 'environment', variable: 'NOT_SET' } },
    } as const;
    const platform = { ...made.platform, config: { ...config, databases: [...config.databases, lost] } };
    const asked = { archive, dryRun: true, confirm: async () => true };
    const { plan: own } = await restoreAs(platform, { ...asked, as: 'app' });
    expect(own.refusals).toEqual([expect.stringContaining('the database of databases.app')]);
    const { plan } = await restoreAs(platform, { ...asked, as: 'app_january' });
    expect([plan.refusals, plan.isBackedUp]).toEqual([[], false]);
  });

  it('or the rows of a table alone', async () => {
    const tables = ['app.public.student'];
    await restoreAs(made.platform, { archive, as: 'Only "it"', tables, confirm: async () => true });
    const counts = 'SELECT (SELECT count(*) FROM student), (SELECT count(*) FROM portfolio)';
    expect(await cluster.query('Only "it"', counts)).toEqual([['50', '0']]);
    await cluster.query('postgres', 'DROP DATABASE "Only ""it"""');
  });
});
