import { Failure } from '../../logging/failure.ts';
import { restoreApplicationName } from './restore-session.ts';
import { awaitEnd, keepMessages } from './run-tool.ts';
import { describeServerError } from './server-errors.ts';
import type { PostgresServer, PostgresTool } from './server.ts';

export interface StreamedTool {
  server: PostgresServer;
  database: string;
  /** What is being done, as a message begins: `reading the rows of public.student`. */
  what: string;
  /** Written to its standard input. */
  input?: string;
}

/**
 * The output of a client program, piece by piece; whoever stops reading early ends it.
 * @throws Failure `source` with the server's message, once all was passed on, where it did not end well.
 */
export async function* streamTool(
  tool: PostgresTool,
  args: readonly string[],
  { server, database, what, input }: StreamedTool,
): AsyncGenerator<Buffer, void, undefined> {
  const started = server.start(tool, args, { database, applicationName: restoreApplicationName });
  const messages = keepMessages(started);
  const ended = awaitEnd(started, tool);
  ended.catch(() => undefined);
  started.stdin.on('error', () => undefined);
  started.stdin.end(input ?? '');
  let isWhole = false;
  try {
    yield* started.stdout as AsyncIterable<Buffer>;
    isWhole = true;
  } finally {
    if (!isWhole) started.kill('SIGKILL');
  }
  const { code, endedBy } = await ended;
  if (endedBy) throw new Failure('source', `${what}: ${tool} was ended by ${endedBy}`, 'Run the restore again.');
  if (code !== 0) throw describeServerError(`${what} failed`, messages());
}
