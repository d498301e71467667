import type { DumpEvents } from './dump-events.ts';
import { newline } from './sql-bytes.ts';

const terminator = Buffer.from('\\.\n');

/** The rows of one COPY block, up to the line `\.`, from pieces of any size; touches each byte only to find line ends. */
export class CopyRows {
  readonly #events: DumpEvents;
  #table = '';
  #rows = 0;
  /** How many bytes of the terminator the line has matched so far; -1 once it cannot be one. */
  #matched = 0;
  /** How many of them came in earlier pieces: not reported yet. */
  #held = 0;
  ended = true;

  constructor(events: DumpEvents) {
    this.#events = events;
  }

  /** Rows of a table begin at `at`, behind the statement that began at `statementAt`. */
  begin(table: string, at: number, statementAt: number): void {
    this.#table = table;
    this.#rows = this.#matched = this.#held = 0;
    this.ended = false;
    this.#events.copyBegins(table, at, statementAt);
  }

  /** Reads from index `from`; `base` is the piece's offset in the stream. Gives the index where it stopped. */
  read(buffer: Buffer, from: number, base: number): number {
    let at = from;
    while (at < buffer.length) {
      if (this.#matched >= 0 && buffer[at] === terminator[this.#matched]) {
        at++;
        if (++this.#matched < terminator.length) continue;
        this.#report(buffer, from, at - terminator.length);
        this.ended = true;
        this.#events.copyEnds(this.#table, this.#rows, base + at);
        return at;
      }
      // To psql this line would be the end as well.
      if (this.#matched === 2 && buffer[at] === 0x0d) this.#events.anyStatement?.('\\.', false, base + at);
      if (this.#held > 0) this.#events.copyRows(terminator.subarray(0, this.#held));
      this.#held = 0;
      this.#matched = -1;
      const end = buffer.indexOf(newline, at);
      if (end < 0) break;
      at = end + 1;
      this.#rows++;
      this.#matched = 0;
      this.#events.unitEnds(base + at);
    }
    this.#held = Math.max(0, this.#matched);
    this.#report(buffer, from, buffer.length - this.#held);
    return buffer.length;
  }

  #report(buffer: Buffer, start: number, end: number): void {
    if (end > start) this.#events.copyRows(buffer.subarray(start, end));
  }
}
