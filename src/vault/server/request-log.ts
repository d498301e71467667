import { closeSync, constants, openSync, writeSync } from 'node:fs';
import { messageOf } from '../../logging/failure.ts';
import type { Logger } from '../../logging/logger.ts';
import { printable } from '../../logging/printable.ts';

/** However much a client says, a request is a line, and no line is longer. */
const LONGEST_LINE = 1000;

/**
 * The vault's own log: a line for each request. The file belongs to the keeper, and is opened for each line: whoever
 * rotates it need tell nobody. A log that cannot be written is complained of, and stops no backup.
 */
export class RequestLog {
  readonly #path: string;
  readonly #about: { role: string; client: string | undefined; now: () => Date };
  readonly #log: Logger;
  readonly #startedMs = performance.now();

  constructor(path: string, about: { role: string; client: string | undefined; now: () => Date }, log: Logger) {
    this.#path = path;
    this.#about = about;
    this.#log = log;
  }

  /** What came of a request, and how long it took. */
  writeOutcome(words: readonly string[], outcome: string): void {
    const seconds = ((performance.now() - this.#startedMs) / 1000).toFixed(1);
    this.write(`${words.join(' ').slice(0, 200)}: ${outcome.slice(0, 600)}, ${seconds} s`);
  }

  write(text: string): void {
    const { role, client = '-', now } = this.#about;
    const line = printable(`${now().toISOString()} ${role} ${client} ${text}`).slice(0, LONGEST_LINE);
    try {
      const flags = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NOFOLLOW;
      const descriptor = openSync(this.#path, flags, 0o640);
      try {
        writeSync(descriptor, `${line}\n`);
      } finally {
        closeSync(descriptor);
      }
    } catch (error) {
      this.#log.warning(`the vault's log cannot be written: ${messageOf(error)}`);
    }
  }
}
