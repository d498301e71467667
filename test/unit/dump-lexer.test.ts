import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { nastyFunctions } from '../fixtures/schemas/app.ts';
import { joinEvents, type DumpEvents } from '../../src/sources/postgres/dump-events.ts';
import { DumpLexer } from '../../src/sources/postgres/dump-lexer.ts';
import { fingerprintDump } from '../../src/sources/postgres/fingerprints.ts';

const dump = String.raw`--
-- PostgreSQL database dump
--

\restrict abc123

SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
${nastyFunctions}
CREATE VIEW public.v AS SELECT 1 - 2 AS minus, 8 / 4 AS ratio, '--' AS dashes; /* a comment; /* nested ' */ $x$ */
CREATE RULE r AS ON INSERT TO public.v DO INSTEAD ( SELECT 1;
COPY public.forged FROM stdin;
 SELECT 2;
);
CREATE FUNCTION f(integer) RETURNS integer LANGUAGE sql AS $_$ SELECT $1 $ $_ $$ $_$;
PREPARE p AS SELECT $1;
SELECT pg_catalog.setval('public."l''odd"', -5, false);
SELECT pg_catalog.lo_create('1');
SELECT pg_catalog.lo_create('2');
COPY public.student (id, name) FROM stdin;
1	Zoë
2	\\.
\N	\t
3	-- PostgreSQL database dump complete
\.


COPY "Élèves"."a (""b"") FROM stdin;" ("x;y") FROM stdin;
\.

COPY public.nothing  FROM stdin;


\.

BEGIN;
SELECT pg_catalog.lo_open('1', 131072);
SELECT pg_catalog.lowrite(0, '\x00ff');
SELECT pg_catalog.lowrite(0, '\x10');
SELECT pg_catalog.lo_close(0);
COMMIT;
SELECT pg_catalog.setval('public.student_id_seq', 9223372036854775807, true);
--
-- PostgreSQL database dump complete
--

\unrestrict abc123

`;

/** Everything that the lexer reports, as text; rows joined, since their pieces follow the input's. */
function readEvents(pieces: Buffer[]): string {
  const seen: string[] = [];
  let rows: Buffer[] = [];
  const events: DumpEvents = {
    copyBegins: (table, at) => seen.push(`begins ${table} ${at}`),
    copyRows: (bytes) => rows.push(Buffer.from(bytes)),
    copyEnds: (table, count, at) => {
      seen.push(`ends ${table} ${count} ${at} ${JSON.stringify(Buffer.concat(rows).toString())}`);
      rows = [];
    },
    unitEnds: (at) => seen.push(`unit ${at}`),
    statement: (text) => seen.push(`statement ${text}`),
    metaBegins: (at) => seen.push(`meta ${at}`),
    metaEnds: (text, at) => seen.push(`meta ${text} ${at}`),
  };
  const lexer = new DumpLexer(events);
  for (const piece of pieces) lexer.push(piece);
  seen.push(`complete ${lexer.complete}`);
  return seen.join('\n');
}

function split(bytes: Buffer, cuts: number[]): Buffer[] {
  const ends = [...new Set(cuts.map((cut) => cut % bytes.length)), bytes.length].sort((a, b) => a - b);
  return ends.map((end, index) => bytes.subarray(index === 0 ? 0 : ends[index - 1], end));
}

