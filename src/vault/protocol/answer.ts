import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { formatError, formatProgress, formatResult } from './wire.ts';

/** Not more often than this, lest a bar's movement costs more than the work. */
const PROGRESS_INTERVAL_MS = 200;

/** The vault's side of an answer: progress, then one result or error, then the end. */
export class Answer {
  readonly #output: Writable;
  #lastProgress = 0;
  #failure: Error | undefined;
  #hasResult = false;

  constructor(output: Writable) {
    this.#output = output;
    // The other side may be gone at any moment; what matters is found out when the next write is awaited.
    output.on('error', (error: Error) => (this.#failure = error));
  }

  /** Sent now and then only; never waits. */
  readonly progress = (done: number, total: number): void => {
    const now = Date.now();
    if (now - this.#lastProgress < PROGRESS_INTERVAL_MS || this.#output.destroyed || this.#output.writableNeedDrain)
      return;
    this.#lastProgress = now;
    this.#output.write(formatProgress(done, total));
  };

  /** For work that nobody else waits for. @throws Error where the client has gone. */
  requireClient(): void {
    if (this.#failure) throw this.#failure;
    if (this.#output.destroyed) throw new Error('the client has gone');
  }

  /** `body` must give exactly `bodyBytes`; where it fails, the answer ends short, which the other side notices. */
  async result(result: unknown, bodyBytes = 0, body?: AsyncIterable<Uint8Array>): Promise<void> {
    this.#hasResult = true;
    await this.#write(formatResult(result, bodyBytes));
    if (body) for await (const chunk of body) await this.#write(chunk);
    await this.#end();
  }

  /** Says what went wrong; after a result it only ends the answer, whose body is then too short. */
  async error(error: unknown): Promise<void> {
    if (!this.#hasResult) await this.#write(formatError(error));
    await this.#end();
  }

  async #write(bytes: string | Uint8Array): Promise<void> {
    this.requireClient();
    if (this.#output.write(bytes)) return;
    // A client that goes away gives 'close' and no 'drain'.
    const closing = new AbortController();
    const close = (): void => closing.abort(new Error('the client has gone'));
    this.#output.once('close', close);
    try {
      await once(this.#output, 'drain', { signal: closing.signal });
    } finally {
      this.#output.off('close', close);
    }
  }

  async #end(): Promise<void> {
    if (this.#output.destroyed) return;
    await new Promise<void>((resolve) => this.#output.end(resolve));
  }
}
