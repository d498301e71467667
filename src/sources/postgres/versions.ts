import { Failure } from '../../logging/failure.ts';
import { queryRows, type QueryOptions } from './query.ts';
import { runTool } from './run-tool.ts';
import { describeServerError } from './server-errors.ts';
import type { PostgresServer, PostgresTool } from './server.ts';

export interface PostgresVersion {
  /** As the program says it: `15.20`. */
  text: string;
  major: number;
  minor: number;
}

/** The minor releases that closed the holes known in reading dumps (`archive`) and in psql, by major. */
const floors = {
  archive: { 14: 25, 15: 20, 16: 16, 17: 12, 18: 7 } as Record<number, number>,
  psql: { 14: 24, 15: 19, 16: 15, 17: 11, 18: 6 } as Record<number, number>,
};
const oldestMaintained = 14;

/** Reads `pg_dump (PostgreSQL) 15.20 (Debian …)`, `15.20`, or `19beta1`. */
export function parseVersion(text: string): PostgresVersion | undefined {
  const found = /(?:\(PostgreSQL\) |^)((\d+)(?:\.(\d+))?[\w.]*)/.exec(text);
  return found ? { text: found[1] as string, major: Number(found[2]), minor: Number(found[3] ?? 0) } : undefined;
}

export async function readServerVersion(
  server: PostgresServer,
  database: string,
  options: QueryOptions = {},
): Promise<PostgresVersion> {
  const select = `SELECT current_setting('server_version') AS version`;
  const [row] = await queryRows<{ version: string }>(server, database, select, options);
  const version = parseVersion(row?.version ?? '');
  if (version) return version;
  throw new Failure('source', `${server.label} tells no PostgreSQL version`, 'Check that it is a PostgreSQL server.');
}

export async function readClientVersion(server: PostgresServer, tool: PostgresTool): Promise<PostgresVersion> {
  const run = { database: 'postgres', applicationName: 'skills-hub-continuity', timeoutMs: 30_000 };
  const { stdout, stderr, code } = await runTool(server, tool, ['--version'], run);
  const version = code === 0 ? parseVersion(stdout.toString()) : undefined;
  if (version) return version;
  throw describeServerError(`${tool} for ${server.label} tells no version`, stderr);
}

/**
 * Refuses a client older than the server, which would not know all that the server holds.
 * @throws Failure `source`, with both versions.
 */
export function requireClientFor(
  tool: PostgresTool,
  client: PostgresVersion,
  server: PostgresVersion,
  label: string,
): void {
  if (client.major >= server.major) return;
  const next = `Install the client programs of PostgreSQL ${server.major} or newer (package postgresql-client-${server.major}).`;
  throw new Failure('source', `${tool} ${client.text} is older than the server ${label} (${server.text})`, next);
}

/** Says which programs lack security fixes that matter for dumps; one line each. */
export function listSecurityWarnings(tool: PostgresTool, version: PostgresVersion): string[] {
  if (version.major < oldestMaintained) {
    return [
      `${tool} ${version.text}: PostgreSQL ${version.major} gets no security fixes any more; install a newer major`,
    ];
  }
  const floor = floors[tool === 'psql' ? 'psql' : 'archive'][version.major];
  if (floor === undefined || version.minor >= floor) return [];
  const wanted = `${version.major}.${floor}`;
  return [
    `${tool} ${version.text} lacks security fixes of ${wanted}: update the package postgresql-client-${version.major} (of a container, its image)`,
  ];
}
