import { crc32 } from '../../system/crc32.ts';

/** Where a dump may be cut, in bytes; part of the archive format: other values make every dump new once. */
export const cutting = {
  /** Rows and statements are not cut apart below this. */
  minimum: 256 * 1024,
  maximum: 4 * 1024 * 1024,
  /** What a cut after a row is awaited for, on average, beyond the minimum. */
  average: 256 * 1024,
  /** The beginning or end of a table's rows is a cut from this size on. */
  table: 64 * 1024,
  /** One table in so many is followed by a cut whatever the size, so that cuts meet again after a change. */
  tables: 16,
} as const;

/**
 * Cuts a dump where its content says so, so that one changed row changes one chunk: after rows and statements whose
 * CRC falls on a boundary, where tables begin and end, and around psql's `\restrict` lines, whose key is random.
 * Cuts depend on the bytes alone, never on how the stream was split into pieces. Memory: one chunk and one piece.
 */
export class DumpCutter {
  #pieces: Buffer[] = [];
  /** Offsets in the stream: of the first byte that is in no chunk, behind the last one, of the row or statement. */
  #start = 0;
  #end = 0;
  #unit = 0;
  #metaLines = 0;
  #chunks: Buffer[] = [];

  /** Takes the next piece of the stream; what the lexer finds in it is to be told next, then `takeChunks`. */
  add(buffer: Buffer): void {
    this.#pieces.push(buffer);
    this.#end += buffer.length;
  }

  /** A row or a statement has ended at this offset. */
  unitEnds(at: number): void {
    const unit = this.#unit;
    this.#unit = at;
    if (at - this.#start < cutting.minimum) return;
    this.#cutOversize(at);
    const length = at - Math.max(unit, this.#start);
    // The longer a row, the likelier the cut: the distance between cuts does not depend on the rows' length.
    if (length > 0 && this.#computeCrc(at - length, at) < 2 ** 32 * (length / cutting.average)) this.#cut(at);
  }

  copyBegins(_table: string, at: number): void {
    this.#unit = at;
    if (at - this.#start >= cutting.table) this.#cutAt(at);
  }

  copyEnds(table: string, at: number): void {
    this.#unit = at;
    const always = crc32(Buffer.from(table)) % cutting.tables === 0;
    if (always || at - this.#start >= cutting.table) this.#cutAt(at);
  }

  /** The first such line is `\restrict`: cut behind it. Any other is, or may be, `\unrestrict`: cut before it. */
  metaBegins(at: number): void {
    if (this.#metaLines++ > 0) this.#cutAt(at);
  }

  metaEnds(at: number): void {
    this.#unit = at;
    if (this.#metaLines === 1) this.#cutAt(at);
  }

  /** The chunks that are whole by now. */
  takeChunks(): Buffer[] {
    this.#cutOversize(this.#end);
    const chunks = this.#chunks;
    this.#chunks = [];
    return chunks;
  }

  /** The last chunk, at the end of the stream; none if nothing is left. */
  finish(): Buffer[] {
    this.#cutAt(this.#end);
    return this.takeChunks();
  }

  #cutAt(at: number): void {
    this.#cutOversize(at);
    if (at > this.#start) this.#cut(at);
  }

  #cutOversize(at: number): void {
    while (at - this.#start > cutting.maximum) this.#cut(this.#start + cutting.maximum);
  }

  #cut(at: number): void {
    let missing = at - this.#start;
    const taken: Buffer[] = [];
    let count = 0;
    for (; missing > 0; count++) {
      const piece = this.#pieces[count] as Buffer;
      if (piece.length > missing) break;
      taken.push(piece);
      missing -= piece.length;
    }
    this.#pieces.splice(0, count);
    const first = this.#pieces[0];
    if (missing > 0 && first) {
      taken.push(first.subarray(0, missing));
      this.#pieces[0] = first.subarray(missing);
    }
    this.#start = at;
    this.#chunks.push(taken.length === 1 ? (taken[0] as Buffer) : Buffer.concat(taken));
  }

  /** CRC of bytes that are not cut off yet; rows lie at the end of the pieces, most of them in the last one. */
  #computeCrc(from: number, to: number): number {
    let index = this.#pieces.length - 1;
    let offset = this.#end - (this.#pieces[index] as Buffer).length;
    while (offset > from) offset -= (this.#pieces[--index] as Buffer).length;
    let crc = 0;
    for (; offset < to; index++) {
      const piece = this.#pieces[index] as Buffer;
      crc = crc32(piece.subarray(Math.max(0, from - offset), Math.min(piece.length, to - offset)), crc);
      offset += piece.length;
    }
    return crc;
  }
}
