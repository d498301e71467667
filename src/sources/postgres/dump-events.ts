import type { DumpCutter } from './dump-cutter.ts';
import type { FingerprintTaker } from './fingerprints.ts';

/** What a dump consists of, in stream order. Offsets `at` count bytes from the beginning of the stream. */
export interface DumpEvents {
  /**
   * The line of a `COPY … FROM stdin;` has ended: rows follow. `table` as the dump writes it; the statement itself began
   * at `statementAt`.
   */
  copyBegins(table: string, at: number, statementAt: number): void;
  /** Bytes of rows, line ends included; a row may come in several pieces. Valid during the call only. */
  copyRows(bytes: Buffer): void;
  /** The line `\.` has ended. */
  copyEnds(table: string, rows: number, at: number): void;
  /** A row, or the line of a statement outside of rows, has ended. */
  unitEnds(at: number): void;
  /** A whole statement at the top level, with its semicolon, behind which `end` is; bytes as latin1 characters. COPY included. */
  statement(text: string, end: number): void;
  /**
   * For whoever does not trust the dump: each statement, and whether it began its line and psql and the server are sure
   * to read it as we do; only its beginning where `statement` is not told of it. What stands where psql would read on
   * otherwise comes as one, too. Its last byte is before `end`.
   */
  anyStatement?(text: string, isSure: boolean, end: number): void;
  /** In a routine the bare word `begin` stands at `at`, a name to the server: to psql a block begins there. */
  nameFound?(at: number): void;
  /** A line of psql's own begins (`\restrict`), and has ended (without its line end). */
  metaBegins(at: number): void;
  metaEnds(text: string, at: number): void;
}

/** The lexer's events for whoever wants them: the fingerprints, the cuts, or both. */
export function joinEvents(taker?: FingerprintTaker, cutter?: DumpCutter): DumpEvents {
  return {
    copyBegins(table, at, statementAt) {
      taker?.copyBegins(table, statementAt);
      cutter?.copyBegins(table, at);
    },
    copyRows: (bytes) => taker?.copyRows(bytes),
    copyEnds(table, rows, at) {
      taker?.copyEnds(table, rows, at);
      cutter?.copyEnds(table, at);
    },
    unitEnds: (at) => cutter?.unitEnds(at),
    statement: (text, end) => taker?.statement(text, end),
    metaBegins: (at) => cutter?.metaBegins(at),
    metaEnds: (_text, at) => cutter?.metaEnds(at),
  };
}
