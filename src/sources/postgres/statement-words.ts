import { isDigit, isWordByte, quote } from './sql-bytes.ts';
import type { SpanKind } from './sql-span.ts';

/** The first words of a statement that may have a body, by their first letters; a dot stands for any other word. */
const ROUTINE = /^c(?:or)?[fp]/;
const HEAD_WORDS = new Set(['create', 'or', 'replace', 'function', 'procedure']);
const HEAD_COUNT = 4;
/** `procedure`: no longer word means anything here. */
const LONGEST_WORD = 9;
const [colon, dot, lowerE] = [0x3a, 0x2e, 0x65];

/**
 * The words of one statement, outside of quotes and comments, byte by byte: a semicolon in the BEGIN ATOMIC … END of a
 * function ends nothing. And whether all that read it are sure to agree where it ends: psql, which divides the text,
 * servers of all versions, which divide once more what psql sends them, and the lexer. What pg_dump writes is sure, but
 * for what a function has in its signature or its body and is called `begin`: psql counts that, and reads on, unless it
 * is quoted. Of the words that psql counts (CASE and END are the others) it is the only one that pg_dump never quotes.
 */
export class StatementWords {
  isSure = true;
  /** How many of BEGIN ATOMIC, and of CASE in it, are open. */
  #depth = 0;
  #heads = '';
  readonly #findName: ((at: number) => void) | undefined;
  /** Where BEGIN stands, which was the last word: nothing but space has followed it. */
  #begunAt: number | undefined;

  // The word at hand.
  #length = 0;
  #wordAt = 0;
  #word = '';
  #isNumber = false;
  #hasExponent = false;

  #last = 0;
  #isBehindNumber = false;
  /** A text has ended: 1, and space has followed it: 2. */
  #textEnded = 0;

  /** `findName` is told where in the stream a BEGIN stands that is a name to the server. */
  constructor(findName?: (at: number) => void) {
    this.#findName = findName;
  }

  begin(): void {
    this.isSure = true;
    this.#depth = this.#length = this.#last = this.#textEnded = 0;
    this.#heads = '';
    this.#isBehindNumber = false;
    this.#begunAt = undefined;
  }

  /** Whether a word is under way, of which a `$` is a part. */
  get isOpen(): boolean {
    return this.#length > 0;
  }

  /** Where a BEGIN stands, or may be under way, of which what follows says whether it is a name. */
  get undecidedAt(): number | undefined {
    return this.#begunAt ?? (this.isOpen && ROUTINE.test(this.#heads) ? this.#wordAt : undefined);
  }

  /** A byte outside of quotes, `at` its offset; `parentheses`: how many are open, in which blocks are not counted. */
  read(byte: number, parentheses: number, at: number): void {
    // psql puts the value of a variable of its own there.
    if (this.#last === colon && /[A-Z"'{]/.test(String.fromCharCode(byte))) this.isSure = false;
    if (isWordByte(byte)) this.#lengthen(byte, at);
    else {
      this.#isBehindNumber = byte === dot && this.#length > 0 && this.#isNumber;
      this.end(parentheses);
      if (isSpace(byte)) this.leaveSpace();
      else this.interrupt(byte);
    }
    // Two of them are a cast.
    this.#last = byte === colon && this.#last === colon ? 0 : byte;
  }

  /** A text begins with the quote that was not read yet: by what stands before it, its backslashes escape or not. */
  beginText(parentheses: number, at: number): SpanKind | undefined {
    const mark = this.#length === 1 ? String.fromCharCode(this.#last | 0x20) : '';
    // To the server a text that goes on in another line goes on as the kind that it was, to psql as a plain one.
    if (this.#textEnded === 2) this.isSure = false;
    // One digit, or a parameter, before an `E'`: not all read that as we do.
    if (this.#length > 0 && !'ebxn'.includes(mark || '-')) this.isSure = false;
    if (mark !== '') this.#length = 0;
    this.read(quote, parentheses, at);
    return mark === 'e' ? 'escaped' : 'bx'.includes(mark || '-') ? 'quoted' : undefined;
  }

  endText(): void {
    this.#textEnded = 1;
  }

  /** What was begun as a `$tag$` is a parameter such as `$1`; `isSure`: it is. */
  beginParameter(isSure: boolean): void {
    this.isSure &&= isSure;
    this.#length = 1;
    this.#isNumber = this.#hasExponent = true;
    this.#last = 0;
  }

  /** Space, or a comment to the end of its line. */
  leaveSpace(): void {
    if (this.#textEnded > 0) this.#textEnded = 2;
  }

  /** What is no word and no space: `byte` is its first. */
  interrupt(byte: number): void {
    if (byte !== quote) this.#textEnded = 0;
    this.#expectAtomic('');
  }

  /** Whether a semicolon outside of parentheses ends the statement. */
  endsAtSemicolon(): boolean {
    if (this.#depth === 0) return true;
    // Only here, between two statements of its body, may the block end for the server: then it must end for psql.
    if (this.#depth !== 1) this.isSure = false;
    return false;
  }

  /** The word at hand ends, if there is one. */
  end(parentheses: number): void {
    if (this.#length === 0) return;
    if (!this.#isNumber) this.#see(this.#length > LONGEST_WORD ? '' : this.#word.toLowerCase(), parentheses);
    this.#length = 0;
  }

  #lengthen(byte: number, at: number): void {
    if (this.#length === 0) {
      this.#wordAt = at;
      this.#word = '';
      this.#isNumber = isDigit(byte);
      this.#hasExponent = false;
      if (this.#isNumber) this.#expectAtomic('');
      // `1.e` is a number to some, and then a word.
      else if (this.#isBehindNumber) this.isSure = false;
      this.#isBehindNumber = false;
    } else if (this.#isNumber && !isDigit(byte)) {
      // Where the number ends depends on the version.
      if (this.#hasExponent || (byte | 0x20) !== lowerE) this.isSure = false;
      this.#hasExponent = true;
    }
    this.#textEnded = 0;
    if (++this.#length <= LONGEST_WORD) this.#word += String.fromCharCode(byte);
  }

  #see(word: string, parentheses: number): void {
    if (this.#heads.length < HEAD_COUNT) this.#heads += HEAD_WORDS.has(word) ? word.charAt(0) : '.';
    if (parentheses > 0 || !ROUTINE.test(this.#heads)) return;
    const begins = this.#expectAtomic(word);
    if (word === 'begin') this.#begunAt = this.#wordAt;
    if (begins) this.#depth++;
    else if (this.#depth > 0) this.#depth += word === 'case' ? 1 : word === 'end' ? -1 : 0;
  }

  /** Whether ATOMIC follows BEGIN: to the server any other BEGIN is a name, to psql it opens a block all the same. */
  #expectAtomic(word: string): boolean {
    const at = this.#begunAt;
    if (at === undefined) return false;
    this.#begunAt = undefined;
    if (word === 'atomic' && this.#depth === 0) return true;
    this.isSure = false;
    this.#findName?.(at);
    return false;
  }
}

function isSpace(byte: number): boolean {
  return byte === 0x20 || (byte >= 0x09 && byte <= 0x0d);
}
