import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';

import { awaitEnd } from './run-tool.ts';
import type { StartedTool } from './server.ts';

/** How long psql may take to end once it was asked to. */
const killAfterMs = 2000;

/** How long whoever brings the script may take to notice that psql has ended. */
const graceMs = 1000;

/** How a psql ended that was given a script. */
export interface Fed {
  /** Exit status; null where a signal ended it. */
  code: number | null;
  endedBy: NodeJS.Signals | null;
  /** What reading the script threw: psql was ended for it. */
  unreadable?: { error: unknown };
  /** Whether psql took the whole script. */
  isWhole: boolean;
}

/**
 * Gives a started psql a script that is too long for memory, and waits until it has ended. Whoever calls reads its output.
 * Where the script cannot be read to its end, or `signal` says so, psql is ended: what it was given by then is not to
 * pass for all of it. @throws Failure `config` where it could not be started.
 */
export async function feedPsql(psql: StartedTool, script: AsyncIterable<Buffer>, signal?: AbortSignal): Promise<Fed> {
  const ended = awaitEnd(psql, 'psql');
  ended.catch(() => undefined);
  const stopped = new AbortController();
  const abort = () => {
    psql.kill('SIGTERM');
    // One that waits for input does not notice that its session is over.
    stopped.abort();
    void sleep(killAfterMs, undefined, { ref: false }).then(() => {
      psql.kill('SIGKILL');
      // What it started may still hold the pipes.
      for (const output of [psql.stdout, psql.stderr]) output.destroy();
    });
  };
  signal?.addEventListener('abort', abort, { once: true });
  if (signal?.aborted) abort();
  let unreadable: { error: unknown } | undefined;
  const noted = tellUnreadable(script, (error) => {
    unreadable = { error };
    abort();
  });
  const source = Readable.from(noted, { objectMode: true, highWaterMark: 1 });
  const isWhole = await awaitInput(pipeline(source, psql.stdin, { signal: stopped.signal }), ended);
  stopped.abort();
  const { code, endedBy } = await ended.finally(() => signal?.removeEventListener('abort', abort));
  return { code, endedBy, isWhole, ...(unreadable ? { unreadable } : {}) };
}

/** Waits until psql was given the whole script: whether it was. Once psql has ended, nobody waits for who brings it. */
async function awaitInput(piped: Promise<void>, ended: Promise<unknown>): Promise<boolean> {
  const over = new AbortController();
  const given = piped.then(
    () => true,
    () => false,
  );
  const unread = ended.then(() => sleep(graceMs, false, { signal: over.signal })).catch(() => false);
  return Promise.race([given, unread]).finally(() => over.abort());
}

/** Tells of what reading throws alone: a pipe that psql has closed is thrown in at the yield, and psql says why itself. */
async function* tellUnreadable(
  script: AsyncIterable<Buffer>,
  tell: (error: unknown) => void,
): AsyncGenerator<Buffer, void, undefined> {
  const iterator = script[Symbol.asyncIterator]();
  try {
    for (;;) {
      const step = await iterator.next().catch((error: unknown) => {
        tell(error);
        throw error;
      });
      if (step.done) return;
      yield step.value;
    }
  } finally {
    await iterator.return?.();
  }
}
