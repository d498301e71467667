import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { backup } from '../../src/operations/backup.ts';
import { serverOf } from '../../src/operations/connect-server.ts';
import { forget } from '../../src/operations/forget.ts';
import { restoreAs } from '../../src/operations/restore-as.ts';
import { refuseInPlace } from '../../src/operations/restore/refuse-in-place.ts';
import { restoreTables, type RestoreTablesResult } from '../../src/operations/restore-tables.ts';
import { requireRecreatable } from '../../src/sources/postgres/dump-table.ts';
import { runStream } from '../../src/sources/postgres/run-stream.ts';
import { readTableGround } from '../../src/sources/postgres/table-facts.ts';
import { undo } from '../../src/operations/undo.ts';
import { createPlatform, type TestPlatform } from '../fixtures/platform.ts';
import { startPostgresCluster, type PostgresCluster } from '../fixtures/postgres-cluster.ts';

const schema = `
  CREATE TABLE student (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text);
  CREATE TABLE portfolio (id serial PRIMARY KEY, student int REFERENCES student (id), title text, UNIQUE (student, title));
  CREATE TABLE page (portfolio int REFERENCES portfolio (id), number int);
  CREATE TABLE parted (id int) PARTITION BY LIST (id);
  CREATE TABLE part1 PARTITION OF parted FOR VALUES IN (1);
  CREATE ROLE analyst;
  CREATE ROLE owner LOGIN PASSWORD 'pw' CREATEDB;
  INSERT INTO student (name) SELECT 'student ' || i FROM generate_series(1, 10) i;
  INSERT INTO portfolio (student, title) SELECT i, 'title ' || i FROM generate_series(1, 9) i;
  INSERT INTO page SELECT i, 1 FROM generate_series(1, 9) i;`;
const confirm = async (): Promise<boolean> => true;

let cluster: PostgresCluster;
let made: TestPlatform;
let archive: string;

beforeAll(async () => {
  cluster = await startPostgresCluster();
  await cluster.query('postgres', 'CREATE DATABASE app TEMPLATE template0');
  await cluster.query('app', schema);
  made = await createPlatform({ cluster, databaseLines: { app: '{url-env: DATABASE_URL, database: app}' } });
  ({ archive } = await backup(made.platform, { trigger: 'nightly' }));
  await cluster.query('postgres', 'CREATE DATABASE pristine TEMPLATE app');
}, 120_000);
afterAll(async () => {
  await made.stop();
  await cluster.stop();
});

beforeEach(async () => {
  await forget(made.platform, { confirm });
  await cluster.query('postgres', 'DROP DATABASE app WITH (FORCE)');
  await cluster.query('postgres', 'CREATE DATABASE app TEMPLATE pristine');
});

const bring = (table: string, isInPlace = true): Promise<RestoreTablesResult> =>
  restoreTables(made.platform, {
    archive,
    tables: [`app.public.${table}`],
    isInPlace,
    confirm,
    skipsSafetyBackup: true,
  });
const read = async (sql: string): Promise<string> =>
  (await cluster.query('app', sql)).map((row) => row.join('|')).join('\n');

describe('the undo of a table that was made anew', () => {
  it('is refused while something would go with it', async () => {
    await cluster.query('app', 'DROP TABLE portfolio CASCADE');
    await bring('portfolio');
    await cluster.query(
      'app',
      `CREATE VIEW titles AS SELECT title FROM portfolio;
      CREATE TABLE child () INHERITS (portfolio);
      CREATE TABLE holder (p portfolio);
      CREATE TABLE other (id int DEFAULT nextval('portfolio_id_seq'));
      CREATE FUNCTION count_all() RETURNS bigint BEGIN ATOMIC SELECT count(*) FROM portfolio; END`,
    );
    await expect(undo(made.platform, { confirm })).rejects.toMatchObject({
      kind: 'refused',
      message: expect.stringContaining(
        'column p of table public.holder, default value for column id of table public.child, default value for column id of table public.other, function public.count_all(), table public.child, view public.titles depends on table public.portfolio',
      ),
    });
    expect(await read('SELECT count(*) FROM portfolio')).toBe('9');
  });

  it('leaves nothing of it that holds others, or that is in the way of a new one', async () => {
    const names = `SELECT c.relname, c.relkind FROM pg_class c WHERE relnamespace = 'public'::regnamespace
      UNION ALL SELECT conname, contype FROM pg_constraint WHERE contype = 'f' UNION ALL SELECT stxname, NULL FROM pg_statistic_ext ORDER BY 1`;
    const before = await read(names);
    const statistics = 'CREATE STATISTICS counted ON student, title FROM portfolio';
    await cluster.query('app', 'DROP TABLE portfolio CASCADE');
    await bring('portfolio');
    await cluster.query('app', statistics);
    const { id = '' } = await undo(made.platform, { confirm });
    await cluster.query('app', 'DELETE FROM student WHERE id = 10; BEGIN; DELETE FROM student; ROLLBACK');
    await bring('portfolio');
    await cluster.query('app', statistics);
    expect(await read("SELECT pg_get_serial_sequence('portfolio', 'id')")).toBe('public.portfolio_id_seq');
    await undo(made.platform, { confirm });
    await undo(made.platform, { id, confirm });
    await forget(made.platform, { confirm });
    expect(await read(names)).toBe(`counted|\n${before}`);
    expect(await read('INSERT INTO portfolio (student) VALUES (1) RETURNING id')).toBe('10');
  });
});

