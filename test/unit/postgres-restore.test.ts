import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { keptNameOf, kindOfName, stagedNameOf } from '../../src/sources/postgres/own-names.ts';
import { parseAclItem, writeAclStatements } from '../../src/sources/postgres/restore-acl.ts';
import { guardDump } from '../../src/sources/postgres/restore-guard.ts';
import { writeSettingStatements } from '../../src/sources/postgres/restore-settings.ts';
import { parseRoles } from '../../src/sources/postgres/roles-script.ts';

describe('names beside the live ones', () => {
  it('fit, differ by database and by restore, and are known for ours', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), fc.uuid(), (database, id) => {
        const names = [stagedNameOf(database, id), keptNameOf(database, id)];
        for (const name of names) expect(Buffer.byteLength(name)).toBeLessThanOrEqual(63);
        expect(names.map(kindOfName)).toEqual(['new', 'kept']);
        expect(stagedNameOf(database, `${id}x`)).not.toBe(names[0]);
        expect(stagedNameOf(`${database}x`, id)).not.toBe(names[0]);
      }),
    );
    expect(stagedNameOf('é'.repeat(31), 'r')).toMatch(/^continuity_new_é{17}_[0-9a-f]{12}$/);
    for (const name of [
      'odoo',
      'continuity_new_',
      'continuity_old_odoo_0123456789ab',
      'x_continuity_new_odoo_0123456789ab',
    ]) {
      expect(kindOfName(name)).toBeUndefined();
    }
  });
});

describe('privileges of a database', () => {
  it('are read as PostgreSQL writes them, and given in the order in which they can be', () => {
    const texts = ['=c/owner', 'owner=CTc/owner', '"l\'é=/""q"=C*c/owner', 'auditor=c/"l\'é=/""q"'];
    const items = texts.map((text) => parseAclItem(text));
    expect(items[2]).toEqual({
      grantee: 'l\'é=/"q',
      grantor: 'owner',
      privileges: [
        { name: 'CREATE', grantable: true },
        { name: 'CONNECT', grantable: false },
      ],
    });
    expect(
      writeAclStatements(
        'd',
        'owner',
        items.filter((item) => item !== undefined),
      ),
    ).toEqual([
      'REVOKE ALL ON DATABASE "d" FROM PUBLIC, "owner";',
      'GRANT CONNECT ON DATABASE "d" TO PUBLIC;',
      'GRANT CREATE ON DATABASE "d" TO "owner";',
      'GRANT TEMPORARY ON DATABASE "d" TO "owner";',
      'GRANT CONNECT ON DATABASE "d" TO "owner";',
      'GRANT CREATE ON DATABASE "d" TO "l\'é=/""q" WITH GRANT OPTION;',
      'GRANT CONNECT ON DATABASE "d" TO "l\'é=/""q";',
      'SET LOCAL ROLE "l\'é=/""q";',
      'GRANT CONNECT ON DATABASE "d" TO "auditor";',
      'RESET ROLE;',
    ]);
    for (const text of ['', 'owner', 'a=c', 'a=c/b/c', 'a=c/b; DROP DATABASE d']) {
      const item = parseAclItem(text);
      if (item) expect(item.grantor).toBe('b; DROP DATABASE d');
    }
  });
});

it('settings keep lists apart from texts, whatever they hold', () => {
  const settings = [
    { setting: 'search_path="$user", public, "É, ""x"""' },
    { setting: 'app.motto=a, b=c \\' },
    { role: "l'é", setting: 'search_path=' },
  ];
  expect(writeSettingStatements('d', settings)).toEqual([
    'ALTER DATABASE "d" RESET ALL;',
    `ALTER DATABASE "d" SET "search_path" TO '$user', 'public', 'É, "x"';`,
    `ALTER DATABASE "d" SET "app.motto" TO  E'a, b=c \\\\';`,
    `ALTER ROLE "l'é" IN DATABASE "d" SET "search_path" TO '';`,
  ]);
});

