import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { maskHeader } from '../../src/archive/foreign-entries.ts';
import { parseTocLine } from '../../src/archive/toc-line.ts';
import { surveyDump } from '../../src/sources/postgres/survey-dump.ts';
import { surveyArchive } from '../../src/vault/store/survey-archive.ts';
import { hostileTars, rawMember, rawPax, rawTar } from '../fixtures/hostile-tar.ts';

async function* once(...pieces: Buffer[]): AsyncGenerator<Buffer> {
  yield* pieces;
}

const survey = (bytes: Buffer) =>
  surveyArchive({
    name: 'the archive',
    bytes: once(bytes),
    sizeBytes: bytes.length,
    surveyDump,
    now: () => new Date(),
  });
const file = (name: string, body = 'x', changes = {}): Buffer => rawMember({ name, ...changes }, body);
const folder = (name: string): Buffer => rawMember({ name, type: '5', mode: 0o755 });

const dumpText = (body: string, end = '-- PostgreSQL database dump complete\n'): string =>
  [
    '--\n-- PostgreSQL database dump\n--\n',
    '-- Dumped from database version 14.2 (Debian 14.2-1)\n-- Dumped by pg_dump version 14.3\n',
    "SET client_encoding = 'UTF8';",
    body,
    `--\n${end}--\n`,
  ].join('\n');
const look = (text: string) => surveyDump(once(Buffer.from(text)));

