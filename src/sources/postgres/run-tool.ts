import { Failure } from '../../logging/failure.ts';
import type { PostgresServer, PostgresTool, StartedTool } from './server.ts';

export interface ToolRun {
  database: string;
  applicationName: string;
  /** Written to its standard input. */
  input?: string;
  timeoutMs: number;
  signal?: AbortSignal | undefined;
}

export interface ToolResult {
  stdout: Buffer;
  stderr: string;
  /** Exit status; null where a signal ended it. */
  code: number | null;
  endedBy: NodeJS.Signals | null;
}

/** More than this of an error output is not kept. */
const maximumErrorBytes = 64 * 1024;

/**
 * Runs a client program to its end and collects its output, which must fit in memory. A failure of the program is a
 * result; that it could not be started, or took too long, is a Failure.
 */
export async function runTool(
  server: PostgresServer,
  tool: PostgresTool,
  args: string[],
  run: ToolRun,
): Promise<ToolResult> {
  const started = server.start(tool, args, run);
  const chunks: Buffer[] = [];
  started.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  const messages = keepMessages(started);
  // A program that has ended leaves its input unread: its status says why.
  started.stdin.on('error', () => undefined);
  started.stdin.end(run.input ?? '');
  const late = new AbortController();
  const expire = () => {
    late.abort();
    started.kill('SIGKILL');
  };
  const timer = setTimeout(expire, run.timeoutMs);
  const abort = () => started.kill('SIGTERM');
  run.signal?.addEventListener('abort', abort, { once: true });
  try {
    const { code, endedBy } = await awaitEnd(started, tool);
    if (late.signal.aborted) {
      const limit = `${Math.round(run.timeoutMs / 1000)} s`;
      const next = 'Look at the load and the locks of the server (pg_stat_activity), then run again.';
      throw new Failure(
        'source',
        `${tool} on ${server.label} (database "${run.database}") took longer than ${limit}`,
        next,
      );
    }
    return { stdout: Buffer.concat(chunks), stderr: messages(), code, endedBy };
  } finally {
    clearTimeout(timer);
    run.signal?.removeEventListener('abort', abort);
  }
}

/** Drains a program's error output; the function gives what was kept of it so far. */
export function keepMessages(started: StartedTool): () => string {
  let kept = '';
  started.stderr.setEncoding('utf8').on('data', (text: string) => {
    if (kept.length < maximumErrorBytes) kept += text;
  });
  return () => kept;
}

/** Waits until a program has ended and its output was read. */
export async function awaitEnd(
  started: StartedTool,
  tool: PostgresTool,
): Promise<{ code: number | null; endedBy: NodeJS.Signals | null }> {
  return new Promise((resolve, reject) => {
    started.once('error', (cause: Error) => {
      const next = 'Install the package postgresql-client (apt install postgresql-client).';
      reject(new Failure('config', `${tool} could not be started: ${cause.message}`, next, { cause }));
    });
    started.once('close', (code, endedBy) => resolve({ code, endedBy }));
  });
}
