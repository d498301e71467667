import { setTimeout as sleep } from 'node:timers/promises';

import { Failure, messageOf } from '../../logging/failure.ts';
import type { Logger } from '../../logging/logger.ts';
import { awaitEnd, keepMessages } from './run-tool.ts';
import { describeServerError } from './server-errors.ts';
import type { PostgresServer, StartedTool } from './server.ts';

export interface RunOptions {
  server: PostgresServer;
  database: string;
  applicationName: string;
  timezone?: string | undefined;
  args: readonly string[];
  timeoutMs: number;
  heartbeatMs: number;
  signal: AbortSignal | undefined;
  log: Logger;
}

/** How long a program that was asked to end may take. */
const graceMs = 2_000;

/** One running pg_dump: its output with back-pressure, its limits, and what its end means. */
export class DumpRun {
  readonly #options: RunOptions;
  readonly #child: StartedTool;
  readonly #messages: () => string;
  readonly #stopClocks: () => void;
  #failure: Failure | undefined;
  #waiting = true;
  #lastArrival = Date.now();
  bytes = 0;
  /** Resolves when pg_dump has ended well and its output was read; rejects with a Failure otherwise. */
  readonly ended: Promise<void>;
  /** Resolves with the first output: pg_dump has its snapshot, and knows all tables, by then. */
  readonly started: Promise<void>;

  constructor(options: RunOptions) {
    this.#options = options;
    const { server, args, database, applicationName, timezone } = options;
    const identity = { database, applicationName, ...(timezone === undefined ? {} : { timezone }) };
    this.#child = server.start('pg_dump', args, identity);
    this.#child.stdin.on('error', () => undefined);
    this.#child.stdin.end();
    this.#messages = keepMessages(this.#child);
    // When a program ends, Node throws away what nobody listens for; whoever reads this may come later.
    this.#child.stdout.on('readable', () => undefined);
    this.ended = awaitEnd(this.#child, 'pg_dump').then(
      ({ code, endedBy }) => this.#judgeEnd(code, endedBy),
      (error: unknown) => {
        throw this.#failure ?? error;
      },
    );
    this.ended.catch(() => undefined);
    this.#stopClocks = this.#startClocks();
    this.started = this.#awaitOutput();
    this.started.catch(() => undefined);
  }

  get label(): string {
    return `database "${this.#options.database}" on ${this.#options.server.label}`;
  }

  /** What pg_dump wrote to its error output, line by line. */
  get messages(): string[] {
    return this.#messages()
      .split('\n')
      .filter((line) => line.trim() !== '');
  }

  /** The output, as fast as it is taken; it ends after pg_dump. @throws Failure where the run did not end well. */
  async *read(): AsyncGenerator<Buffer, void, undefined> {
    let reason = 'was given up';
    let isComplete = false;
    try {
      this.#waiting = true;
      for await (const piece of this.#child.stdout as AsyncIterable<Buffer>) {
        this.#waiting = false;
        this.#lastArrival = Date.now();
        this.bytes += piece.length;
        yield piece;
        this.#lastArrival = Date.now();
        this.#waiting = true;
      }
      isComplete = true;
    } catch (error) {
      reason = `could not be read: ${messageOf(error)}`;
    } finally {
      // Whoever stops reading needs no dump: it must not go on, blocked on a full pipe, with its locks.
      if (!isComplete) this.stop(new Failure('source', `the dump of ${this.label} ${reason}`, 'Run the backup again.'));
      // Nobody is told that the run is over while pg_dump still is there.
      await this.ended.catch(() => undefined);
    }
    if (!isComplete && this.#failure) throw this.#failure;
    await this.ended;
  }

  /** Ends pg_dump, gently and then not; the first reason is the one that is told. */
  stop(reason: Failure): void {
    this.#failure ??= reason;
    this.#child.kill('SIGTERM');
    // What it wrote is of no use any more, and unread it would keep the program from being over.
    this.#child.stdout.destroy();
    void sleep(graceMs, undefined, { ref: false }).then(() => {
      this.#child.kill('SIGKILL');
      // What it started may still hold the pipe.
      this.#child.stderr.destroy();
    });
  }

  #judgeEnd(code: number | null, endedBy: NodeJS.Signals | null): void {
    this.#stopClocks();
    if (this.#failure) throw this.#failure;
    if (endedBy) {
      const next = 'Look for what ended it (memory: dmesg; an operator: the shell history), then run the backup again.';
      throw new Failure('source', `the dump of ${this.label} is incomplete: pg_dump was ended by ${endedBy}`, next);
    }
    if (code !== 0)
      throw describeServerError(`the dump of ${this.label} failed (pg_dump, status ${code})`, this.#messages());
  }

  #startClocks(): () => void {
    const { timeoutMs, heartbeatMs, signal, log } = this.#options;
    const begun = Date.now();
    const expire = () => {
      const next = 'Look at the load and the locks of the server (pg_stat_activity), or raise the time limit.';
      const limit = `${Math.round(timeoutMs / 100) / 10} s`;
      this.stop(new Failure('source', `the dump of ${this.label} took longer than ${limit}`, next));
    };
    const beat = () => {
      const now = Date.now();
      if (!this.#waiting || now - this.#lastArrival < heartbeatMs) return;
      const silence = Math.round((now - this.#lastArrival) / 1000);
      const total = Math.round((now - begun) / 1000);
      log.info(
        `${this.label}: nothing from pg_dump for ${silence} s (${this.bytes} bytes in ${total} s), still waiting`,
      );
    };
    const abort = () =>
      this.stop(new Failure('source', `the dump of ${this.label} was interrupted`, 'Run the backup again.'));
    const limit = setTimeout(expire, timeoutMs);
    const heartbeat = setInterval(beat, heartbeatMs);
    signal?.addEventListener('abort', abort, { once: true });
    if (signal?.aborted) abort();
    return () => {
      clearTimeout(limit);
      clearInterval(heartbeat);
      signal?.removeEventListener('abort', abort);
    };
  }

  async #awaitOutput(): Promise<void> {
    const { stdout } = this.#child;
    // Looked at when it is told: a moment later, whoever reads the dump may have taken what was there.
    const hasOutput = await Promise.race([
      new Promise<boolean>((resolve) => stdout.once('readable', () => resolve(stdout.readableLength > 0))),
      this.ended.then(() => false),
    ]);
    this.#waiting = !hasOutput;
    // The end of the output counts as readable, too.
    if (hasOutput) return;
    stdout.resume();
    await this.ended;
  }
}
