/** A longer statement (a function, a comment) is none that we read; a COPY of 1,600 long columns stays below. */
const MAX_BYTES = 1 << 20;
/** What is told of a statement that is not read. */
const BEGINNING_BYTES = 256;

/** The text of the statement at hand, from pieces of any size; bytes as latin1 characters. */
export class StatementText {
  #pieces: Buffer[] = [];
  #bytes = 0;
  /** Where in the piece at hand it goes on. */
  #start = 0;
  beginning = '';

  begin(at: number): void {
    this.#pieces = [];
    this.#bytes = 0;
    this.#start = at;
    this.beginning = '';
  }

  /** Another piece comes. */
  resume(): void {
    this.#start = 0;
  }

  keep(buffer: Buffer, end: number): void {
    const piece = buffer.subarray(this.#start, end);
    this.#bytes += piece.length;
    if (this.#bytes > MAX_BYTES) this.#pieces = [];
    else this.#pieces.push(piece);
    this.beginning += piece.toString('latin1', 0, BEGINNING_BYTES - this.beginning.length);
  }

  /** All of it; empty where it is too long. */
  whole(): string {
    return Buffer.concat(this.#pieces).toString('latin1');
  }
}