describe('the survey of an archive of the former script', () => {
  it('has all entries, sorted bytewise, with what they hold and the folders that are only implied', async () => {
    const bytes = gzipSync(
      rawTar(
        folder('./'),
        rawPax({ 'LIBARCHIVE.creationtime': '1', 'SCHILY.dev': '2', comment: 'of another tar' }, 'g'),
        rawPax({ 'LIBARCHIVE.xattr.user': 'eA', mtime: '1700000000.5' }),
        file('./d/b', 'bb'),
        folder('./d-e'),
        file('d/deep/er/a'),
      ),
    );
    const { head, lines } = await survey(bytes);
    expect(head).toMatchObject({
      sha256: createHash('sha256').update(bytes).digest('hex'),
      entries: 3,
      contentBytes: 3,
      dumps: 0,
      leftOut: { links: { count: 0 }, leftovers: { count: 0 } },
    });
    expect(head.fault).toBeUndefined();
    expect(lines.map((line) => parseTocLine(line).name.toString())).toEqual([
      'd-e/',
      'd/',
      'd/b',
      'd/deep/',
      'd/deep/er/',
      'd/deep/er/a',
    ]);
    expect(parseTocLine(lines[2] ?? '')).toMatchObject({
      type: 'reg',
      size: 2,
      uid: 1000,
      mtimeNs: 1_700_000_000_500_000_000n,
      digest: createHash('sha256').update('bb').digest('hex'),
      offset: 1,
    });
    expect(parseTocLine(lines[1] ?? '')).toMatchObject({ type: 'dir', offset: 0 });
  });

  it('counts what macOS and other tars leave behind, and keeps what only looks like it', async () => {
    const { head, lines } = await survey(
      gzipSync(
        rawTar(
          file('._day'),
          folder('day/'),
          file('day/._a'),
          file('day/a'),
          file('day/._alone'),
          file('day/.DS_Store'),
          file('__MACOSX/day/a'),
          file('PaxHeaders.123/a'),
        ),
      ),
    );
    expect(lines.map((line) => parseTocLine(line).name.toString())).toEqual(['day/', 'day/._alone', 'day/a']);
    expect(head.leftOut.leftovers).toEqual({ count: 5, first: '._day' });
  });

  it('finds the dumps behind however many uploads that begin like some', async () => {
    const uploads = Array.from({ length: 1001 }, (_, at) => file(`2024-01-31/uploads/${at}.sql`, dumpText('')));
    const { dumps, head } = await survey(gzipSync(rawTar(...uploads, file('2024-01-31/db/odoo.sql', dumpText('')))));
    expect(dumps.map(({ ordinal }) => ordinal).slice(999)).toEqual([1000, 1002]);
    expect(head.fault).toBeUndefined();
    const many = Array.from({ length: 1001 }, (_, at) => file(`2024-01-31/db/${at}.sql`, dumpText('')));
    expect((await survey(gzipSync(rawTar(...many)))).head.fault?.what).toMatch(/more than 1000 dumps/);
  });

  it('takes an owner whom chown would leave as it is for root', () => {
    const header = { type: 'reg', mode: 0o644, uid: 2 ** 32 - 1, gid: 2 ** 32 };
    expect(maskHeader(header, { uid: 7, gid: 8 })).toMatchObject({ uid: 7, gid: 8 });
  });

  it('leaves out links that lead outside', async () => {
    const { head, lines } = await survey(
      gzipSync(rawTar(rawMember({ name: 'l', type: '2', linkName: '/etc/passwd' }))),
    );
    expect(head.leftOut.links).toEqual({ count: 1, first: 'l' });
    expect(lines).toEqual([]);
  });

  it.each(Object.entries(hostileTars))('says what is wrong: %s', async (_fault, tar) => {
    const { head } = await survey(gzipSync(tar));
    expect(head.fault).toEqual({ where: expect.any(String), what: expect.any(String) });
  });

  it.each([
    ['cut off', (bytes: Buffer) => bytes.subarray(0, bytes.length / 2)],
    ['with a wrong sum', (bytes: Buffer) => Buffer.concat([bytes.subarray(0, -8), Buffer.alloc(8)])],
    ['with a second gzip behind', (bytes: Buffer) => Buffer.concat([bytes, gzipSync(rawTar(file('more')))])],
    ['that is no gzip', () => Buffer.from('no gzip')],
  ])('63: hashes a gzip %s to its end, and says that it is damaged', async (_what, change) => {
    const bytes = change(gzipSync(rawTar(file('f', 'y'.repeat(100_000)))));
    const { head } = await survey(bytes);
    expect(head.fault).toBeDefined();
    expect(head.sha256).toBe(createHash('sha256').update(bytes).digest('hex'));
  });

  it('65: reads what is compressed a thousandfold in constant memory', async () => {
    const zeros = Buffer.alloc(64 * 1024 * 1024);
    const { head } = await survey(gzipSync(rawTar(file('zeros', zeros as unknown as string))));
    expect(head).toMatchObject({ contentBytes: zeros.length });
    expect(head.fault).toBeUndefined();
  });

  it('is faulty with names longer than any path, and with names that imply folders without end', async () => {
    const longName = rawTar(rawPax({ path: 'a'.repeat(4097) }), file('f'));
    expect((await survey(gzipSync(longName))).head.fault?.what).toMatch(/exceeds 4096 bytes/);
    const longTarget = rawTar(
      rawPax({ linkpath: 'a'.repeat(4097) }),
      rawMember({ name: 'l', type: '2', linkName: 'x' }),
    );
    expect((await survey(gzipSync(longTarget))).head.fault?.what).toMatch(/exceeds 4096 bytes/);
    const deep = Array.from({ length: 40 }, (_, at) => [rawPax({ path: `${at}/${'a/'.repeat(2000)}f` }), file('f')]);
    const { head, lines } = await survey(gzipSync(rawTar(...deep.flat())));
    expect(head.fault?.what).toMatch(/implies more folders/);
    expect(lines.length).toBeLessThan(80_000);
  });

  it('looks at dumps, and at nothing that only has their name', async () => {
    const { head, dumps } = await survey(
      gzipSync(rawTar(file('db/a.sql', dumpText('')), file('homework.sql', 'SELECT 1;'), file('db/b.sql', ''))),
    );
    expect(head.dumps).toBe(1);
    expect(dumps).toEqual([
      expect.objectContaining({ ordinal: 1, isWhole: true, serverVersion: '14.2 (Debian 14.2-1)' }),
    ]);
  });
});

