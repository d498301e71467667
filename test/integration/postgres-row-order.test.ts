import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { dumpWhole, withoutKeys } from '../fixtures/dump-database.ts';
import { startPostgresCluster, type PostgresCluster } from '../fixtures/postgres-cluster.ts';
import { connectByUrl } from '../../src/sources/postgres/by-url.ts';
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
