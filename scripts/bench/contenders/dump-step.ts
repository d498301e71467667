import { join } from 'node:path';
import type { PostgresCluster } from '../../../test/fixtures/postgres-cluster.ts';
import { databaseNames } from '../databases.ts';
import type { Step } from '../run-steps.ts';

/** All databases at once, each as SQL into a file of `folder`. */
export function dumpDatabases(cluster: PostgresCluster, folder: string): Step {
  const { host, port, user, password, binaries } = cluster;
  const env = { PGHOST: host, PGPORT: `${port}`, PGUSER: user, PGPASSWORD: password };
  return databaseNames.map((name) => ({
    program: join(binaries, 'pg_dump'),
    args: [`--file=${join(folder, `${name}.sql`)}`, `--dbname=${name}`],
    env,
  }));
}
