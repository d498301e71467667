import { expect, it } from '@jest/globals';
import { takePart } from '../../src/sources/postgres/dump-part.ts';
import { fingerprintDump } from '../../src/sources/postgres/fingerprints.ts';
import { findPlaces } from '../../src/sources/postgres/stage-part.ts';
import type { DatabaseRecord } from '../../src/archive/manifest.ts';
import { cutParts } from '../../src/archive/entry-parts.ts';

const dump = String.raw`--
-- PostgreSQL database dump
--

\restrict abc

SET client_encoding = 'UTF8';

CREATE FUNCTION public.f() RETURNS text LANGUAGE sql AS $$ SELECT 'COPY public.t (v) FROM stdin;' $$;
CREATE TABLE public.t (v text);
CREATE TABLE public."Other" (v text);

--
-- Data for Name: Other; Type: TABLE DATA
--

COPY public."Other" (v) FROM stdin;
other
\.


COPY public.t (v) FROM stdin;
ADD CONSTRAINT x FOREIGN KEY (
\N
\.


SELECT pg_catalog.setval('public.s', 7, true);


ALTER TABLE ONLY public.t
    ADD CONSTRAINT t_pkey PRIMARY KEY (v);

ALTER TABLE ONLY public."Other"
    ADD CONSTRAINT "other fk" FOREIGN KEY (v) REFERENCES public.t(v) ON DELETE CASCADE;

REFRESH MATERIALIZED VIEW public.m;

--
-- PostgreSQL database dump complete
--

\unrestrict abc
`;

async function* split(text: string, bytes: number): AsyncGenerator<Buffer, void, undefined> {
  const all = Buffer.from(text);
  for (let at = 0; at < all.length; at += bytes) yield all.subarray(at, at + bytes);
}

async function take(bytes: number, hasTail: boolean, source = split(dump, bytes)): Promise<[string, string[]]> {
  const keys: string[] = [];
  const pieces: Buffer[] = [];
  const tables = [['public', 't']] as const;
  const part = takePart(source, { tables, hasTail, noteForeignKey: (key) => keys.push(key.constraint) });
  for await (const piece of part) pieces.push(Buffer.from(piece));
  return [Buffer.concat(pieces).toString(), keys];
}

it('leaves structure and the wanted rows, however the stream was split', async () => {
  const [whole, keys] = await take(1 << 20, true);
  expect(whole).toContain('ADD CONSTRAINT x FOREIGN KEY (\n\\N\n\\.\n');
  expect(whole).toContain('t_pkey');
  expect(whole).not.toMatch(/COPY public."Other"|^other$|other fk|REFRESH/m);
  expect(keys).toEqual(['"other fk"']);
  for (const bytes of [1, 2, 7, 100]) expect(await take(bytes, true)).toEqual([whole, keys]);
  const [head] = await take(3, false);
  expect(head).toContain('CREATE TABLE public.t');
  expect(head).not.toMatch(/t_pkey|setval/);
});

it('gives the same of the parts that a manifest names', async () => {
  const { fingerprints } = await fingerprintDump(split(dump, 11));
  expect(fingerprints.tables['public.t']?.rows).toBe(2);
  const record = { fingerprints, sizeBytes: Buffer.byteLength(dump) } as DatabaseRecord;
  const places = findPlaces(record, [{ schema: 'public', table: 't' }], true) ?? [];
  expect(places).toHaveLength(3);
  const withoutBlanks = (text: string): string => text.replace(/^(--.*|SELECT pg_catalog.setval.*)?\n/gm, '');
  const [parts] = await take(0, true, cutParts(split(dump, 5), places));
  const [whole] = await take(64, true);
  expect(withoutBlanks(parts)).toBe(withoutBlanks(whole));
});

it('reads the dump whole where a manifest says nothing, or nonsense', async () => {
  const { fingerprints } = await fingerprintDump(split(dump, 64));
  const table = [{ schema: 'public', table: 't' }];
  const sizeBytes = Buffer.byteLength(dump);
  const { structure, ...older } = fingerprints;
  expect(structure).toBeDefined();
  expect(findPlaces({ fingerprints: older, sizeBytes } as DatabaseRecord, table, true)).toBeUndefined();
  expect(findPlaces({ fingerprints, sizeBytes: 10 } as DatabaseRecord, table, true)).toBeUndefined();
});
