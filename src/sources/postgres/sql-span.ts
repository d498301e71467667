import { backslash, dollar, doubleQuote, isDigit, isWordByte, quote, solidus, star } from './sql-bytes.ts';

export type SpanKind = 'quoted' | 'escaped' | 'identifier' | 'dollar' | 'comment';

/**
 * A stretch of SQL in which semicolons and line ends mean nothing: a text, a quoted name, a `$tag$` body, a nested
 * comment. Begun behind its first mark; reads pieces of any size until it has ended.
 */
export class SqlSpan {
  #kind: SpanKind = 'quoted';
  #escape = false;
  #maybeEnded = false;
  #tag: number[] = [];
  #tagIsWhole = false;
  #matched = 0;
  #depth = 0;
  #previous = 0;
  ended = true;
  /** What was begun as `$tag$` was none, but a parameter as in `$1`. */
  wasParameter = false;
  /** It was neither of them. */
  wasBroken = false;

  begin(kind: SpanKind): void {
    this.#kind = kind;
    this.ended = false;
    this.#escape = this.#maybeEnded = this.#tagIsWhole = this.wasParameter = this.wasBroken = false;
    this.#tag = [dollar];
    this.#matched = 0;
    this.#depth = 1;
    this.#previous = 0;
  }

  /** Reads from `at`; gives the index behind the span's end, or the piece's length where it goes on. */
  read(buffer: Buffer, at: number): number {
    if (this.#kind === 'quoted') return this.#findMark(buffer, quote, at);
    if (this.#kind === 'identifier') return this.#findMark(buffer, doubleQuote, at);
    let index = at;
    while (index < buffer.length && !this.ended) {
      const byte = buffer[index] as number;
      if (this.#kind === 'escaped') index = this.#readEscaped(byte, index);
      else if (this.#kind === 'comment') index = this.#readComment(byte, index);
      else if (this.#tagIsWhole) index = this.#readBody(buffer, byte, index);
      else index = this.#readTag(byte, index);
    }
    return index;
  }

  /** Two marks in a row are one of the text: as if the span had ended and another begun. */
  #findMark(buffer: Buffer, mark: number, from: number): number {
    const found = buffer.indexOf(mark, from);
    this.ended = found >= 0;
    return found < 0 ? buffer.length : found + 1;
  }

  #readEscaped(byte: number, at: number): number {
    if (this.#maybeEnded) {
      this.#maybeEnded = false;
      this.ended = byte !== quote;
      return this.ended ? at : at + 1;
    }
    if (this.#escape) this.#escape = false;
    else if (byte === backslash) this.#escape = true;
    else this.#maybeEnded = byte === quote;
    return at + 1;
  }

  #readComment(byte: number, at: number): number {
    const opens = this.#previous === solidus && byte === star;
    const closes = this.#previous === star && byte === solidus;
    this.#previous = opens || closes ? 0 : byte;
    this.#depth += opens ? 1 : closes ? -1 : 0;
    this.ended = this.#depth === 0;
    return at + 1;
  }

  #readTag(byte: number, at: number): number {
    if (byte === dollar) this.#tagIsWhole = true;
    else if (!isWordByte(byte) || (this.#tag.length === 1 && isDigit(byte))) {
      this.ended = this.wasParameter = true;
      this.wasBroken = !isDigit(byte);
      return at;
    }
    this.#tag.push(byte);
    return at + 1;
  }

  #readBody(buffer: Buffer, byte: number, at: number): number {
    if (this.#matched === 0) {
      const found = buffer.indexOf(dollar, at);
      this.#matched = found < 0 ? 0 : 1;
      return found < 0 ? buffer.length : found + 1;
    }
    if (byte === this.#tag[this.#matched]) this.#matched++;
    // The mark that broke this match may begin the next one.
    else this.#matched = byte === dollar ? 1 : 0;
    this.ended = this.#matched === this.#tag.length;
    return at + 1;
  }
}