describe('what a dump that somebody else made says', () => {
  it('is who owns and may use what it makes, which extensions it needs, and its rows', async () => {
    const found = await look(
      dumpText(
        [
          'CREATE EXTENSION IF NOT EXISTS pgcrypto WITH SCHEMA public;',
          'ALTER TABLE public.a OWNER TO app;',
          'ALTER TABLE public.b OWNER TO "Un Autre";',
          'ALTER FUNCTION public.f() OWNER TO app;',
          'COPY public.a (id, "to") FROM stdin;\n1\tGRANT ALL TO nobody;\n\\.\n',
          'GRANT SELECT("from") ON TABLE public.a TO reader, "we ird" WITH GRANT OPTION;',
          'REVOKE ALL ON SCHEMA public FROM PUBLIC;',
          'GRANT ALL ON SCHEMA public TO pg_monitor;',
          'ALTER DEFAULT PRIVILEGES FOR ROLE boss IN SCHEMA public GRANT SELECT ON TABLES TO intern;',
          "CREATE POLICY p ON public.a TO élève USING ((owner = 'x TO y'::text));",
          'ALTER TABLE public.a ALTER COLUMN id SET DEFAULT 1;',
        ].join('\n'),
      ),
    );
    expect(found).toMatchObject({
      isWhole: true,
      clientVersion: '14.3',
      encoding: 'UTF8',
      extensions: ['pgcrypto'],
      owner: 'app',
      roles: ['Un Autre', 'app', 'boss', 'intern', 'reader', 'we ird', 'élève'],
      hasInserts: false,
    });
    expect(found?.fingerprints.tables['public.a']?.rows).toBe(1);
  });

  it('is that it is cut off, also where its last line stands in a row or came with a carriage return', async () => {
    for (const text of [
      dumpText('SELECT 1;', ''),
      dumpText('SELECT 1;').slice(0, -40),
      dumpText('COPY public.a (t) FROM stdin;\nx'),
      dumpText('SELECT 1;').replaceAll('\n', '\r\n'),
    ]) {
      expect((await look(text))?.isWhole).toBe(false);
    }
  });

  it('is that it names more than anybody can keep, which is not to be cut off', async () => {
    const piece = Buffer.from(`SELECT pg_catalog.setval('public.${'x'.repeat(1_000_000)}', 1, true);\n`);
    const [head = '', tail = ''] = dumpText('BODY').split('BODY');
    const found = await surveyDump(once(Buffer.from(head), ...Array<Buffer>(70).fill(piece), Buffer.from(tail)));
    expect(found).toMatchObject({ isWhole: true, isExcessive: true });
  });

  it('is that it holds commands for psql, or rows as statements', async () => {
    expect(await look(dumpText('\\connect other\n\\! id'))).toMatchObject({
      command: { text: '\\connect other', line: 9 },
    });
    for (const row of ['1', `'${'x'.repeat(2 << 20)}'`]) {
      expect(await look(dumpText(`INSERT INTO public.a VALUES (${row});`))).toMatchObject({ hasInserts: true });
    }
    const own = dumpText('SELECT 1;').replace('SET client', '\\restrict abc\n\nSET client');
    expect((await look(`${own}\n\\unrestrict abc\n`))?.command).toBeUndefined();
  });

  it.each([
    "ALTER SYSTEM SET archive_command = 'id';",
    'CREATE ROLE boss SUPERUSER;',
    'alter role app superuser;',
    'GRANT pg_execute_server_program TO app;',
    'GRANT USAGE, postgres TO app;',
    'DROP DATABASE odoo;',
    "DO $$ BEGIN EXECUTE 'DROP ROLE app'; END $$;",
    'SET ROLE postgres;',
    'SET standard_conforming_strings TO off;',
    "SET client_encoding = 'SJIS';",
    "LOAD '/tmp/x.so';",
    "COPY public.a TO PROGRAM 'id';",
    "COPY public.a FROM '/etc/passwd' WHERE a IS DISTINCT FROM stdin;",
    'COPY public.a (t) FROM stdin; DROP ROLE app;\n\\.\n',
    'COPY public.a (t) FROM stdin;\n\\.\r\nDROP ROLE app;\n\\.\n',
    'CREATE EXTENSION "plpython3u";',
    'CREATE EXTENSION hstore_plpython3u CASCADE;',
    'CREATE FUNCTION public.f() RETURNS void\n    LANGUAGE plpython3u\n    AS $$\n    LANGUAGE sql $$;',
    "CREATE FUNCTION public.f() RETURNS void /*\n    LANGUAGE sql */\n    LANGUAGE c\n    AS 'x', 'y';",
    "CREATE FUNCTION public.f(a text,\n    LANGUAGE sql) RETURNS integer\n    LANGUAGE internal\n    AS 'x';",
    ...['1a$x$', '1e$x$', '$1 integer', "$$$$ e'\\''"].map(
      (name) => `CREATE FUNCTION public.f(${name}) RETURNS void\n    LANGUAGE sql\n    AS 'x';`,
    ),
    "CREATE SUBSCRIPTION s CONNECTION 'x' PUBLICATION p;",
    'CREATE SERVER s FOREIGN DATA WRAPPER file_fdw;',
    'CREATE EVENT TRIGGER e ON ddl_command_end EXECUTE FUNCTION public.f();',
    'COMMIT; DROP ROLE app;',
    '-- x\rDROP ROLE app;',
    'SET standard_conforming_strings = off;',
    'COPY pg_catalog.pg_authid (rolname) FROM stdin;\n\\.\n',
    'COPY "pg_authid" (rolname) FROM stdin;\n\\.\n',
    'COPY PG_CATALOG.pg_authid (rolname) FROM stdin;\n\\.\n',
    'COPY /**/pg_authid (rolname) FROM stdin;\n\\.\n',
    'REVOKE ALL ON DATABASE odoo FROM PUBLIC;',
    'GRANT ALL ON PARAMETER archive_command TO app;',
    'CREATE EXTENSION DBLINK;',
    ' DROP ROLE app;',
    '/* */ DROP ROLE app;',
    'CREATE TABLE public.a (t text) \\! id\n;',
    "COMMENT ON TABLE public.a IS 'x\0'\n; --';",
    // Where psql and the server do not agree on where a statement ends, or not in every version.
    "COMMENT ON TABLE public.a IS E'a'\n'\\'';DROP ROLE app;--';",
    "COMMENT ON TABLE public.a IS E'a' -- b\n'\\'';DROP ROLE app;--';",
    "COMMENT ON TABLE public.a IS 1E'\\'';DROP ROLE app;--';",
    "COMMENT ON TABLE public.a IS $E'\\'';DROP ROLE app;--';",
    'COMMENT ON TABLE public.a IS :VERSION;',
    'COMMENT ON TABLE public.a IS :::VERSION;',
    ...[
      'FUNCTION public.begin() RETURNS integer\n    LANGUAGE sql\n    AS $$select 1$$;\nDROP ROLE app; END;',
      'FUNCTION begin.atomic() RETURNS integer\n    LANGUAGE sql\n    AS $$select 1$$;\nDROP ROLE app; END;',
      'PROCEDURE public.f() \n    LANGUAGE sql\n    BEGIN ATOMIC\n SELECT 1 AS case; END; DROP ROLE app; SELECT 1 AS end; END;',
      'FUNCTION public.f() \n    LANGUAGE sql\n    BEGIN ATOMIC\n SELECT begin; END; DROP ROLE app; END;',
      'FUNCTION public.f() \n    LANGUAGE sql\n    BEGIN; DROP ROLE app; END;',
      'FUNCTION public.f() \n    LANGUAGE sql\n    AS $$$$ COST 1.begin ATOMIC; DROP ROLE app; END;',
      'FUNCTION public.f() \n    LANGUAGE sql\n    AS $$$$ COST 1begin ATOMIC; DROP ROLE app; END;',
    ].map((rest) => `CREATE ${rest}`),
    'CREATE SCHEMA s GRANT ALL ON DATABASE odoo TO app;',
    'COMMENT ON ROLE app IS NULL;',
    'ALTER EXTENSION pgcrypto UPDATE;',
    `CREATE ROLE boss PASSWORD '${'x'.repeat(2 << 20)}';`,
  ])('22: is that it holds what pg_dump does not write: %j', async (statement) => {
    expect((await look(dumpText(statement)))?.statement).toBeDefined();
  });

  it('22: is in which line such a statement ends, and that lines end as on Windows', async () => {
    const text = dumpText('COPY public.a (t) FROM stdin;\n1\n\\.\n\nALTER SYSTEM\n  RESET ALL;');
    const line = text.slice(0, text.indexOf('RESET ALL')).split('\n').length;
    const found = await surveyDump(once(...Array.from(text, (byte) => Buffer.from(byte))));
    expect(found?.statement).toEqual({ text: 'ALTER SYSTEM\n  RESET ALL;', line });
    expect(found?.hasWindowsLines).toBeUndefined();
    expect((await look(text.replaceAll('\n', '\r\n')))?.hasWindowsLines).toBe(true);
  });

  it('22: is nothing of the kind where bodies, rows and quotes hold such words', async () => {
    const found = await look(
      dumpText(
        [
          'SET lock_timeout = 0;\nSET xmloption = content;',
          "SELECT pg_catalog.set_config('search_path', '', false);",
          'DROP TABLE IF EXISTS public.a;',
          "CREATE FUNCTION public.f(a text DEFAULT 'x$; y'::text, b integer DEFAULT -1) RETURNS integer\n" +
            "    LANGUAGE plpgsql SECURITY DEFINER\n    AS $_$\nBEGIN\nDROP ROLE x;\nCOPY t TO PROGRAM 'id';\nEND $_$;",
          `COMMENT ON TABLE public.a IS '${'ALTER SYSTEM;\n'.repeat(200_000)}';`,
          'COPY public."a b" (id, "t""o") FROM stdin;\nDROP ROLE x;\n\\.',
          'CREATE RULE r AS\n    ON INSERT TO public.a DO ( DELETE FROM public.b;\n DELETE FROM public.c;\n);',
          "SELECT pg_catalog.setval('public.\"a''b_seq\"', 12, true);",
          "CREATE FUNCTION public.f(a text DEFAULT E'it''s \\\\d+; \\''::text, b text DEFAULT 'x\\'::text) RETURNS text\n" +
            '    LANGUAGE sql\n    AS $_$ SELECT $1; $_$;',
          'CREATE FUNCTION public.f(integer) RETURNS integer\n    LANGUAGE sql\n    BEGIN ATOMIC\n' +
            ' SELECT CASE WHEN ($1 > 1.5e+20) THEN (CASE WHEN true THEN 1 END) ELSE 2 END AS "end";\n SELECT 2;\nEND;',
          "SET SESSION AUTHORIZATION 'app';\nCREATE SCHEMA s AUTHORIZATION app;\nSET SESSION AUTHORIZATION DEFAULT;",
          "CREATE VIEW public.v AS\n SELECT a.b[1:2] AS b, 'x'::\"char\" AS c, B'10'::bit(2) AS d, E'\\\\'::text AS e\n   FROM public.a;",
          'GRANT SELECT("from"),UPDATE(id) ON TABLE public.a TO app;',
          'REVOKE GRANT OPTION FOR ALL ON FUNCTION public.f() FROM app;',
        ].join('\n\n'),
      ),
    );
    expect(found).toMatchObject({ isWhole: true, owner: 'app', roles: ['app'] });
    expect(found?.statement).toBeUndefined();
  });
});