describe('the undo of two tables that were made anew together', () => {
  it('takes both out of the way, and brings both back', async () => {
    await cluster.query('app', 'DROP TABLE page, portfolio');
    const tables = ['app.public.page', 'app.public.portfolio'];
    await restoreTables(made.platform, { archive, tables, isInPlace: true, confirm, skipsSafetyBackup: true });
    const keys = "SELECT conname FROM pg_constraint WHERE contype = 'f' ORDER BY 1";
    const before = await read(keys);
    await undo(made.platform, { confirm });
    expect(await read("SELECT to_regclass('page'), to_regclass('portfolio')")).toBe('|');
    await undo(made.platform, { confirm });
    expect(await read('SELECT (SELECT count(*) FROM page), (SELECT count(*) FROM portfolio)')).toBe('9|9');
    expect(await read(keys)).toBe(before);
  });
});

describe('a kept table that a view shows', () => {
  it('is in the backup with it, which can be restored, and is named', async () => {
    await bring('portfolio');
    const kept = await read("SELECT relname FROM pg_class WHERE relname LIKE 'continuity_kept_%' AND relkind = 'r'");
    await cluster.query('app', `CREATE VIEW kept_titles AS SELECT title FROM ${kept}`);
    const second = await backup(made.platform, { trigger: 'manual' });
    expect(JSON.stringify(second)).toContain(
      `${kept}, which a restore keeps, is in the backup as well, since view public.kept_titles`,
    );
    await restoreAs(made.platform, { archive: second.archive, as: 'copy', confirm });
    expect(await cluster.query('copy', 'SELECT count(*) FROM kept_titles')).toEqual([['9']]);
    await cluster.query('postgres', 'DROP DATABASE copy');
    await cluster.query('app', 'DROP VIEW kept_titles');
  });
});

describe('a new table beside the live one', () => {
  it('is for its owner alone, whatever default privileges say', async () => {
    await cluster.query('app', 'ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO analyst, PUBLIC');
    const { made: tables } = await bring('portfolio', false);
    const may = await read(`SELECT has_table_privilege('analyst', '${tables[0]?.table}', 'SELECT')`);
    expect([tables[0]?.rows, may]).toEqual([9, 'f']);
  });
});

describe('a missing table that cannot be made anew alone', () => {
  it('is refused where it is a partition', async () => {
    await cluster.query('app', 'DROP TABLE part1');
    const message = expect.stringContaining('it is a partition');
    await expect(bring('part1')).rejects.toMatchObject({ kind: 'refused', message });
    expect(await read("SELECT to_regclass('part1') IS NULL")).toBe('t');
  });

  it('is refused where pg_dump cannot tell its name from another', async () => {
    const lines = ['ENCODING LATIN1', "LC_COLLATE 'C'", "LC_CTYPE 'C'"].join(' ');
    await cluster.query('postgres', `CREATE DATABASE latin TEMPLATE template0 ${lines}`);
    await cluster.query('latin', 'CREATE TABLE "é1" (); CREATE TABLE "à1" (); CREATE TABLE "é2" ()');
    const server = await serverOf(made.platform, 'app');
    const source = { server, database: 'latin', schema: 'public', columns: [] };
    const message = expect.stringContaining('public.à1');
    await expect(requireRecreatable({ ...source, table: 'é1' })).rejects.toMatchObject({ kind: 'refused', message });
    await requireRecreatable({ ...source, table: 'é2' });
  });
});

