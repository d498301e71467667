import { Failure } from '../../logging/failure.ts';
import { DumpLexer } from './dump-lexer.ts';

/** Held back at most, from a word on of which the next one says whether it is a name: pg_dump puts a space between. */
const MAX_HELD_BYTES = 1 << 20;
const BEGIN_BYTES = 'begin'.length;

/**
 * Passes a dump on to psql without psql's own commands in it: pg_dump's `\restrict` and `\unrestrict` are left out
 * (the loader sets one of its own, with a key that whoever wrote the dump cannot know), any other is refused. A name
 * `begin` in a routine, which pg_dump writes bare, is quoted: psql would wait for an END, and read rows as SQL. All else
 * passes unchanged, in bounded memory. Of a part of a dump the trailer is not asked for.
 * @throws Failure `damaged` for a foreign command, or where the dump ends before its trailer.
 */
export async function* guardDump(
  chunks: AsyncIterable<Buffer> | Iterable<Buffer>,
  database: string,
  { isPart = false }: { isPart?: boolean | undefined } = {},
): AsyncGenerator<Buffer, void, undefined> {
  const edits = new Edits(database);
  const nothing = () => undefined;
  const lexer = new DumpLexer({
    copyBegins: nothing,
    copyRows: nothing,
    copyEnds: nothing,
    unitEnds: nothing,
    statement: nothing,
    metaBegins: (at) => edits.begin(at),
    metaEnds: (text, at) => edits.end(text, at),
    nameFound: (at) => edits.quote(at),
  });
  for await (const chunk of chunks) {
    lexer.push(chunk);
    yield* edits.pass(chunk, lexer.undecidedAt);
  }
  yield* edits.pass(Buffer.alloc(0), undefined);
  if (lexer.complete || isPart) return;
  const message = `the dump of database "${database}" is cut off: its last line is missing after ${edits.passedBytes} bytes`;
  throw new Failure('damaged', message, 'Restore another archive; verify this one to see what else it lacks.');
}

/** Which lines of psql's own a dump may hold: pg_dump's `\restrict` before all others, and `\unrestrict` with its key. */
export class OwnCommands {
  #key: string | undefined;
  #count = 0;

  /** Whether the next such line may be there. */
  admits(text: string): boolean {
    this.#count++;
    if (this.#count > 1) return this.#count === 2 && text === `\\unrestrict ${this.#key}`;
    this.#key = /^\\restrict (\w+)$/.exec(text)?.[1];
    return this.#key !== undefined;
  }
}

interface Edit {
  from: number;
  to: number;
  text?: string;
}

/** What is not to reach psql as it stands in the stream: its own lines, of which few may be there, and names. */
class Edits {
  readonly #database: string;
  readonly #own = new OwnCommands();
  #begun: number | undefined;
  #edits: Edit[] = [];
  #held: Buffer = Buffer.alloc(0);
  /** Offset in the stream of what is held. */
  passedBytes = 0;

  constructor(database: string) {
    this.#database = database;
  }

  begin(at: number): void {
    this.#begun = at;
  }

  end(text: string, at: number): void {
    if (!this.#own.admits(text)) {
      const shown = JSON.stringify(text.slice(0, 40));
      const message = `the dump of database "${this.#database}" holds a command for psql, which no dump does: ${shown}`;
      throw new Failure('damaged', message, 'Do not load it: find out who changed the archive; restore another one.');
    }
    this.#edits.push({ from: this.#begun ?? at, to: at });
    this.#begun = undefined;
  }

  /** The same identifier; spaces, lest it grow together with what stands beside it. */
  quote(at: number): void {
    this.#edits.push({ from: at, to: at + BEGIN_BYTES, text: ' "begin" ' });
  }

  /** The next piece of the stream, of which the lexer has seen all, with what is held of those before: up to `until`. */
  *pass(chunk: Buffer, until: number | undefined): Generator<Buffer, void, undefined> {
    this.#held = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    const start = this.passedBytes;
    const end = start + this.#held.length;
    const last = until === undefined || end - until > MAX_HELD_BYTES ? end : until;
    const open: Edit[] = this.#begun === undefined ? [] : [{ from: this.#begun, to: last }];
    let at = start;
    for (const { from, to, text } of [...this.#edits, ...open]) {
      if (from > at) yield this.#held.subarray(at - start, from - start);
      if (text !== undefined && from >= at) yield Buffer.from(text);
      at = Math.max(at, to);
    }
    this.#edits = [];
    if (at < last) yield this.#held.subarray(at - start, last - start);
    this.#held = this.#held.subarray(Math.max(at, last) - start);
    this.passedBytes = Math.max(at, last);
  }
}