describe('DumpLexer', () => {
  const bytes = Buffer.from(dump);

  it('finds tables, sequences, large objects and the trailer at the top level only', async () => {
    const { fingerprints, trailer } = await fingerprintDump([bytes]);
    expect(trailer).toBe(true);
    const rows = Object.entries(fingerprints.tables).map(([name, table]) => [name, table.rows]);
    expect(rows).toEqual([
      ['"Élèves"."a (""b"") FROM stdin;"', 0],
      ['public.nothing', 2],
      ['public.student', 4],
    ]);
    expect(fingerprints.sequences).toEqual({
      'public."l\'odd"': { value: '-5', called: false },
      'public.student_id_seq': { value: '9223372036854775807', called: true },
    });
    expect(fingerprints.largeObjects).toMatchObject({ count: 2, bytes: 3 });
  });

  it('says the same however the stream was split', () => {
    const whole = readEvents([bytes]);
    expect(whole).toContain('complete true');
    expect(readEvents(Array.from(bytes, (byte) => Buffer.from([byte])))).toBe(whole);
    const cuts = fc.array(fc.nat(bytes.length - 1), { maxLength: 60 });
    fc.assert(
      fc.property(cuts, (all) => readEvents(split(bytes, all)) === whole),
      { numRuns: 300 },
    );
  });

  it('reports every prefix of a dump as incomplete', () => {
    const end = bytes.lastIndexOf('abc123\n') + 'abc123\n'.length;
    const lexer = new DumpLexer(joinEvents());
    for (let at = 0; at < end; at++) {
      if (lexer.complete) throw new Error(`complete after ${at} of ${end} bytes`);
      lexer.push(bytes.subarray(at, at + 1));
    }
    expect(lexer.complete).toBe(true);
  });

  it.each([
    [
      'with the trailer missing',
      dump.replace('-- PostgreSQL database dump complete\n--\n\n\\unrestrict', '\\unrestrict'),
    ],
    ['with lines ended as on Windows', dump.replaceAll('\n', '\r\n')],
    ['with statements after the trailer', `${dump}SELECT 1;\n`],
    ['with an open quote after the trailer', `${dump}SELECT '`],
    ['with rows after the trailer', `${dump}COPY public.x FROM stdin;\n`],
    ['without its beginning', dump.slice(dump.indexOf('\n', dump.indexOf('\\restrict')) + 1)],
    ['with a wrong key at the end', dump.replace('\\unrestrict abc', '\\unrestrict abd')],
    ['empty', ''],
  ])('does not take a dump %s for a whole one', async (_, text) => {
    expect((await fingerprintDump([Buffer.from(text)])).trailer).toBe(false);
  });

  it('needs no \\restrict lines, which older clients do not write', async () => {
    const text = '-- x\n\nSELECT 1;\n--\n-- PostgreSQL database dump complete\n--\n\n';
    expect((await fingerprintDump([Buffer.from(text)])).trailer).toBe(true);
  });

  it('reads escapes in plain quotes where the dump turns standard strings off', async () => {
    const text =
      "SET standard_conforming_strings = off;\nSELECT '\\';\nCOPY public.a FROM stdin;\n';\nCOPY public.b (i) FROM stdin;\n1\n\\.\n";
    const { fingerprints } = await fingerprintDump([Buffer.from(text)]);
    expect(Object.keys(fingerprints.tables)).toEqual(['public.b']);
  });

  it('reads the body of a function to its END, and a function that is called begin to its semicolon', async () => {
    const text = [
      'CREATE FUNCTION public.begin() RETURNS integer\n    LANGUAGE sql\n    AS $$SELECT 1$$;',
      'CREATE FUNCTION public.f() RETURNS integer\n    LANGUAGE sql\n    BEGIN ATOMIC\n SELECT CASE WHEN true THEN 1 END;',
      "SELECT pg_catalog.setval('public.s', 1, true);\nEND;",
      'COPY public.a (i) FROM stdin;\n1\n\\.\n\n--\n-- PostgreSQL database dump complete\n--\n',
    ];
    const { fingerprints, trailer } = await fingerprintDump([Buffer.from(text.join('\n'))]);
    expect(trailer).toBe(true);
    expect(Object.keys(fingerprints.tables)).toEqual(['public.a']);
    expect(fingerprints.sequences).toEqual({});
  });

  it('reads names in the encoding of the dump', async () => {
    const text = 'SET client_encoding = \'LATIN1\';\nCOPY public."été" (i) FROM stdin;\n\\.\n';
    const { fingerprints } = await fingerprintDump([Buffer.from(text, 'latin1')]);
    expect(Object.keys(fingerprints.tables)).toEqual(['public."été"']);
  });

  it('finds any one changed byte of the rows', async () => {
    const expected = await fingerprintDump([bytes]);
    const from = bytes.indexOf('1\tZoë');
    const to = bytes.indexOf('\\.\n\n\nCOPY');
    for (let at = from; at < to; at++) {
      const damaged = Buffer.from(bytes);
      damaged[at] = (damaged[at] as number) ^ 1;
      expect((await fingerprintDump([damaged])).fingerprints).not.toEqual(expected.fingerprints);
    }
  });
});
