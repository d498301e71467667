import { CopyRows } from './copy-rows.ts';
import type { DumpEvents } from './dump-events.ts';
import { decodeName, parseCopyTable } from './dump-statements.ts';
import {
  backslash,
  dollar,
  doubleQuote,
  isWordByte,
  minus,
  newline,
  quote,
  semicolon,
  solidus,
  star,
} from './sql-bytes.ts';
import { SqlSpan, type SpanKind } from './sql-span.ts';

type State = 'top' | 'span' | 'minus' | 'solidus' | 'comment' | 'meta' | 'copyHead' | 'rows';

const trailer = Buffer.from('-- PostgreSQL database dump complete');
/** A longer statement (a function, a comment) is none that we read; a COPY of 1,600 long columns stays below. */
const maximumStatementBytes = 1 << 20;
/** What is told of a statement that is not read. */
const beginningBytes = 256;

/**
 * Reads pg_dump's plain output as it passes, in pieces of any size: finds COPY blocks, statements and the trailer at
 * the top level only, whatever quotes, bodies and comments hold. Memory is bounded by the longest statement that it
 * keeps.
 */
export class DumpLexer {
  readonly #events: DumpEvents;
  readonly #rows: CopyRows;
  readonly #span = new SqlSpan();
  #state: State = 'top';
  /** Offset in the stream of the piece at hand. */
  #base = 0;

  // The statement at hand: its bytes, and whether it began a line.
  #open = false;
  #statementAt = 0;
  #atLineStart = true;
  #parentheses = 0;
  #pieces: Buffer[] = [];
  #piecesBytes = 0;
  #pieceStart = 0;
  #beginning = '';
  /** A statement has ended on this line. */
  #ended = false;
  /** How many bytes of a word have just passed, and the last byte: tells `E'` and `a$b$`. */
  #word = 0;
  #last = 0;
  #backslashEscapes = false;
  #encoding = 'UTF8';

  #table = '';
  /** How far a comment has matched the trailer; -1: it cannot be it. */
  #matched = -1;
  #line: number[] = [];
  #trailerSeen = false;
  #restrictKey: string | undefined;

  constructor(events: DumpEvents) {
    this.#events = events;
    this.#rows = new CopyRows(events);
  }

  /**
   * Whether the dump is whole so far: its trailer stood at the top level, nothing but psql's `\unrestrict` after it,
   * with the key that the beginning gave.
   */
  get complete(): boolean {
    return this.#trailerSeen && this.#restrictKey === undefined && this.#state === 'top';
  }

