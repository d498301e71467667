import { randomBytes } from 'node:crypto';

import { Failure, messageOf } from '../../logging/failure.ts';
import { feedPsql } from './feed-psql.ts';
import { guardDump } from './restore-guard.ts';
import { keepRowOrder } from './restore-order.ts';
import { restoreApplicationName } from './restore-session.ts';
import { keepMessages } from './run-tool.ts';
import { describeServerError } from './server-errors.ts';
import type { PostgresServer } from './server.ts';
import { readClientVersion, type PostgresVersion } from './versions.ts';

export interface LoadOptions {
  server: PostgresServer;
  /** Name of the staged database, which is empty. */
  staged: string;
  /** The dump, in pieces of any size. */
  chunks: AsyncIterable<Buffer> | Iterable<Buffer>;
  /** It ends somewhere before the dump's end (`takePart`): whoever asks for it proves what came of it. */
  isPart?: boolean;
  signal?: AbortSignal | undefined;
}

/**
 * Loads a dump into a staged database, statement by statement, stopping at the first error: dumps end transactions of
 * their own around large objects, so that one transaction around all is not to be had, and a database that is not
 * whole is dropped, never used. Each table's rows have a transaction of their own, and keep their order. The rows are
 * on disk at the latest when the swap is.
 * @throws Failure `source` with the server's message; `damaged` where the dump is cut off or holds commands for psql.
 */
export async function loadStaged({ server, staged, chunks, isPart, signal }: LoadOptions): Promise<void> {
  const client = await readClientVersion(server, 'psql');
  const psql = server.start('psql', ['-Xqw', '-v', 'ON_ERROR_STOP=1', '-f', '-'], {
    database: staged,
    applicationName: restoreApplicationName,
  });
  const messages = keepMessages(psql);
  psql.stdout.resume();
  const session = writeSession(client, keepRowOrder(guardDump(chunks, staged, { isPart })));
  const { code, endedBy, unreadable, isWhole } = await feedPsql(psql, session, signal);
  const what = `loading database "${staged}" on ${server.label}`;
  if (signal?.aborted) throw new Failure('source', `${what} was interrupted`, 'Run the restore again.');
  if (unreadable) throw describeUnreadable(what, unreadable.error);
  if (endedBy) {
    const next = 'Look for what ended it (memory: dmesg; an operator: the shell history), then run the restore again.';
    throw new Failure('source', `${what} is incomplete: psql was ended by ${endedBy}`, next);
  }
  if (code !== 0) throw describeServerError(`${what} failed (psql, status ${code})`, messages());
  if (!isWhole) throw new Failure('source', `${what} is incomplete: psql stopped reading`, 'Run the restore again.');
}

function describeUnreadable(what: string, cause: unknown): Failure {
  if (cause instanceof Failure) return cause;
  const next = 'Nothing that is in use was changed. Verify the archive, then run the restore again.';
  return new Failure('source', `${what}: the dump could not be read: ${messageOf(cause)}`, next, { cause });
}

/**
 * The session's own lines before the dump. Within `\restrict` psql obeys no command of the dump, wherever it stands,
 * until a key is given that is drawn here. Commits need not wait for the disk: that of the swap does, for all. Backslashes
 * mean what they mean to whoever has read the dump before, whatever the server is set to.
 */
async function* writeSession(client: PostgresVersion, dump: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  if (knowsRestrict(client)) yield Buffer.from(`\\restrict ${randomBytes(32).toString('hex')}\n`);
  yield Buffer.from('SET synchronous_commit = off;\nSET standard_conforming_strings = on;\n');
  yield* dump;
}

/** The minor releases since which psql has `\restrict`, by major. */
const restrictSince: Record<number, number> = { 13: 22, 14: 19, 15: 14, 16: 10, 17: 6 };

function knowsRestrict({ major, minor }: PostgresVersion): boolean {
  return major > 17 || minor >= (restrictSince[major] ?? Infinity);
}