describe('an undo that does not fit any more', () => {
  const refused = async (message: RegExp, next = /./): Promise<void> => {
    await expect(undo(made.platform, { confirm })).rejects.toMatchObject({
      message: expect.stringMatching(message),
      next: expect.stringMatching(next),
    });
  };
  const kept = /"public"."continuity_kept_portfolio_[0-9a-f]{12}" \(INSERT … SELECT\)/;

  it('names the kept rows, and nothing that an undo does not have', async () => {
    await bring('portfolio');
    await cluster.query('app', 'TRUNCATE page, portfolio; DELETE FROM student WHERE id = 7');
    await refused(/portfolio_student_fkey would not hold: .* has student = 7,/, kept);
    await cluster.query('app', 'DROP TABLE page, portfolio');
    await refused(new RegExp(`table public.portfolio is gone.*${kept.source}`));
    await cluster.query('app', 'CREATE VIEW portfolio AS SELECT 1');
    await refused(new RegExp(`it is a view there: its rows are in ${kept.source}`));
  });

  it('names the kept table where a key of it cannot be made again', async () => {
    await cluster.query('app', 'DROP TABLE portfolio CASCADE');
    await bring('portfolio');
    await undo(made.platform, { confirm });
    await cluster.query('app', 'DELETE FROM student WHERE id = 7');
    await refused(/portfolio_student_fkey .*Key \(student\)=\(7\) is not present/, kept);
  });
});

it('what a transaction of ours raises is told with all its lines, what others raise as theirs', async () => {
  const server = await serverOf(made.platform, 'app');
  const raise = (message: string): Promise<unknown> => {
    async function* script(): AsyncGenerator<Buffer, void, undefined> {
      yield Buffer.from(`DO $$ BEGIN RAISE EXCEPTION USING MESSAGE = E'${message}', DETAIL = 'more'; END $$;`);
    }
    return runStream(script(), { server, database: 'app', what: 'trying' });
  };
  await expect(raise('two\\nlines | Mend it.')).rejects.toMatchObject({
    kind: 'refused',
    message: 'trying: two\nlines',
    next: 'Nothing was changed. Mend it.',
  });
  await expect(raise('frozen')).rejects.toMatchObject({
    kind: 'source',
    message: 'trying failed: ERROR:  frozen (DETAIL:  more)',
  });
});

describe('an undo of replaced rows', () => {
  it('is refused in its plan where columns have changed since, and says where the rows are', async () => {
    await bring('portfolio');
    await cluster.query('app', 'ALTER TABLE portfolio ADD COLUMN added int, ALTER title TYPE varchar(50)');
    const { plan } = await undo(made.platform, { dryRun: true, confirm });
    expect(plan.refusals).toEqual([
      expect.stringMatching(
        /title is character varying\(50\) there, text in what is kept; added is new there; its rows are in "public"."continuity_kept_/,
      ),
    ]);
  });
});

describe('a user who is no superuser', () => {
  it('takes back what was made anew, and does not let rules fire', async () => {
    await cluster.query(
      'app',
      `ALTER DATABASE app OWNER TO owner; ALTER SCHEMA public OWNER TO owner;
      ALTER TABLE student OWNER TO owner; ALTER TABLE portfolio OWNER TO owner; ALTER TABLE page OWNER TO owner;
      ALTER TABLE parted OWNER TO owner; ALTER TABLE part1 OWNER TO owner;
      CREATE TABLE told (what text); ALTER TABLE told OWNER TO owner;
      CREATE RULE tells AS ON DELETE TO told DO ALSO SELECT 1`,
    );
    const { platform } = made;
    const environment = { ...platform.environment, DATABASE_URL: cluster.url('app', 'owner', 'pw') };
    const plain = { ...platform, environment };
    const ground = await readTableGround(await serverOf(plain, 'app'), 'app', 'public', 'told');
    expect(refuseInPlace(ground, 'owner')).toEqual([expect.stringContaining('tells')]);
    const own = await backup(plain, { trigger: 'manual' });
    await cluster.query('app', 'DROP TABLE portfolio CASCADE');
    const tables = ['app.public.portfolio'];
    const asked = { archive: own.archive, tables, isInPlace: true, skipsSafetyBackup: true, confirm };
    await restoreTables(plain, asked);
    await undo(plain, { confirm });
    expect(await read("SELECT to_regclass('portfolio') IS NULL")).toBe('t');
    await undo(plain, { confirm });
    expect(await read('SELECT count(*) FROM portfolio')).toBe('9');
    await undo(plain, { confirm });
  });
});
