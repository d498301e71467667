import { DumpLexer } from './dump-lexer.ts';
import { parseCopyTable } from './dump-statements.ts';

/** No COPY statement is longer: what is held back while a statement is open needs no more memory. */
const maximumHeldBytes = 1 << 20;

/**
 * Wraps each table's rows in a transaction that empties the (empty) table first. For a table that is new in its own
 * transaction PostgreSQL appends; else it fills the gaps that longer rows left on earlier pages with shorter ones, and
 * the next dump would hold the same rows in another order. Everything else passes unchanged.
 */
export async function* keepRowOrder(
  chunks: AsyncIterable<Buffer> | Iterable<Buffer>,
): AsyncGenerator<Buffer, void, undefined> {
  const order = new RowOrder();
  for await (const chunk of chunks) yield* order.pass(chunk);
  yield* order.finish();
}

class RowOrder {
  readonly #lexer: DumpLexer;
  #held: Buffer = Buffer.alloc(0);
  /** Offset in the stream of what is held. */
  #offset = 0;
  /** Behind the last line after which a COPY may begin, or behind the last byte among rows. */
  #safe = 0;
  #table: string | undefined;
  #isAmongRows = false;
  #isWrapped = false;
  #insertions: { at: number; text: string }[] = [];

  constructor() {
    const pass = (at: number) => (this.#safe = at);
    this.#lexer = new DumpLexer({
      statement: (text) => (this.#table = parseCopyTable(text)),
      copyBegins: (_table, at) => this.#begin(at),
      copyRows: () => undefined,
      copyEnds: (_table, _rows, at) => this.#end(at),
      unitEnds: pass,
      metaBegins: () => undefined,
      metaEnds: (_text, at) => pass(at),
    });
  }

  *pass(chunk: Buffer): Generator<Buffer, void, undefined> {
    this.#held = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    this.#lexer.push(chunk);
    const end = this.#offset + this.#held.length;
    const isFree = this.#isAmongRows || end - this.#safe > maximumHeldBytes;
    yield* this.#release(isFree ? end : this.#safe);
  }

  *finish(): Generator<Buffer, void, undefined> {
    yield* this.#release(this.#offset + this.#held.length);
  }

  #begin(at: number): void {
    this.#isAmongRows = true;
    // Where its line has passed already, the rows are still right.
    this.#isWrapped = this.#table !== undefined && this.#safe >= this.#offset;
    if (this.#isWrapped) this.#insertions.push({ at: this.#safe, text: writeOpening(this.#table as string) });
    this.#safe = at;
  }

  #end(at: number): void {
    this.#isAmongRows = false;
    this.#safe = at;
    if (this.#isWrapped) this.#insertions.push({ at, text: 'COMMIT;\n' });
  }

  *#release(until: number): Generator<Buffer, void, undefined> {
    let at = this.#offset;
    for (const insertion of this.#insertions) {
      if (insertion.at > at) yield this.#held.subarray(at - this.#offset, insertion.at - this.#offset);
      at = Math.max(at, insertion.at);
      yield Buffer.from(insertion.text, 'latin1');
    }
    this.#insertions = [];
    if (until > at) yield this.#held.subarray(at - this.#offset, until - this.#offset);
    at = Math.max(at, until);
    this.#held = this.#held.subarray(at - this.#offset);
    this.#offset = at;
  }
}

/**
 * `table` as the dump writes it, bytes as latin1 characters. Partitioned tables, tables that an extension has filled,
 * and tables of others keep what they have.
 */
function writeOpening(table: string): string {
  let tag = 'continuity';
  while (table.includes(tag)) tag += 'x';
  const [body, name] = [`$${tag}$`, `$${tag}_name$`];
  return [
    'BEGIN;',
    `DO ${body} BEGIN`,
    `IF (SELECT relkind = 'r' AND pg_catalog.has_table_privilege(oid, 'TRUNCATE') FROM pg_catalog.pg_class`,
    `    WHERE oid = ${name}${table}${name}::pg_catalog.regclass) AND NOT EXISTS (SELECT FROM ONLY ${table}) THEN`,
    `  TRUNCATE ONLY ${table};`,
    'END IF;',
    `END ${body};`,
    '',
  ].join('\n');
}
