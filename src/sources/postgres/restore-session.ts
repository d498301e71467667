import { runScript, type QueryOptions } from './query.ts';
import type { PostgresServer } from './server.ts';

/** What the programs of a restore call themselves in `pg_stat_activity`. */
export const restoreApplicationName = 'skills-hub-continuity restore';

/** Creating and dropping databases waits for checkpoints and copies files: longer than a query may take. */
const statementTimeoutMs = 600_000;

/**
 * A database to work from that is none of those named: nobody may be connected to a database that is renamed or
 * dropped.
 */
export function chooseMaintenanceDatabase(...names: string[]): string {
  return names.includes('postgres') ? 'template1' : 'postgres';
}

/** Runs statements, some of which print one JSON text each: gives those, parsed. @throws Failure `source` */
export async function runStatements<T>(
  server: PostgresServer,
  database: string,
  sql: string,
  options: QueryOptions = {},
): Promise<T[]> {
  const settings = { applicationName: restoreApplicationName, timeoutMs: statementTimeoutMs, ...options };
  return parseRows(await runScript(server, database, sql, settings)) as T[];
}

/** Rows of psql's output, each one JSON text on one line: psql divides rows by the byte 0x1e, results by line ends. */
export function parseRows(output: Buffer): unknown[] {
  const rows = output.toString('utf8').split(/[\x1e\n]/);
  return rows.filter((row) => row !== '').map((row) => JSON.parse(row) as unknown);
}
