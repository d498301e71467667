import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { dumpWhole, withoutKeys } from '../fixtures/dump-database.ts';
import { startPostgresCluster, type PostgresCluster } from '../fixtures/postgres-cluster.ts';
import { connectByUrl } from '../../src/sources/postgres/by-url.ts';
import { takePart } from '../../src/sources/postgres/dump-part.ts';
import { stagedNameOf } from '../../src/sources/postgres/own-names.ts';
import { checkStaged, createStaged, loadStaged } from '../../src/sources/postgres/restore-database.ts';

let cluster: PostgresCluster;
beforeAll(async () => {
  cluster = await startPostgresCluster();
});
afterAll(() => cluster.stop());

it('rows of unequal length that were changed come back in the order in which they were dumped', async () => {
  const server = connectByUrl(cluster.url());
  await cluster.query('postgres', 'CREATE DATABASE live TEMPLATE template0;');
  await cluster.query(
    'live',
    `CREATE SCHEMA "Élèves";
     CREATE TABLE "Élèves"."d'hier" (id int PRIMARY KEY, v text);
     INSERT INTO "Élèves"."d'hier" SELECT i, repeat('x', 200 + i * 7919 % 1500) FROM generate_series(1, 2000) AS i;
     UPDATE "Élèves"."d'hier" SET v = 'short' WHERE id > 1000;
     CREATE TABLE whole (id int, v text) PARTITION BY HASH (id);
     CREATE TABLE part0 PARTITION OF whole FOR VALUES WITH (MODULUS 2, REMAINDER 0);
     CREATE TABLE part1 PARTITION OF whole FOR VALUES WITH (MODULUS 2, REMAINDER 1);
     INSERT INTO whole SELECT * FROM "Élèves"."d'hier";
     CREATE TABLE parent (id int); CREATE TABLE child () INHERITS (parent);
     INSERT INTO parent VALUES (1); INSERT INTO child VALUES (2);`,
  );
  const { chunks, bytes, record } = await dumpWhole(server, 'live');
  const staged = stagedNameOf('live', 'order');
  await createStaged({ server, record, staged });
  await loadStaged({ server, staged, chunks });
  expect(await checkStaged({ server, staged, record })).toEqual([]);
  const again = await dumpWhole(server, staged);
  expect(withoutKeys(again.bytes) === withoutKeys(bytes)).toBe(true);
}, 120_000);

it('whatever is called begin in a routine comes back as it was, and so do the rows behind it', async () => {
  const server = connectByUrl(cluster.url());
  await cluster.query('postgres', 'CREATE DATABASE begun TEMPLATE template0;');
  await cluster.query(
    'begun',
    `CREATE TABLE begin (begin int, v text); INSERT INTO begin VALUES (1, 'x');
     CREATE FUNCTION begin() RETURNS SETOF begin LANGUAGE sql AS 'SELECT * FROM public.begin';
     CREATE FUNCTION f(begin int) RETURNS int LANGUAGE sql RETURN begin;
     CREATE FUNCTION g() RETURNS SETOF begin LANGUAGE sql BEGIN ATOMIC
       SELECT CASE begin.begin WHEN 2 THEN begin END AS begin, v FROM begin; SELECT * FROM begin atomic; END;
     CREATE PROCEDURE begin(begin int) LANGUAGE sql BEGIN ATOMIC
       INSERT INTO begin SELECT begin.begin FROM begin() AS begin; UPDATE begin SET begin = 2; END;
     CREATE TABLE after (id int); INSERT INTO after SELECT generate_series(1, 1000);
     SELECT lo_from_bytea(7, 'begin');`,
  );
  const { bytes, record } = await dumpWhole(server, 'begun');
  const staged = stagedNameOf('begun', 'whole');
  await createStaged({ server, record, staged });
  await loadStaged({ server, staged, chunks: [bytes] });
  expect(await checkStaged({ server, staged, record })).toEqual([]);
  expect(withoutKeys((await dumpWhole(server, staged)).bytes) === withoutKeys(bytes)).toBe(true);
  const part = stagedNameOf('begun', 'part');
  await createStaged({ server, record, staged: part });
  const chunks = takePart([bytes], { tables: [['public', 'begin']], hasTail: false });
  await loadStaged({ server, staged: part, chunks, isPart: true });
  expect(await cluster.query(part, 'SELECT * FROM begin()')).toEqual([['1', 'x']]);
}, 120_000);
