import type { DumpFindings, FoundText } from '../../archive/foreign-survey.ts';
import { isOfDump } from './dump-beginnings.ts';
import { joinEvents } from './dump-events.ts';
import { DumpLexer } from './dump-lexer.ts';
import { decodeName } from './dump-statements.ts';
import { FingerprintTaker } from './fingerprints.ts';
import { OwnCommands } from './restore-guard.ts';
import { RoleFinder } from './role-finder.ts';

/** Where pg_dump says what it is, and which versions made the dump. */
const HEAD_BYTES = 16 * 1024;
const TITLE = /^-- PostgreSQL database dump(\r?)$/m;
/** Whoever forges a dump of more tables and statements that count wants memory, not a database. */
const MAX_FINDINGS = 500_000;
const MAX_NOTED_BYTES = 64 * 1024 * 1024;

/**
 * Reads a dump that somebody else made, in pieces of any size: whether it is whole, its fingerprints, and what a restore
 * has to know before it begins. Undefined where it does not begin as a plain dump of pg_dump does.
 */
export async function surveyDump(content: AsyncIterable<Buffer>): Promise<DumpFindings | undefined> {
  const pieces = content[Symbol.asyncIterator]();
  const head: Buffer[] = [];
  let headBytes = 0;
  while (headBytes < HEAD_BYTES) {
    const next = await pieces.next();
    if (next.done) break;
    head.push(next.value);
    headBytes += next.value.length;
  }
  const start = Buffer.concat(head);
  const text = start.toString('latin1', 0, HEAD_BYTES);
  const title = TITLE.exec(text);
  if (!title) return undefined;
  const reading = new DumpReading();
  reading.push(start);
  for (let next = await pieces.next(); !next.done; next = await pieces.next()) reading.push(next.value);
  return reading.finish({
    serverVersion: versionIn(text, 'from database'),
    clientVersion: versionIn(text, 'by pg_dump'),
    ...(title[1] === '' ? {} : { hasWindowsLines: true as const }),
  });
}

function versionIn(head: string, by: string): string {
  return new RegExp(`^-- Dumped ${by} version ([^\\r\\n]{1,100})`, 'm').exec(head)?.[1] ?? '';
}

class DumpReading {
  readonly #taker = new FingerprintTaker();
  readonly #lexer: DumpLexer;
  readonly #own = new OwnCommands();
  readonly #roles = new RoleFinder();
  readonly #extensions = new Set<string>();
  #encoding = 'UTF8';
  #hasInserts = false;
  readonly #lines = new LineCount();
  #command: FoundText | undefined;
  #statement: FoundText | undefined;
  #findings = 0;
  #notedBytes = 0;

  constructor() {
    const events = joinEvents(this.#taker);
    this.#lexer = new DumpLexer({
      ...events,
      copyBegins: (...block) => this.#note(block[0]) && events.copyBegins(...block),
      statement: (text, end) => this.#read(text) && events.statement(text, end),
      anyStatement: (text, isSure, end) => {
        // However long it is.
        if (text.startsWith('INSERT INTO ')) this.#hasInserts = true;
        if (!isSure || !isOfDump(text)) this.#statement ??= this.#lines.find(text, end);
      },
      metaEnds: (text, at) => this.#own.admits(text) || (this.#command ??= this.#lines.find(text, at - 1)),
    });
  }

  push(piece: Buffer): void {
    this.#lines.begin(piece);
    // psql leaves out the rest of a line with one.
    const nul = piece.indexOf(0);
    if (nul >= 0) this.#statement ??= this.#lines.find('\0', this.#lines.offset + nul);
    this.#lexer.push(piece);
    this.#lines.end();
  }

  finish(head: Pick<DumpFindings, 'serverVersion' | 'clientVersion' | 'hasWindowsLines'>): DumpFindings {
    const { roles, owner } = this.#roles.finish();
    return {
      isWhole: this.#lexer.complete,
      fingerprints: this.#taker.finish(),
      ...head,
      encoding: this.#encoding,
      roles,
      ...(owner === undefined ? {} : { owner }),
      extensions: [...this.#extensions].sort(),
      hasInserts: this.#hasInserts,
      ...(this.#command === undefined ? {} : { command: this.#command }),
      ...(this.#statement === undefined ? {} : { statement: this.#statement }),
      ...(this.#isExcessive ? { isExcessive: true } : {}),
    };
  }

  /** Whether there is room for one more of whatever takes memory. */
  #note(text: string): boolean {
    this.#findings++;
    this.#notedBytes += text.length;
    return !this.#isExcessive;
  }

  get #isExcessive(): boolean {
    return this.#findings > MAX_FINDINGS || this.#notedBytes > MAX_NOTED_BYTES;
  }

  /** Whether it is one that fingerprints are taken from. */
  #read(text: string): boolean {
    if (text.startsWith('SET client_encoding')) this.#encoding = /'(\w+)'/.exec(text)?.[1] ?? 'UTF8';
    if (text.startsWith('SELECT pg_catalog.setval')) return this.#note(text);
    const extension = /^CREATE EXTENSION (?:IF NOT EXISTS )?("(?:[^"]|"")+"|[\w$]+)/.exec(text)?.[1];
    if (extension !== undefined && this.#note(extension)) {
      const name = extension.startsWith('"') ? extension.slice(1, -1).replaceAll('""', '"') : extension;
      this.#extensions.add(decodeName(name, this.#encoding));
    }
    if (RoleFinder.concerns(text) && this.#note(text)) this.#roles.read(decodeName(text, this.#encoding));
    return true;
  }
}

/** Says in which line of a stream something stands, of which only the piece at hand is known. */
class LineCount {
  #piece: Buffer = Buffer.alloc(0);
  #before = 0;
  /** Offset of the piece in the stream. */
  offset = 0;

  begin(piece: Buffer): void {
    this.#piece = piece;
  }

  end(): void {
    this.#before += countLines(this.#piece);
    this.offset += this.#piece.length;
  }

  /** The beginning of a text, and the line of the byte before offset `end`. */
  find(text: string, end: number): FoundText {
    const line = this.#before + countLines(this.#piece.subarray(0, Math.max(0, end - this.offset))) + 1;
    return { text: text.slice(0, 200), line };
  }
}

function countLines(bytes: Buffer): number {
  let count = 0;
  for (let at = bytes.indexOf(0x0a); at >= 0; at = bytes.indexOf(0x0a, at + 1)) count++;
  return count;
}
