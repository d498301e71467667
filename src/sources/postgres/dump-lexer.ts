import type { DumpEvents } from './dump-events.ts';
import { decodeName, parseCopyTable } from './dump-statements.ts';

const top = 0;
const quoted = 1;
const escaped = 2;
const afterEscaped = 3;
const identifier = 4;
const dollarTag = 5;
const dollarBody = 6;
const dash = 7;
const lineComment = 8;
const slash = 9;
const blockComment = 10;
const metaLine = 11;
const copyHead = 12;
const copyRows = 13;

const newline = 0x0a;
const quote = 0x27;
const doubleQuote = 0x22;
const backslash = 0x5c;
const dollar = 0x24;
const star = 0x2a;
const solidus = 0x2f;
const minus = 0x2d;
const semicolon = 0x3b;
const dot = 0x2e;

const trailer = Buffer.from('-- PostgreSQL database dump complete');
const terminator = Buffer.from('\\.\n');
/** A longer statement (a function, a comment) is none that we read; a COPY of 1,600 long columns stays below. */
const maxStatementBytes = 1 << 20;

/**
 * Reads pg_dump's plain output as it passes, in pieces of any size: finds COPY blocks, statements and the trailer at
 * the top level only, whatever quotes, bodies and comments hold. Memory is bounded by the longest statement that we read.
 */
export class DumpLexer {
  readonly #events: DumpEvents;
  #state = top;
  /** Offset in the stream of the piece at hand. */
  #base = 0;

  // The statement at hand.
  #open = false;
  #atLineStart = true;
  #parentheses = 0;
  #pieces: Buffer[] = [];
  #piecesBytes = 0;
  #pieceStart = 0;
  #ended = false;
  /** How many bytes of an identifier or number have just passed, and the last byte: tells `E'` and `a$b$`. */
  #word = 0;
  #last = 0;
  #backslashEscapes = false;

  // Inside quotes, bodies and comments.
  #skipNext = false;
  #tag: number[] = [];
  #matched = 0;
  #depth = 0;
  #previous = 0;
  #commentLength = -1;
  #line: number[] = [];

  // Inside rows.
  #table = '';
  #rows = 0;
  #rowHead = 0;
  #held = 0;

  #encoding = 'UTF8';
  #trailerSeen = false;
  #restrictKey: string | undefined;

  constructor(events: DumpEvents) {
    this.#events = events;
  }

  /** Whether the dump is whole so far: its trailer stood at the top level, nothing but psql's `\unrestrict` after it. */
  get complete(): boolean {
    return this.#trailerSeen && this.#restrictKey === undefined && this.#state === top;
  }

  push(buffer: Buffer): void {
    let at = 0;
    this.#pieceStart = 0;
    while (at < buffer.length) at = this.#state === copyRows ? this.#readRows(buffer, at) : this.#readSql(buffer, at);
    if (this.#open) this.#keepPiece(buffer, buffer.length);
    this.#base += buffer.length;
  }

  /** Reads until the piece ends or rows begin; gives where it stopped. */
  #readSql(buffer: Buffer, from: number): number {
    let at = from;
    while (at < buffer.length) {
      const byte = buffer[at] as number;
      switch (this.#state) {
        case top:
          this.#readTop(buffer, byte, at++);
          break;
        case quoted:
          at = this.#skipTo(buffer, quote, at, top);
          break;
        case identifier:
          at = this.#skipTo(buffer, doubleQuote, at, top);
          break;
        case escaped:
          if (this.#skipNext) this.#skipNext = false;
          else if (byte === backslash) this.#skipNext = true;
          else if (byte === quote) this.#state = afterEscaped;
          at++;
          break;
        case afterEscaped:
          // Two quotes are one of the text, which goes on.
          this.#state = byte === quote ? escaped : top;
          if (byte === quote) at++;
          break;
        case dollarTag:
          at = this.#readDollarTag(byte, at);
          break;
        case dollarBody:
          at = this.#readDollarBody(buffer, byte, at);
          break;
        case dash:
          if (byte === minus) this.#state = lineComment;
          else this.#leaveSymbol();
          if (byte === minus) at++;
          break;
        case slash:
          this.#depth = 1;
          this.#previous = 0;
          if (byte === star) this.#state = blockComment;
          else this.#leaveSymbol();
          if (byte === star) at++;
          break;
        case lineComment:
          this.#readLineComment(byte);
          at++;
          break;
        case blockComment:
          this.#readBlockComment(byte);
          at++;
          break;
        case metaLine:
          this.#readMetaLine(byte, at++);
          break;
        default:
          // After the semicolon of COPY: the rows begin on the next line.
          at++;
          if (byte === newline) {
            this.#state = copyRows;
            this.#events.copyBegins(this.#table, this.#base + at);
            return at;
          }
      }
    }
    return at;
  }

  #readTop(buffer: Buffer, byte: number, at: number): void {
    if (byte === newline) {
      if (this.#ended) {
        this.#ended = false;
        this.#events.unitEnds(this.#base + at + 1);
      }
      this.#atLineStart ||= !this.#open;
      this.#word = 0;
      return;
    }
    if (!this.#open) {
      if (byte === minus || byte === solidus) {
        // Maybe a comment; whether it is one, the next byte tells.
        this.#commentLength = byte === minus && this.#atLineStart ? 1 : -1;
        this.#state = byte === minus ? dash : slash;
        this.#pieceStart = at;
        this.#last = byte;
        return;
      }
      if (byte === backslash && this.#atLineStart) {
        this.#state = metaLine;
        this.#line = [];
        this.#events.metaBegins(this.#base + at);
        return;
      }
      if (byte === 0x20 || byte === 0x09 || byte === 0x0d) {
        this.#atLineStart = false;
        return;
      }
      this.#openStatement(at);
    } else if (byte === minus || byte === solidus) {
      this.#commentLength = -1;
      this.#state = byte === minus ? dash : slash;
      this.#word = 0;
      return;
    }
    this.#readToken(buffer, byte, at);
  }

