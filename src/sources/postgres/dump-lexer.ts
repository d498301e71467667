import { CopyRows } from './copy-rows.ts';
import type { DumpEvents } from './dump-events.ts';
import { decodeName, parseCopyTable } from './dump-statements.ts';
import { backslash, dollar, doubleQuote, minus, newline, quote, semicolon, solidus, star } from './sql-bytes.ts';
import { SqlSpan, type SpanKind } from './sql-span.ts';
import { StatementText } from './statement-text.ts';
import { StatementWords } from './statement-words.ts';

type State = 'top' | 'span' | 'minus' | 'solidus' | 'comment' | 'meta' | 'copyHead' | 'rows';

const trailer = Buffer.from('-- PostgreSQL database dump complete');

/**
 * Reads pg_dump's plain output as it passes, in pieces of any size: finds COPY blocks, statements and the trailer at
 * the top level only, whatever quotes, bodies and comments hold. Memory is bounded by the longest statement that it
 * keeps.
 */
export class DumpLexer {
  readonly #events: DumpEvents;
  readonly #rows: CopyRows;
  readonly #span = new SqlSpan();
  readonly #words: StatementWords;
  readonly #text = new StatementText();
  #state: State = 'top';
  /** Offset in the stream of the piece at hand. */
  #base = 0;

  // The statement at hand: its bytes, and whether it began a line.
  #open = false;
  #statementAt = 0;
  #atLineStart = true;
  #parentheses = 0;
  /** A statement has ended on this line. */
  #ended = false;
  #spanKind: SpanKind = 'quoted';
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
    this.#words = new StatementWords(events.nameFound?.bind(events));
  }

  /**
   * Whether the dump is whole so far: its trailer stood at the top level, nothing but psql's `\unrestrict` after it,
   * with the key that the beginning gave.
   */
  get complete(): boolean {
    return this.#trailerSeen && this.#restrictKey === undefined && this.#state === 'top';
  }

  /** From where on `nameFound` may still be told of what was pushed. */
  get undecidedAt(): number | undefined {
    return this.#open ? this.#words.undecidedAt : undefined;
  }

  push(buffer: Buffer): void {
    this.#text.resume();
    for (let at = 0; at < buffer.length;) at = this.#read(buffer, at);
    if (this.#open) this.#text.keep(buffer, buffer.length);
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
    else if (byte !== 0x0d) this.#events.anyStatement?.(String.fromCharCode(byte), false, this.#base + at);
    return at + 1;
  }

  #readTop(buffer: Buffer, byte: number, at: number): void {
    if (byte === newline) return this.#readLineEnd(at);
    if (byte === minus || byte === solidus) {
      // Maybe a comment: the next byte tells.
      this.#matched = byte === minus && this.#atLineStart && !this.#open ? 1 : -1;
      this.#state = byte === minus ? 'minus' : 'solidus';
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
    if (byte === quote) return this.#enterText(at);
    if (byte === dollar && !this.#words.isOpen) {
      this.#words.interrupt(byte);
      return this.#enterSpan('dollar');
    }
    this.#words.read(byte, this.#parentheses, this.#base + at);
    if (byte === doubleQuote) this.#enterSpan('identifier');
    else if (byte === 0x28) this.#parentheses++;
    else if (byte === 0x29) this.#parentheses = Math.max(0, this.#parentheses - 1);
    // For psql it begins a command of its own, wherever it stands.
    else if (byte === backslash) this.#events.anyStatement?.('\\', false, this.#base + at);
    // Inside parentheses it separates the actions of a rule.
    else if (byte === semicolon && this.#parentheses === 0 && this.#words.endsAtSemicolon()) {
      this.#closeStatement(buffer, at + 1);
    }
  }

  #readLineEnd(at: number): void {
    if (this.#open) this.#words.read(newline, this.#parentheses, this.#base + at);
    else this.#atLineStart = true;
    if (!this.#ended) return;
    this.#ended = false;
    this.#events.unitEnds(this.#base + at + 1);
  }

  #enterText(at: number): void {
    const kind = this.#words.beginText(this.#parentheses, this.#base + at);
    this.#enterSpan(kind ?? (this.#backslashEscapes ? 'escaped' : 'quoted'));
  }

  #enterSpan(kind: SpanKind): void {
    this.#state = 'span';
    this.#spanKind = kind;
    this.#span.begin(kind);
  }

  #leaveSpan(): void {
    this.#state = 'top';
    if (this.#span.wasParameter) this.#words.beginParameter(!this.#span.wasBroken);
    else if (this.#spanKind === 'quoted' || this.#spanKind === 'escaped') this.#words.endText();
  }

  #readSymbol(byte: number, at: number): number {
    if (this.#state === 'minus' && byte === minus) {
      this.#words.end(this.#parentheses);
      this.#words.leaveSpace();
      this.#state = 'comment';
      if (this.#matched === 1) this.#matched = 2;
      return at + 1;
    }
    if (this.#state === 'solidus' && byte === star) {
      this.#words.end(this.#parentheses);
      this.#words.leaveSpace();
      this.#enterSpan('comment');
      if (!this.#open) this.#atLineStart = false;
      return at + 1;
    }
    // No comment, but a symbol; no statement that we read begins with one.
    if (!this.#open) {
      this.#openStatement(at);
      this.#atLineStart = false;
    }
    this.#words.read(this.#state === 'minus' ? minus : solidus, this.#parentheses, this.#base + at);
    this.#state = 'top';
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
    this.#words.begin();
    this.#text.begin(at);
  }

  #closeStatement(buffer: Buffer, end: number): void {
    this.#text.keep(buffer, end);
    const isSure = this.#atLineStart && this.#words.isSure;
    // What does not begin a line is part of something that we do not read, such as a function's body.
    const text = this.#atLineStart ? this.#text.whole() : '';
    this.#events.anyStatement?.(text || this.#text.beginning, isSure, this.#base + end);
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
