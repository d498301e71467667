import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { dumpWhole, withoutKeys, type WholeDump } from '../fixtures/dump-database.ts';
import { startPostgresCluster, type PostgresCluster } from '../fixtures/postgres-cluster.ts';
import { createPlatformDatabases } from '../fixtures/schemas.ts';
import { connectByUrl } from '../../src/sources/postgres/by-url.ts';
import { compareFingerprints, fingerprintDump } from '../../src/sources/postgres/fingerprints.ts';
import type { PostgresServer } from '../../src/sources/postgres/server.ts';

let cluster: PostgresCluster;
let other: PostgresCluster;
let server: PostgresServer;
let names: string[];
const dumps: Record<string, WholeDump> = {};

beforeAll(async () => {
  const settings = {
    TimeZone: 'Asia/Kathmandu',
    DateStyle: 'German, DMY',
    bytea_output: 'escape',
    IntervalStyle: 'iso_8601',
  };
  [cluster, other] = await Promise.all([startPostgresCluster(), startPostgresCluster({ settings })]);
  server = connectByUrl(cluster.url());
  names = await createPlatformDatabases(cluster, 300);
  const taken = await Promise.all(names.map((name) => dumpWhole(server, name)));
  names.forEach((name, index) => (dumps[name] = taken[index] as WholeDump));
});
afterAll(() => Promise.all([cluster.stop(), other.stop()]));

async function restoreElsewhere(database: string, bytes: Buffer, encoding = 'UTF8'): Promise<void> {
  const path = join(other.directory, 'dump.sql');
  writeFileSync(path, bytes);
  await other.query('postgres', `CREATE DATABASE ${database} TEMPLATE template0 ENCODING '${encoding}' LOCALE 'C';`);
  await other.runFile(database, path);
}

/** Rows of several results: psql divides those by line ends. */
async function queryEach(database: string, sql: string): Promise<string[][]> {
  const rows = await cluster.query(database, sql);
  return rows.flatMap((row) => row.join('\x1f').split('\n')).map((row) => row.split('\x1f'));
}

describe('a dump of each of the four databases', () => {
  it('holds what pg_dump writes, in chunks', async () => {
    for (const name of names) {
      const { bytes, chunks, record } = dumps[name] as WholeDump;
      const plain = await cluster.runTool('pg_dump', ['--encoding=UTF8'], name);
      expect(Buffer.concat(chunks).equals(bytes)).toBe(true);
      expect(record.sizeBytes).toBe(bytes.length);
      // Times with a zone are the one thing that our own settings change.
      expect(withoutKeys(bytes).length).toBe(withoutKeys(Buffer.from(plain)).length);
      expect(await fingerprintDump(chunks)).toEqual({ fingerprints: record.fingerprints, trailer: true });
    }
  });

  it('counts the rows, sequences and large objects that the server counts', async () => {
    for (const name of names) {
      const { tables, sequences, largeObjects } = (dumps[name] as WholeDump).record.fingerprints;
      const counts = `SELECT format('SELECT %L, count(*) FROM ONLY %1$s', c.oid::regclass) FROM pg_class c
        WHERE relkind = 'r' AND relnamespace::regnamespace::text NOT IN ('pg_catalog', 'information_schema') ORDER BY 1 \\gexec`;
      const rows = await queryEach(name, `SET search_path = '';\n${counts}`);
      expect(Object.keys(tables).length).toBe(rows.length);
      for (const [table, count] of rows) expect([table, tables[table as string]?.rows]).toEqual([table, Number(count)]);
      const values = await queryEach(
        name,
        `SET search_path = ''; SELECT format('SELECT %L, last_value, is_called FROM %1$s', oid::regclass) FROM pg_class WHERE relkind = 'S' \\gexec`,
      );
      expect(Object.keys(sequences).length).toBe(values.filter(([sequence]) => sequence !== '').length);
      for (const [sequence, value, called] of values)
        expect(sequences[sequence as string]).toEqual({ value, called: called === 't' });
      const [[count, bytes] = []] = await cluster.query(
        name,
        `SELECT count(*), coalesce(sum(length(lo_get(oid))), 0) FROM pg_largeobject_metadata`,
      );
      expect([largeObjects.count, largeObjects.bytes]).toEqual([Number(count), Number(bytes)]);
    }
    expect((dumps['odoo'] as WholeDump).record.fingerprints.largeObjects.count).toBe(4);
  });

  it('is not misled by function bodies and comments that look like a dump (faults 131)', () => {
    const { bytes, record } = dumps['skills_hub'] as WholeDump;
    const text = bytes.toString();
    expect(text.match(/^-- PostgreSQL database dump complete$/gm)?.length).toBeGreaterThan(3);
    expect(text.match(/^COPY public.student .*FROM stdin;$/gm)?.length).toBeGreaterThan(1);
    expect(record.fingerprints.tables['public.student']?.rows).toBe(300);
    expect(record.fingerprints.sequences).not.toHaveProperty('public.forged');
    expect(Object.keys(record.fingerprints.tables)).toContain('"Élèves"."Évaluation ""finale"""');
  });

  it('gives the same fingerprints after a restore on a server with another time zone and other settings (faults 18, 132)', async () => {
    const there = connectByUrl(other.url(), {
      environment: { ...process.env, TZ: 'America/Lima', PGTZ: 'Asia/Tokyo' },
    });
    for (const name of names) {
      const { bytes, record } = dumps[name] as WholeDump;
      await restoreElsewhere(name, bytes);
      const found = await dumpWhole(there, name);
      expect(compareFingerprints(record.fingerprints, found.record.fingerprints)).toEqual([]);
      expect(withoutKeys(found.bytes)).toBe(withoutKeys(bytes));
    }
  });

  it('names the table in which a bit was flipped (faults 6)', async () => {
    const { bytes, record } = dumps['skills_hub'] as WholeDump;
    const damaged = Buffer.from(bytes);
    const at = damaged.indexOf('Portfolio n° 123');
    damaged[at] = (damaged[at] as number) ^ 4;
    const found = await fingerprintDump([damaged]);
    expect(compareFingerprints(record.fingerprints, found.fingerprints)).toEqual([
      'table public.portfolio: 300 rows as expected, but their content differs',
    ]);
  });

  it('names sequences, missing tables and large objects that differ', () => {
    const expected = (dumps['odoo'] as WholeDump).record.fingerprints;
    const { ['public.res_partner']: gone, ...tables } = expected.tables;
    const sequences = { ...expected.sequences, 'public.res_partner_id_seq': { value: '7', called: false } };
    const found = { tables, sequences, largeObjects: { ...expected.largeObjects, sha256: '' } };
    expect(gone?.rows).toBe(300);
    expect(compareFingerprints(expected, found)).toEqual([
      'table public.res_partner: missing (300 rows expected)',
      'sequence public.res_partner_id_seq: 300 expected, 7 (not used yet) found',
      'large objects: 4 as expected, but their content differs',
    ]);
  });
});

