import type { PostgresCluster } from '../../test/fixtures/postgres-cluster.ts';

/** Four, as the platform has. */
export const databaseNames = ['skills', 'keycloak', 'odoo', 'mattermost'] as const;

/** About what a row takes in a dump. */
const ROW_BYTES = 1000;
const INSERTED_SHARE = 0.005;
const UPDATED_SHARE = 0.005;

export interface Databases {
  /** In each. */
  rows: number;
  days: number;
}

/** Creates the databases, `totalBytes` of dumps together: text, JSON and digests that hardly compress. */
export async function createDatabases(cluster: PostgresCluster, totalBytes: number): Promise<Databases> {
  const rows = Math.max(200, Math.round(totalBytes / databaseNames.length / ROW_BYTES));
  for (const name of databaseNames) await cluster.query('postgres', `CREATE DATABASE ${name} TEMPLATE template0;`);
  await Promise.all(
    databaseNames.map((name) =>
      cluster.query(
        name,
        `CREATE TABLE entry (id bigint PRIMARY KEY, created timestamptz NOT NULL, author text, title text,
           attributes jsonb, body text, token bytea, day int NOT NULL);
         ${insertRows(name, 1, rows, 0)}
         VACUUM ANALYZE;`,
      ),
    ),
  );
  return { rows, days: 0 };
}

/**
 * A day at which 1 % of the rows changes, half of them new. Those that are edited are the latest, as people edit, or lie
 * `isScattered` all over the table.
 * @returns the bytes of the changed rows, as text
 */
export async function changeDatabases(
  cluster: PostgresCluster,
  databases: Databases,
  isScattered: boolean,
): Promise<number> {
  databases.days += 1;
  const { rows, days } = databases;
  const updated = Math.ceil(rows * UPDATED_SHARE);
  const inserted = Math.ceil(rows * INSERTED_SHARE);
  const choice = isScattered ? `id % ${Math.round(1 / UPDATED_SHARE)} = ${days}` : `id > ${rows - updated}`;
  databases.rows += inserted;
  const sizes = await Promise.all(
    databaseNames.map(async (name) => {
      const answer = await cluster.query(
        name,
        `UPDATE entry SET day = ${days}, title = 'relu le jour ${days}', body = md5('day ${days}' || id) || body
           WHERE ${choice};
         ${insertRows(name, rows + 1, rows + inserted, days)}
         SELECT coalesce(sum(octet_length(entry::text)), 0) FROM entry WHERE day = ${days};`,
      );
      return Number(answer[0]?.[0]);
    }),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

function insertRows(name: string, from: number, to: number, day: number): string {
  return `INSERT INTO entry SELECT i, timestamptz '2025-01-01' + i * interval '1 minute', 'élève ' || i % 997,
      'Compte rendu n° ' || i, jsonb_build_object('state', i % 5, 'reference', md5('${name}' || i)),
      (SELECT string_agg(md5('${name}' || i || ':' || n), ' ') FROM generate_series(1, 20) AS n),
      decode(md5('${name} token' || i) || md5(i || '${name}'), 'hex'), ${day}
    FROM generate_series(${from}, ${to}) AS i;`;
}
