import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { backup } from '../../src/operations/backup.ts';
import { forget } from '../../src/operations/forget.ts';
import { restoreTables, type RestoreTablesResult } from '../../src/operations/restore-tables.ts';
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
    const { plan, made: tables, fetchedBytes, id } = await bring(['app.public.portfolio']);
    const name = `portfolio_restored_${archive.slice(12, 22).replaceAll('-', '')}`;
    expect(plan.tables).toMatchObject([
      { archivedRows: 501, live: { rows: 500, isEstimate: false }, does: 'beside', into: `public.${name}` },
    ]);
    expect(tables).toMatchObject([{ table: `public.${name}`, rows: 501 }]);
    expect(id).toBeUndefined();
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
});