  push(buffer: Buffer): void {
    this.#pieceStart = 0;
    for (let at = 0; at < buffer.length;) at = this.#read(buffer, at);
    if (this.#open) this.#keepPiece(buffer, buffer.length);
    this.#base += buffer.length;
  }

  /** Reads one byte, or as many as mean the same; gives where it stopped. */
  #read(buffer: Buffer, at: number): number {
    if (this.#state === 'rows') {
      const end = this.#rows.read(buffer, at, this.#base);
      if (this.#rows.ended) this.#state = 'top';
      return end;
    }
    if (this.#state === 'span') {
      const end = this.#span.read(buffer, at);
      if (this.#span.ended) this.#leaveSpan();
      return end;
    }
    const byte = buffer[at] as number;
    if (this.#state === 'minus' || this.#state === 'solidus') return this.#readSymbol(byte, at);
    if (this.#state === 'comment') this.#readComment(byte);
    else if (this.#state === 'meta') this.#readMetaLine(byte, at);
    else if (this.#state === 'top') this.#readTop(buffer, byte, at);
    else if (byte === newline) {
      this.#state = 'rows';
      this.#atLineStart = true;
      this.#rows.begin(this.#table, this.#base + at + 1, this.#statementAt);
    }
    // After the rows psql would go on with the rest of this line.
    else if (byte !== 0x0d) this.#events.anyStatement?.(String.fromCharCode(byte), false);
    return at + 1;
  }

  #readTop(buffer: Buffer, byte: number, at: number): void {
    if (byte === newline) return this.#readLineEnd(at);
    if (byte === minus || byte === solidus) {
      // Maybe a comment: the next byte tells.
      this.#matched = byte === minus && this.#atLineStart && !this.#open ? 1 : -1;
      this.#state = byte === minus ? 'minus' : 'solidus';
      this.#word = 0;
      return;
    }
    if (!this.#open) {
      if (byte === backslash && this.#atLineStart) {
        this.#state = 'meta';
        this.#line = [];
        return this.#events.metaBegins(this.#base + at);
      }
      if (byte === 0x20 || byte === 0x09 || byte === 0x0d) {
        this.#atLineStart = false;
        return;
      }
      this.#openStatement(at);
    }
    if (byte === quote) this.#enterSpan(this.#isEscapeMark() ? 'escaped' : 'quoted');
    else if (byte === doubleQuote) this.#enterSpan('identifier');
    else if (byte === dollar && this.#word === 0) this.#enterSpan('dollar');
    else if (byte === 0x28) this.#parentheses++;
    else if (byte === 0x29) this.#parentheses--;
    // For psql it begins a command of its own, wherever it stands.
    else if (byte === backslash) this.#events.anyStatement?.('\\', false);
    // Inside parentheses it separates the actions of a rule.
    else if (byte === semicolon && this.#parentheses <= 0) this.#closeStatement(buffer, at + 1);
    this.#word = isWordByte(byte) ? this.#word + 1 : 0;
    this.#last = byte;
  }

  #readLineEnd(at: number): void {
    this.#word = 0;
    if (!this.#open) this.#atLineStart = true;
    if (!this.#ended) return;
    this.#ended = false;
    this.#events.unitEnds(this.#base + at + 1);
  }

  /** Whether backslashes escape in the text that begins here: `E'…'`, or all of them in a dump that says so. */
  #isEscapeMark(): boolean {
    return this.#backslashEscapes || (this.#word === 1 && (this.#last | 0x20) === 0x65);
  }

  #enterSpan(kind: SpanKind): void {
    this.#state = 'span';
    this.#span.begin(kind);
  }

  #leaveSpan(): void {
    this.#state = 'top';
    this.#word = this.#span.wasParameter ? 1 : 0;
    this.#last = 0;
  }

  #readSymbol(byte: number, at: number): number {
    if (this.#state === 'minus' && byte === minus) {
      this.#state = 'comment';
      if (this.#matched === 1) this.#matched = 2;
      return at + 1;
    }
    if (this.#state === 'solidus' && byte === star) {
      this.#enterSpan('comment');
      if (!this.#open) this.#atLineStart = false;
      return at + 1;
    }
    // No comment, but a symbol; no statement that we read begins with one.
    this.#state = 'top';
    if (!this.#open) {
      this.#openStatement(at);
      this.#atLineStart = false;
    }
    return at;
  }

  #readComment(byte: number): void {
    // To psql and the server a carriage return ends it as well, whatever comes behind; no trailer has one.
    if (byte === 0x0d) {
      this.#matched = -1;
      this.#state = 'top';
      return;
    }
    if (byte !== newline) {
      if (this.#matched >= 0) this.#matched = byte === trailer[this.#matched] ? this.#matched + 1 : -1;
      return;
    }
    if (this.#matched === trailer.length) this.#trailerSeen = true;
    this.#state = 'top';
    this.#word = 0;
    if (!this.#open) this.#atLineStart = true;
  }

  #readMetaLine(byte: number, at: number): void {
    if (byte !== newline) {
      if (this.#line.length < 1024) this.#line.push(byte);
      return;
    }
    this.#state = 'top';
    const text = `\\${Buffer.from(this.#line).toString('latin1')}`;
    const [word, key] = text.split(' ');
    if (word === '\\restrict') this.#restrictKey = key ?? '';
    // One without its \restrict stands in a dump that lacks its beginning.
    else if (word === '\\unrestrict') this.#restrictKey = key === this.#restrictKey ? undefined : '';
    this.#events.metaEnds(text, this.#base + at + 1);
  }

  #openStatement(at: number): void {
    this.#open = true;
    this.#statementAt = this.#base + at;
    this.#trailerSeen = false;
    this.#parentheses = 0;
    this.#word = 0;
    this.#pieceStart = at;
    this.#beginning = '';
  }

  #keepPiece(buffer: Buffer, end: number): void {
    const piece = buffer.subarray(this.#pieceStart, end);
    this.#piecesBytes += piece.length;
    if (this.#piecesBytes > maximumStatementBytes) this.#pieces = [];
    else this.#pieces.push(piece);
    this.#beginning += piece.toString('latin1', 0, beginningBytes - this.#beginning.length);
  }

  #closeStatement(buffer: Buffer, end: number): void {
    this.#keepPiece(buffer, end);
    // What does not begin a line is part of something that we do not read, such as a function's body.
    const text = this.#atLineStart ? Buffer.concat(this.#pieces).toString('latin1') : '';
    this.#events.anyStatement?.(text || this.#beginning, this.#atLineStart);
    this.#pieces = [];
    this.#piecesBytes = 0;
    this.#open = false;
    this.#ended = true;
    this.#atLineStart = false;
    if (text === '') return;
    if (text.startsWith('SET ')) this.#readSetting(text);
    this.#events.statement(text, this.#base + end);
    const table = parseCopyTable(text);
    if (table === undefined) return;
    this.#table = decodeName(table, this.#encoding);
    this.#ended = false;
    this.#state = 'copyHead';
  }

  #readSetting(text: string): void {
    const setting = /^SET (client_encoding|standard_conforming_strings) = '?(\w+)'?;$/.exec(text);
    if (setting?.[1] === 'client_encoding') this.#encoding = setting[2] as string;
    else if (setting) this.#backslashEscapes = setting[2] === 'off';
  }
}
