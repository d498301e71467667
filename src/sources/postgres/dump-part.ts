import { DumpLexer } from './dump-lexer.ts';
import { parseForeignKey, type ForeignKey } from './dump-statements.ts';
import { tableKey } from './table-name.ts';

export interface PartOptions {
  /** Tables whose rows are wanted, as `[schema, name]`. */
  tables: readonly (readonly [schema: string, name: string])[];
  /** Also what follows the rows: indexes, constraints, triggers; without, the dump ends with its last row. */
  hasTail: boolean;
  /** Told of every foreign key, all of which are left out: what they refer to may have no rows. Bytes as latin1. */
  noteForeignKey?: (key: ForeignKey) => void;
}

/** No statement that is held back is longer. */
const maximumHeldBytes = 1 << 20;
/** What needs the rows of other tables, or is content itself. */
const leftOutPattern = /^(REFRESH MATERIALIZED VIEW |SELECT pg_catalog\.lo(_open|_close|write)\(|CREATE SUBSCRIPTION )/;

/**
 * Leaves of a dump its structure and the rows of a few tables: what a database needs to hold these as they were. Takes
 * whole dumps, and those of which only that part was fetched. Memory: one statement.
 */
export async function* takePart(
  chunks: AsyncIterable<Buffer> | Iterable<Buffer>,
  options: PartOptions,
): AsyncGenerator<Buffer, void, undefined> {
  const part = new DumpPart(options);
  for await (const chunk of chunks) {
    yield* part.push(chunk);
  }
  yield* part.finish();
}

type Fate = 'keep' | 'drop';

class DumpPart {
  readonly #options: PartOptions;
  readonly #lexer: DumpLexer;
  readonly #wanted: ReadonlySet<string>;
  /** What is not decided yet, from `#offset` on in the stream. */
  #held: Buffer = Buffer.alloc(0);
  #offset = 0;
  /** Up to where it is decided, and how, in ascending order. */
  #decided: { until: number; fate: Fate }[] = [];
  #statement = '';
  #isAmongRows = false;
  #rowsFate: Fate = 'drop';
  #hasSeenRows = false;

  constructor(options: PartOptions) {
    this.#options = options;
    this.#wanted = new Set(options.tables.map((parts) => tableKey(parts)));
    const end = (at: number) => this.#endUnit(at);
    this.#lexer = new DumpLexer({
      statement: (text) => (this.#statement = text),
      copyBegins: (table, at) => this.#beginRows(table, at),
      copyRows: () => undefined,
      copyEnds: (_table, _rows, at) => this.#endRows(at),
      unitEnds: end,
      metaBegins: () => undefined,
      metaEnds: (_text, at) => this.#decide(at, 'keep'),
    });
  }

  *push(chunk: Buffer): Generator<Buffer, void, undefined> {
    this.#held = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    this.#lexer.push(chunk);
    const end = this.#offset + this.#held.length;
    // Rows of a table share its fate; a function that is longer than all that is looked at is kept.
    if (this.#isAmongRows) this.#decide(end, this.#rowsFate);
    else if (this.#held.length > maximumHeldBytes + chunk.length) this.#decide(end, this.#fateOfRest());
    yield* this.#release();
  }

  *finish(): Generator<Buffer, void, undefined> {
    this.#decide(this.#offset + this.#held.length, this.#fateOfRest());
    yield* this.#release();
  }

  #fateOfRest(): Fate {
    return this.#hasSeenRows && !this.#options.hasTail ? 'drop' : 'keep';
  }

  #beginRows(table: string, at: number): void {
    this.#hasSeenRows = this.#isAmongRows = true;
    this.#rowsFate = this.#wanted.has(tableKey(table)) ? 'keep' : 'drop';
    this.#statement = '';
    this.#decide(at, this.#rowsFate);
  }

  #endRows(at: number): void {
    this.#isAmongRows = false;
    this.#decide(at, this.#rowsFate);
  }

  #endUnit(at: number): void {
    if (this.#isAmongRows) return;
    const text = this.#statement;
    this.#statement = '';
    const key = parseForeignKey(text);
    if (key) this.#options.noteForeignKey?.(key);
    this.#decide(at, key || leftOutPattern.test(text) ? 'drop' : this.#fateOfRest());
  }

  #decide(until: number, fate: Fate): void {
    const last = this.#decided.at(-1);
    if (last?.fate === fate) last.until = until;
    else if (until > (last?.until ?? this.#offset)) this.#decided.push({ until, fate });
  }

  *#release(): Generator<Buffer, void, undefined> {
    let at = this.#offset;
    for (const { until, fate } of this.#decided) {
      if (fate === 'keep' && until > at) yield this.#held.subarray(at - this.#offset, until - this.#offset);
      at = Math.max(at, until);
    }
    this.#decided = [];
    this.#held = this.#held.subarray(at - this.#offset);
    this.#offset = at;
  }
}
