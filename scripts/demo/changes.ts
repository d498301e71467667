import { appendFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { evidencePath } from '../../test/fixtures/schemas/app.ts';
import type { PostgresCluster } from '../../test/fixtures/postgres-cluster.ts';
import { makeNoise } from './seeded.ts';
import { databaseNames } from './stage.ts';
import { uploadingStudents } from './uploads.ts';

/** A day's work in each database, about 1 % of its rows: new ones, and changes to what came last. */
const statements: Record<keyof typeof databaseNames, string> = {
  app: `UPDATE student SET profile = profile || '{"seen": "today"}' WHERE id > 9950;
    INSERT INTO activity SELECT timestamptz '2025-12-24 18:00Z', i, 'dépôt' FROM generate_series(1, 50) AS i;`,
  keycloak: `UPDATE credential SET credential_data = '{"hashIterations":210000}' WHERE created_date > 1700000009950;
    UPDATE user_entity SET email_verified = true WHERE created_timestamp > 1700000009950;`,
  odoo: `UPDATE res_partner SET comment = 'rappelé', write_date = timestamp '2025-12-24' WHERE id > 9950;
    INSERT INTO res_partner (name, city) SELECT 'Nouvelle société ' || i, 'Besançon' FROM generate_series(1, 50) AS i;
    SELECT lo_from_bytea(95000, decode(repeat(md5('today'), 900), 'hex'));`,
  mattermost: `INSERT INTO posts (id, createat, message) SELECT left(md5('today' || i), 26), 1800000000000 + i, 'Bonne nuit 🌙 ' || i
      FROM generate_series(1, 100) AS i;`,
};

/** Changes 1 % of everything. Returns what was done to the files. */
export async function changeOnePercent(cluster: PostgresCluster, uploads: string): Promise<string> {
  await Promise.all(
    Object.entries(statements).map(([key, sql]) =>
      cluster.query(databaseNames[key as keyof typeof databaseNames], sql),
    ),
  );
  for (const student of [40, 120, 200]) {
    const path = evidencePath(student, 1);
    writeFileSync(join(uploads, path), makeNoise(`${path} anew`, 90_000));
  }
  appendFileSync(join(uploads, evidencePath(280, 2)), makeNoise('appendix', 20_000));
  rmSync(join(uploads, evidencePath(77, 2)));
  const added = join(uploads, evidencePath(uploadingStudents + 1, 1));
  mkdirSync(dirname(added));
  writeFileSync(added, makeNoise('added', 110_000));
  return '3 files rewritten, 1 extended, 1 added, 1 deleted';
}
