import { Failure } from '../../logging/failure.ts';
import { writeExclusion } from './catalogue.ts';
import { restoreApplicationName } from './restore-session.ts';
import { awaitEnd, keepMessages } from './run-tool.ts';
import { describeServerError } from './server-errors.ts';
import { readEncoding, type RowSource } from './table-rows.ts';

/**
 * One table of a database as SQL, with its rows, indexes, constraints, triggers, privileges and the sequences that belong
 * to it; in the database's own encoding. @throws Failure `source`
 */
export async function* dumpTable(source: RowSource): AsyncGenerator<Buffer, void, undefined> {
  const { server, database, schema, table } = source;
  const encoding = await readEncoding(server, database);
  // One pattern of pg_dump's is like the other.
  const only = writeExclusion({ schema, name: table }, encoding);
  const args = ['--format=plain', '--no-password', `--encoding=${encoding}`, `--table=${only}`];
  const dump = server.start('pg_dump', args, { database, applicationName: restoreApplicationName });
  const messages = keepMessages(dump);
  const ended = awaitEnd(dump, 'pg_dump');
  ended.catch(() => undefined);
  dump.stdin.on('error', () => undefined);
  dump.stdin.end();
  let isWhole = false;
  try {
    yield* dump.stdout as AsyncIterable<Buffer>;
    isWhole = true;
  } finally {
    if (!isWhole) dump.kill('SIGKILL');
  }
  const { code, endedBy } = await ended;
  const what = `dumping ${schema}.${table} from "${database}"`;
  if (endedBy) throw new Failure('source', `${what}: pg_dump was ended by ${endedBy}`, 'Run the restore again.');
  if (code !== 0) throw describeServerError(`${what} failed`, messages());
}
