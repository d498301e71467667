import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

import { Failure, messageOf } from '../../logging/failure.ts';
import { guardDump } from './restore-guard.ts';
import { restoreApplicationName } from './restore-session.ts';
import { awaitEnd, keepMessages } from './run-tool.ts';
import { describeServerError } from './server-errors.ts';
import type { PostgresServer } from './server.ts';
import { readClientVersion, type PostgresVersion } from './versions.ts';

export interface LoadOptions {
  server: PostgresServer;
  /** Name of the staged database, which is empty. */
  staged: string;
  /** The dump, in pieces of any size. */
  chunks: AsyncIterable<Buffer> | Iterable<Buffer>;
  signal?: AbortSignal | undefined;
}

/**
 * Loads a dump into a staged database, statement by statement, stopping at the first error: dumps end transactions of
 * their own around large objects, so that one transaction around all is not to be had, and a database that is not
 * whole is dropped, never used. The rows are on disk at the latest when the swap is.
 * @throws Failure `source` with the server's message; `damaged` where the dump is cut off or holds commands for psql.
 */
export async function loadStaged({ server, staged, chunks, signal }: LoadOptions): Promise<void> {
  const client = await readClientVersion(server, 'psql');
  const psql = server.start('psql', ['-Xqw', '-v', 'ON_ERROR_STOP=1', '-f', '-'], {
    database: staged,
    applicationName: restoreApplicationName,
  });
  const messages = keepMessages(psql);
  psql.stdout.resume();
  const ended = awaitEnd(psql, 'psql');
  ended.catch(() => undefined);
  const abort = () => psql.kill('SIGTERM');
  signal?.addEventListener('abort', abort, { once: true });
  if (signal?.aborted) abort();
  let broken: unknown;
  try {
    const input = Readable.from(writeSession(client, guardDump(chunks, staged)), {
      objectMode: true,
      highWaterMark: 1,
    });
    await pipeline(input, psql.stdin);
  } catch (error) {
    broken = error;
    // What is left of the dump would pass for its end.
    if (!isBrokenPipe(error)) abort();
  }
  const { code, endedBy } = await ended.finally(() => signal?.removeEventListener('abort', abort));
  const what = `loading database "${staged}" on ${server.label}`;
  if (signal?.aborted) throw new Failure('source', `${what} was interrupted`, 'Run the restore again.');
  if (broken !== undefined && !isBrokenPipe(broken)) {
    if (broken instanceof Failure) throw broken;
    const next = 'Nothing that is in use was changed. Verify the archive, then run the restore again.';
    throw new Failure('source', `${what}: the dump could not be read: ${messageOf(broken)}`, next, { cause: broken });
  }
  if (endedBy) {
    const next = 'Look for what ended it (memory: dmesg; an operator: the shell history), then run the restore again.';
    throw new Failure('source', `${what} is incomplete: psql was ended by ${endedBy}`, next);
  }
  if (code !== 0) throw describeServerError(`${what} failed (psql, status ${code})`, messages());
  if (broken !== undefined) {
    throw new Failure('source', `${what} is incomplete: psql stopped reading`, 'Run the restore again.');
  }
}

/**
 * The session's own lines before the dump. Within `\restrict` psql obeys no command of the dump, wherever it stands,
 * until a key is given that is drawn here. Commits need not wait for the disk: that of the swap does, for all.
 */
async function* writeSession(client: PostgresVersion, dump: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  if (knowsRestrict(client)) yield Buffer.from(`\\restrict ${randomBytes(32).toString('hex')}\n`);
  yield Buffer.from('SET synchronous_commit = off;\n');
  yield* dump;
}

/** The minor releases since which psql has `\restrict`, by major. */
const restrictSince: Record<number, number> = { 13: 22, 14: 19, 15: 14, 16: 10, 17: 6 };

function knowsRestrict({ major, minor }: PostgresVersion): boolean {
  return major > 17 || minor >= (restrictSince[major] ?? Infinity);
}

/** The reader went away; its exit tells why. */
function isBrokenPipe(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  return code === 'EPIPE' || code === 'ECONNRESET' || code === 'ERR_STREAM_PREMATURE_CLOSE';
}