it('memberships of newer servers keep their options', () => {
  const sql =
    'GRANT a TO "B c" WITH ADMIN OPTION, INHERIT TRUE, SET FALSE GRANTED BY postgres;\nGRANT a TO b GRANTED BY x;';
  expect(parseRoles(sql).memberships).toEqual([
    { group: 'a', member: 'B c', options: ['ADMIN OPTION', 'INHERIT TRUE', 'SET FALSE'] },
    { group: 'a', member: 'b', options: [] },
  ]);
});

describe('the guard before psql', () => {
  const body = `SET client_encoding = 'UTF8';
CREATE FUNCTION f() RETURNS text LANGUAGE sql AS $$
\\! in a body
$$;
COPY public.t (v) FROM stdin;
\\\\restrict x
\\N
\\.

--
-- PostgreSQL database dump complete
--

`;
  const dump = `--\n-- PostgreSQL database dump\n--\n\n\\restrict k3Y\n\n${body}\\unrestrict k3Y\n\n`;

  async function guard(text: string, cuts: number[] = []): Promise<string> {
    const bytes = Buffer.from(text);
    const at = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
    const pieces = at.slice(1).map((end, index) => bytes.subarray(at[index], end));
    let passed = '';
    for await (const piece of guardDump(pieces, 'd')) passed += piece.toString('latin1');
    return Buffer.from(passed, 'latin1').toString();
  }

  it('takes out what pg_dump says to psql, and nothing else, in pieces of any size', async () => {
    const expected = `--\n-- PostgreSQL database dump\n--\n\n\n${body}\n`;
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(), { maxLength: 12 }), async (cuts) => {
        expect(await guard(dump, cuts)).toBe(expected);
      }),
    );
    expect(await guard(body)).toBe(body);
  });

  it('quotes what is called begin in a routine, which to psql begins a block', async () => {
    const routines = `CREATE FUNCTION public.begin(begin integer) RETURNS SETOF public.begin
    LANGUAGE sql
    BEGIN ATOMIC
 SELECT begin.begin, (begin.v) AS v
    FROM public.begin begin;
 SELECT CASE WHEN true THEN begin END FROM public."begin" atomic, begin atomic;
END;
CREATE TABLE begin (begin integer);
CREATE PROCEDURE f() LANGUAGE sql AS $$ begin $$;
CREATE FUNCTION f(integer) RETURNS begin'x' /* begin */ RETURN begin;
`;
    const expected = `CREATE FUNCTION public. "begin" (begin integer) RETURNS SETOF public. "begin" 
    LANGUAGE sql
    BEGIN ATOMIC
 SELECT  "begin" . "begin" , (begin.v) AS v
    FROM public. "begin"   "begin" ;
 SELECT CASE WHEN true THEN  "begin"  END FROM public."begin" atomic,  "begin"  atomic;
END;
CREATE TABLE begin (begin integer);
CREATE PROCEDURE f() LANGUAGE sql AS $$ begin $$;
CREATE FUNCTION f(integer) RETURNS  "begin" 'x' /* begin */ RETURN  "begin" ;
`;
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(), { maxLength: 40 }), async (cuts) => {
        expect(await guard(routines + body, cuts)).toBe(expected + body);
      }),
    );
  });

  it('refuses every other command, and a second key', async () => {
    for (const line of [
      '\\! id',
      '\\connect x',
      '\\restrict',
      '\\restrict a b',
      '\\unrestrict k3Y',
      '\\i /etc/passwd',
      '\\',
    ]) {
      await expect(guard(`${line}\n${body}`)).rejects.toThrow(/holds a command for psql/);
      await expect(guard(`${dump}${line}\n`)).rejects.toThrow(/holds a command for psql/);
    }
    await expect(guard(dump.replace('\\unrestrict k3Y', '\\unrestrict other'))).rejects.toThrow(/holds a command/);
  });

  it('refuses a dump that ends anywhere before its end', async () => {
    const end = dump.indexOf('\\unrestrict k3Y') + '\\unrestrict k3Y\n'.length;
    for (let length = 0; length < end; length++) await expect(guard(dump.slice(0, length))).rejects.toThrow(/cut off/);
  });
});
