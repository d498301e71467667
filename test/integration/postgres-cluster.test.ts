import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { existsSync } from 'node:fs';

import { startPostgresCluster, type PostgresCluster } from '../fixtures/postgres-cluster.ts';

let clusters: PostgresCluster[];
beforeAll(async () => {
  clusters = await Promise.all([startPostgresCluster(), startPostgresCluster()]);
});
afterAll(async () => {
  await Promise.all(clusters.map((cluster) => cluster.stop()));
  expect(clusters.some((cluster) => existsSync(cluster.directory))).toBe(false);
});

it('starts two clusters side by side, each with its own databases', async () => {
  const [one, other] = clusters as [PostgresCluster, PostgresCluster];
  await one.query('postgres', 'CREATE DATABASE only_here;');
  const list = `SELECT datname, 'a"é' FROM pg_database WHERE NOT datistemplate ORDER BY 1`;
  expect(await one.query('postgres', list)).toEqual([
    ['only_here', 'a"é'],
    ['postgres', 'a"é'],
  ]);
  expect(await other.query('postgres', list)).toEqual([['postgres', 'a"é']]);
});

it('survives a pause on the same port', async () => {
  const cluster = clusters[0] as PostgresCluster;
  await cluster.pause();
  await expect(cluster.query('postgres', 'SELECT 1')).rejects.toThrow();
  await cluster.resume();
  expect(await cluster.query('postgres', 'SELECT 1')).toEqual([['1']]);
});
