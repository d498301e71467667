import { Failure } from '../../logging/failure.ts';
import { DumpLexer } from './dump-lexer.ts';

/**
 * Passes a dump on to psql without psql's own commands in it: pg_dump's `\restrict` and `\unrestrict` are left out
 * (the loader sets one of its own, with a key that whoever wrote the dump cannot know), any other is refused. Row data
 * is no concern of it. Bounded memory; bytes pass unchanged otherwise. Of a part of a dump the trailer is not asked for.
 * @throws Failure `damaged` for a foreign command, or where the dump ends before its trailer.
 */
export async function* guardDump(
  chunks: AsyncIterable<Buffer> | Iterable<Buffer>,
  database: string,
  { isPart = false }: { isPart?: boolean | undefined } = {},
): AsyncGenerator<Buffer, void, undefined> {
  const lines = new CommandLines(database);
  const nothing = () => undefined;
  const lexer = new DumpLexer({
    copyBegins: nothing,
    copyRows: nothing,
    copyEnds: nothing,
    unitEnds: nothing,
    statement: nothing,
    metaBegins: (at) => lines.begin(at),
    metaEnds: (text, at) => lines.end(text, at),
  });
  let offset = 0;
  for await (const chunk of chunks) {
    lexer.push(chunk);
    yield* lines.cutOut(chunk, offset);
    offset += chunk.length;
  }
  if (lexer.complete || isPart) return;
  const message = `the dump of database "${database}" is cut off: its last line is missing after ${offset} bytes`;
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

/** Where lines of psql's own stand in the stream, and which of them may. */
class CommandLines {
  readonly #database: string;
  readonly #own = new OwnCommands();
  #begun: number | undefined;
  #spans: { from: number; to: number }[] = [];

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
    this.#spans.push({ from: this.#begun ?? at, to: at });
    this.#begun = undefined;
  }

  /** A piece of the stream, of which the lexer has seen all, without the lines found in it. */
  *cutOut(chunk: Buffer, offset: number): Generator<Buffer, void, undefined> {
    const end = offset + chunk.length;
    const open = this.#begun === undefined ? [] : [{ from: this.#begun, to: end }];
    let at = offset;
    for (const { from, to } of [...this.#spans, ...open]) {
      if (from > at) yield chunk.subarray(at - offset, from - offset);
      at = Math.max(at, to);
    }
    this.#spans = [];
    if (at < end) yield chunk.subarray(at - offset);
  }
}
