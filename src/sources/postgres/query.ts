import { setTimeout as sleep } from 'node:timers/promises';

import { runTool } from './run-tool.ts';
import { describeServerError, isPassing } from './server-errors.ts';
import type { PostgresServer } from './server.ts';

export interface QueryOptions {
  timeoutMs?: number;
  /** For how long a server that is starting up, or refuses connections, is asked again. */
  retryForMs?: number;
  applicationName?: string;
  signal?: AbortSignal | undefined;
}

/** Bytes of an SQL_ASCII database are of any encoding: they come as they are, and must not be refused. */
export const speakEncoding = `SELECT CASE pg_catalog.current_setting('server_encoding') WHEN 'SQL_ASCII' THEN 'SQL_ASCII' ELSE 'UTF8' END AS encoding \\gset
SET client_encoding = :'encoding';
`;

/**
 * Runs one SELECT and gives its rows, one object a row. Names in the SELECT are looked up in `pg_catalog` first.
 * @throws Failure `source` with the server's own message.
 */
export async function queryRows<T>(
  server: PostgresServer,
  database: string,
  select: string,
  options: QueryOptions = {},
): Promise<T[]> {
  const [rows] = await queryTogether<[T]>(server, database, [select], options);
  return rows;
}

/**
 * The same for several SELECTs one after the other in one session, which costs hardly more than one: the rows of each.
 * @throws Failure `source` with the server's own message.
 */
export async function queryTogether<Rows extends readonly unknown[]>(
  server: PostgresServer,
  database: string,
  selects: { [Position in keyof Rows]: string },
  options: QueryOptions = {},
): Promise<{ [Position in keyof Rows]: Rows[Position][] }> {
  const statements = selects.map(
    (select, position) =>
      `SELECT pg_catalog.json_build_array(${position}, pg_catalog.row_to_json(row)) FROM (\n${select}\n) AS row;\n\\echo \x1e\n`,
  );
  const sql = `${speakEncoding}SET search_path = pg_catalog;\n${statements.join('')}`;
  const output = await runScript(server, database, sql, options);
  const rows: unknown[][] = selects.map(() => []);
  for (const line of decodeText(output).split('\x1e')) {
    if (line.trim() === '') continue;
    const [position, row] = JSON.parse(line) as [number, unknown];
    rows[position]?.push(row);
  }
  return rows as { [Position in keyof Rows]: Rows[Position][] };
}

/**
 * Runs statements with psql, stopping at the first error, and gives what they print: fields divided by `|`, rows by
 * the byte 0x1e. A server that is just starting is awaited, for a bounded time; nothing has run then.
 * @throws Failure `source` with the server's own message.
 */
export async function runScript(
  server: PostgresServer,
  database: string,
  sql: string,
  options: QueryOptions = {},
): Promise<Buffer> {
  const deadline = Date.now() + (options.retryForMs ?? 30_000);
  const args = ['-XAtqw', '-v', 'ON_ERROR_STOP=1', '-R', '\x1e', '-f', '-'];
  for (let delayMs = 250; ; delayMs = Math.min(delayMs * 2, 5000)) {
    const result = await runTool(server, 'psql', args, {
      database,
      applicationName: options.applicationName ?? 'skills-hub-continuity',
      input: sql,
      timeoutMs: options.timeoutMs ?? 60_000,
      signal: options.signal,
    });
    if (result.code === 0) return result.stdout;
    // Status 2 of psql: the connection failed. Only when nothing can have run may it run again.
    const mayRetry =
      result.code === 2 &&
      result.stdout.length === 0 &&
      isPassing(result.stderr) &&
      /connection to server/.test(result.stderr);
    if (!mayRetry || Date.now() + delayMs > deadline || options.signal?.aborted) {
      const ended = result.endedBy ? `psql was ended by ${result.endedBy}` : result.stderr;
      throw describeServerError(`database "${database}" on ${server.label}`, ended);
    }
    await sleep(delayMs);
  }
}

/** A name as SQL. @throws RangeError where PostgreSQL could not hold it. */
export function quoteIdentifier(name: string): string {
  if (name === '' || name.includes('\0')) throw new RangeError('a name in SQL has at least one character, and no NUL');
  return `"${name.replaceAll('"', '""')}"`;
}

/** A text as SQL, whatever `standard_conforming_strings` says. @throws RangeError where it holds a NUL. */
export function quoteLiteral(text: string): string {
  if (text.includes('\0')) throw new RangeError('a text in SQL holds no NUL');
  const quoted = `'${text.replaceAll("'", "''").replaceAll('\\', '\\\\')}'`;
  return text.includes('\\') ? ` E${quoted}` : quoted;
}

/** What psql printed, as text: UTF-8 where it is, else latin1. */
export function decodeText(bytes: Buffer): string {
  const text = bytes.toString('utf8');
  return text.includes('\ufffd') ? bytes.toString('latin1') : text;
}
