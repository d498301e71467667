import { Failure } from '../../logging/failure.ts';
import { feedPsql } from './feed-psql.ts';
import { restoreApplicationName } from './restore-session.ts';
import { keepMessages } from './run-tool.ts';
import { describeServerError } from './server-errors.ts';
import type { PostgresServer } from './server.ts';

export interface StreamOptions {
  server: PostgresServer;
  database: string;
  /** What is being done, as a message begins: `putting rows into app.public.student`. */
  what: string;
  signal?: AbortSignal | undefined;
}

/**
 * Runs a script that is too long for memory, such as one with rows in it, stopping at the first error: gives the JSON
 * objects that it prints, one a row. Where the script cannot be brought to its end, its session ends without a COMMIT.
 * @throws Failure `refused` with what the script itself raised; `source` with the server's message; what reading it threw.
 */
export async function runStream<T>(script: AsyncIterable<Buffer>, options: StreamOptions): Promise<T[]> {
  const { server, database, what, signal } = options;
  const args = ['-XAtqw', '-v', 'ON_ERROR_STOP=1', '-v', 'VERBOSITY=verbose', '-R', '\x1e', '-f', '-'];
  const psql = server.start('psql', args, { database, applicationName: restoreApplicationName });
  const messages = keepMessages(psql);
  const output: Buffer[] = [];
  psql.stdout.on('data', (piece: Buffer) => output.push(piece));
  const { code, endedBy, unreadable } = await feedPsql(psql, script, signal);
  if (signal?.aborted) throw new Failure('source', `${what} was interrupted`, 'Run it again.');
  if (unreadable) throw unreadable.error;
  if (endedBy) throw new Failure('source', `${what}: psql was ended by ${endedBy}`, 'Run it again.');
  if (code !== 0) throw explain(what, messages());
  // A dump within the script prints what it sets.
  const rows = Buffer.concat(output)
    .toString('utf8')
    .split(/[\x1e\n]/);
  return rows.filter((row) => row.startsWith('{')).map((row) => JSON.parse(row) as T);
}

/** What a script raises itself is said as it is, all lines of it; of everything else, PostgreSQL's message. */
function explain(what: string, stderr: string): Failure {
  const pattern = /ERROR: {1,2}([0-9A-Z]{5}): ([^]*?)(?:\n(?:DETAIL|HINT|QUERY|CONTEXT|LOCATION): |$)/;
  const [, state = '', message = ''] = pattern.exec(stderr) ?? [];
  const at = message.lastIndexOf(' | ');
  // Others raise as well: triggers of the database, for one.
  if (state === 'P0001' && at >= 0) {
    return new Failure('refused', `${what}: ${message.slice(0, at)}`, `Nothing was changed. ${message.slice(at + 3)}`);
  }
  const failure = describeServerError(`${what} failed`, stderr.replace(/(ERROR: {1,2})[0-9A-Z]{5}: /, '$1'));
  return new Failure(failure.kind, failure.message, `Nothing was changed. ${failure.next}`, { cause: failure });
}