describe('whatever the surroundings', () => {
  it('gives the same bytes in another locale, encoding and time zone of the environment (faults 13)', async () => {
    const odd = {
      LC_ALL: 'fr_FR.UTF-8',
      LANG: 'tr_TR',
      PGCLIENTENCODING: 'LATIN1',
      PGTZ: 'Asia/Tokyo',
      TZ: 'Asia/Tokyo',
      PGDATABASE: 'nowhere',
    };
    const environment = {
      ...process.env,
      ...odd,
      PGOPTIONS: '-c bytea_output=escape',
      PGHOST: '192.0.2.1',
      PGSERVICE: 'none',
    };
    const found = await dumpWhole(connectByUrl(cluster.url(), { environment }), 'skills_hub');
    expect(withoutKeys(found.bytes)).toBe(withoutKeys((dumps['skills_hub'] as WholeDump).bytes));
    expect(found.record.encoding).toBe('UTF8');
  });

  it.each([
    ['LATIN1', 'été', Buffer.from('INSERT INTO "été" VALUES (\'é\xff\');', 'latin1')],
    [
      'SQL_ASCII',
      'été',
      Buffer.concat([Buffer.from('INSERT INTO "été" VALUES (\''), Buffer.from([0xe9, 0xff, 0xc3, 0x27, 0x29, 0x3b])]),
    ],
  ])('keeps the bytes of a database in %s (faults 14)', async (encoding, table, insert) => {
    const database = `odd_${encoding.toLowerCase()}`;
    await cluster.query(
      'postgres',
      `CREATE DATABASE ${database} TEMPLATE template0 ENCODING '${encoding}' LOCALE 'C';`,
    );
    await cluster.query(database, `CREATE TABLE "${table}" (t text);`);
    const path = join(cluster.directory, 'insert.sql');
    writeFileSync(path, Buffer.concat([Buffer.from(`SET client_encoding = '${encoding}';\n`), insert]));
    await cluster.runFile(database, path);
    const { bytes, record } = await dumpWhole(server, database);
    expect(record.encoding).toBe(encoding);
    expect(bytes.includes(Buffer.from([0xe9, 0xff]))).toBe(true);
    expect(Object.keys(record.fingerprints.tables)).toEqual(['public."été"']);
    await restoreElsewhere(database, bytes, encoding);
    const found = await dumpWhole(connectByUrl(other.url()), database);
    expect(withoutKeys(found.bytes)).toBe(withoutKeys(bytes));
  });

  it('leaves out the rows of the tables that it is told to, and says which pattern fits none', async () => {
    const excludeTableData = ['sessions', 'ACTIVITY', '"Élèves".*', 'no_such_table'];
    const { record, warnings } = await dumpWhole(server, 'skills_hub', { excludeTableData });
    const tables = Object.keys(record.fingerprints.tables);
    expect(tables).toEqual([
      'public.cache',
      'public.evidence',
      'public.nothing_yet',
      'public.portfolio',
      'public.student',
    ]);
    expect(warnings.filter((line) => line.includes('fits no'))).toEqual([
      'database "skills_hub": exclude-table-data "no_such_table" fits no table',
    ]);
  });
});