  #readToken(buffer: Buffer, byte: number, at: number): void {
    if (byte === quote) {
      const isEscaped = this.#backslashEscapes || (this.#word === 1 && (this.#last | 0x20) === 0x65);
      this.#state = isEscaped ? escaped : quoted;
    } else if (byte === doubleQuote) this.#state = identifier;
    else if (byte === dollar && this.#word === 0) {
      this.#state = dollarTag;
      this.#tag = [dollar];
    } else if (byte === 0x28) this.#parentheses++;
    else if (byte === 0x29) this.#parentheses--;
    else if (byte === semicolon && this.#parentheses <= 0) this.#closeStatement(buffer, at + 1);
    this.#word = isWordByte(byte) ? this.#word + 1 : 0;
    this.#last = byte;
  }

  /** A minus or a solidus that began no comment is part of a statement. */
  #leaveSymbol(): void {
    this.#state = top;
    if (this.#open) return;
    this.#openStatement(this.#pieceStart);
    // The symbol may have been the last byte of the piece before; no statement that we read begins with one.
    this.#piecesBytes = maxStatementBytes + 1;
  }

  #openStatement(at: number): void {
    this.#open = true;
    this.#trailerSeen = false;
    this.#parentheses = 0;
    this.#word = 0;
    this.#pieceStart = at;
  }

  #keepPiece(buffer: Buffer, end: number): void {
    this.#piecesBytes += end - this.#pieceStart;
    if (this.#piecesBytes > maxStatementBytes) this.#pieces = [];
    else this.#pieces.push(buffer.subarray(this.#pieceStart, end));
  }

  #closeStatement(buffer: Buffer, end: number): void {
    this.#keepPiece(buffer, end);
    const text = this.#piecesBytes > maxStatementBytes ? '' : joinText(this.#pieces);
    const readable = text !== '' && this.#atLineStart;
    this.#pieces = [];
    this.#piecesBytes = 0;
    this.#open = false;
    this.#ended = true;
    this.#atLineStart = false;
    if (!readable) return;
    if (text.startsWith('SET ')) this.#readSetting(text);
    const table = parseCopyTable(text);
    this.#events.statement(text);
    if (table === undefined) return;
    this.#table = decodeName(table, this.#encoding);
    this.#ended = false;
    this.#rows = 0;
    this.#rowHead = 0;
    this.#state = copyHead;
  }

  #readSetting(text: string): void {
    const setting = /^SET (client_encoding|standard_conforming_strings) = '?(\w+)'?;$/.exec(text);
    if (setting?.[1] === 'client_encoding') this.#encoding = setting[2] as string;
    else if (setting) this.#backslashEscapes = setting[2] === 'off';
  }

  #skipTo(buffer: Buffer, byte: number, from: number, then: number): number {
    const found = buffer.indexOf(byte, from);
    if (found < 0) return buffer.length;
    this.#state = then;
    return found + 1;
  }

  #readDollarTag(byte: number, at: number): number {
    const isTagByte = byte !== dollar && isWordByte(byte) && !(this.#tag.length === 1 && byte >= 0x30 && byte <= 0x39);
    if (isTagByte || byte === dollar) this.#tag.push(byte);
    if (isTagByte) return at + 1;
    this.#state = byte === dollar ? dollarBody : top;
    this.#matched = 0;
    // `$1`: a parameter; the byte is looked at again.
    if (byte !== dollar) this.#word = 1;
    return byte === dollar ? at + 1 : at;
  }

  #readDollarBody(buffer: Buffer, byte: number, at: number): number {
    if (this.#matched === 0) {
      const found = buffer.indexOf(dollar, at);
      this.#matched = found < 0 ? 0 : 1;
      return found < 0 ? buffer.length : found + 1;
    }
    if (byte === this.#tag[this.#matched]) this.#matched++;
    else this.#matched = byte === dollar ? 1 : 0;
    if (this.#matched === this.#tag.length) {
      this.#state = top;
      this.#word = 0;
    }
    return at + 1;
  }

  #readLineComment(byte: number): void {
    if (this.#commentLength === 1) this.#commentLength = 2;
    if (byte !== newline) {
      if (this.#commentLength > 0)
        this.#commentLength = byte === trailer[this.#commentLength] ? this.#commentLength + 1 : -1;
      return;
    }
    if (!this.#open && this.#commentLength === trailer.length) this.#trailerSeen = true;
    this.#state = top;
    this.#atLineStart ||= !this.#open;
    this.#word = 0;
  }

  #readBlockComment(byte: number): void {
    const opens = this.#previous === solidus && byte === star;
    const closes = this.#previous === star && byte === solidus;
    this.#previous = opens || closes ? 0 : byte;
    this.#depth += opens ? 1 : closes ? -1 : 0;
    if (this.#depth > 0) return;
    this.#state = top;
    this.#word = 0;
    if (!this.#open) this.#atLineStart = false;
  }

  #readMetaLine(byte: number, at: number): void {
    if (byte !== newline) {
      if (this.#line.length < 1024) this.#line.push(byte);
      return;
    }
    const text = `\\${Buffer.from(this.#line).toString('latin1')}`;
    this.#state = top;
    this.#atLineStart = true;
    const [word, key] = text.split(' ');
    if (word === '\\restrict') this.#restrictKey = key ?? '';
    else if (word === '\\unrestrict' && key === this.#restrictKey) this.#restrictKey = undefined;
    this.#events.metaEnds(text, this.#base + at + 1);
  }

  #readRows(buffer: Buffer, from: number): number {
    let at = from;
    while (at < buffer.length) {
      // A line that begins with a backslash may be the terminator `\.`, and come in three pieces.
      const byte = buffer[at] as number;
      if (this.#rowHead >= 0 && byte === terminator[this.#rowHead]) {
        at++;
        if (++this.#rowHead < terminator.length) continue;
        this.#reportRows(buffer, from, Math.max(from, at - terminator.length));
        this.#held = 0;
        this.#state = top;
        this.#atLineStart = true;
        this.#events.copyEnds(this.#table, this.#rows, this.#base + at);
        return at;
      }
      if (this.#held > 0) this.#events.copyRows(terminator.subarray(0, this.#held));
      this.#held = 0;
      this.#rowHead = -1;
      const end = buffer.indexOf(newline, at);
      if (end < 0) break;
      at = end + 1;
      this.#rows++;
      this.#rowHead = 0;
      this.#events.unitEnds(this.#base + at);
    }
    this.#held = Math.max(0, this.#rowHead);
    this.#reportRows(buffer, from, Math.max(from, buffer.length - this.#held));
    return buffer.length;
  }

  #reportRows(buffer: Buffer, start: number, end: number): void {
    if (end > start) this.#events.copyRows(buffer.subarray(start, end));
  }
}

function isWordByte(byte: number): boolean {
  const lower = byte | 0x20;
  return (
    (lower >= 0x61 && lower <= 0x7a) ||
    (byte >= 0x30 && byte <= 0x39) ||
    byte === 0x5f ||
    byte === dollar ||
    byte >= 0x80
  );
}

function joinText(pieces: Buffer[]): string {
  const only = pieces.length === 1 ? pieces[0] : undefined;
  return (only ?? Buffer.concat(pieces)).toString('latin1');
}
