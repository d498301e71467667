import { createHash } from 'node:crypto';
import type { ExtentPlace } from './check-extents.ts';

/** What begins the record of an archive's own extents. Sizes and places in bytes. */
export interface OwnHead {
  extents: 1;
  archive: string;
  index: string;
  /** The archive that all other extents are shared with. */
  base?: string;
  /** Where index and footer begin, which are among the extents as one. */
  tail: number;
  count: number;
  bytes: number;
  /** When that extent was read which has not been for the longest time; seconds since 1970. */
  oldest: number;
}

/** An extent of an archive's own. */
export interface OwnExtent extends ExtentPlace {
  /** When it was last written or read and found well; seconds since 1970. */
  read: number;
}

const NUMBER_BYTES = 6;
const TIME_BYTES = 4;
const DIGEST_BYTES = 32;
const ENTRY_BYTES = 2 * NUMBER_BYTES + TIME_BYTES + DIGEST_BYTES;
/** No head is longer. */
export const HEAD_BYTES = 1024;

/**
 * The extents that an archive holds by itself, in the order of their places, 48 bytes for each: what no other archive
 * had when it was sealed. Whoever reads the own extents of all archives has read every byte of the vault once.
 */
export class OwnExtents {
  readonly about: Pick<OwnHead, 'archive' | 'index' | 'base' | 'tail'>;
  #entries: Buffer;
  #count = 0;

  constructor(about: OwnExtents['about'], entries?: Buffer) {
    this.about = about;
    this.#entries = entries ?? Buffer.alloc(64 * ENTRY_BYTES);
    if (entries) this.#count = entries.length / ENTRY_BYTES;
  }

  get count(): number {
    return this.#count;
  }

  append({ offset, length, sha256, read }: OwnExtent): void {
    const place = this.#count++ * ENTRY_BYTES;
    if (place === this.#entries.length) this.#entries = Buffer.concat([this.#entries], place * 2 + ENTRY_BYTES);
    this.#entries.writeUIntBE(offset, place, NUMBER_BYTES);
    this.#entries.writeUIntBE(length, place + NUMBER_BYTES, NUMBER_BYTES);
    this.#entries.writeUInt32BE(read, place + 2 * NUMBER_BYTES);
    this.#entries.write(sha256, place + ENTRY_BYTES - DIGEST_BYTES, 'hex');
  }

  at(ordinal: number): OwnExtent {
    if (ordinal < 0 || ordinal >= this.#count) throw new RangeError(`there is no own extent ${ordinal}`);
    const place = ordinal * ENTRY_BYTES;
    return {
      offset: this.#entries.readUIntBE(place, NUMBER_BYTES),
      length: this.#entries.readUIntBE(place + NUMBER_BYTES, NUMBER_BYTES),
      sha256: this.#entries.toString('hex', place + ENTRY_BYTES - DIGEST_BYTES, place + ENTRY_BYTES),
      read: this.readAt(ordinal),
    };
  }

  readAt(ordinal: number): number {
    return this.#entries.readUInt32BE(ordinal * ENTRY_BYTES + 2 * NUMBER_BYTES);
  }

  /** Notes down that an extent was read. */
  touch(ordinal: number, read: number): void {
    this.#entries.writeUInt32BE(read, ordinal * ENTRY_BYTES + 2 * NUMBER_BYTES);
  }

  *[Symbol.iterator](): Generator<OwnExtent, void, undefined> {
    for (let ordinal = 0; ordinal < this.#count; ordinal++) yield this.at(ordinal);
  }

  head(): OwnHead {
    let bytes = 0;
    let oldest = 0xffffffff;
    for (let ordinal = 0; ordinal < this.#count; ordinal++) {
      bytes += this.#entries.readUIntBE(ordinal * ENTRY_BYTES + NUMBER_BYTES, NUMBER_BYTES);
      oldest = Math.min(oldest, this.readAt(ordinal));
    }
    return { extents: 1, ...this.about, count: this.#count, bytes, oldest };
  }

  /** A line of JSON, the extents, and the SHA-256 of both: a record that rots must not accuse an archive. */
  encode(): Buffer {
    const line = Buffer.from(`${JSON.stringify(this.head())}\n`);
    const content = Buffer.concat([line, this.#entries.subarray(0, this.#count * ENTRY_BYTES)]);
    return Buffer.concat([content, createHash('sha256').update(content).digest()]);
  }

  /** Undefined where it is no record, or not as it was written. */
  static decode(bytes: Buffer): OwnExtents | undefined {
    const head = parseOwnHead(bytes);
    const start = bytes.indexOf(0x0a) + 1;
    const end = bytes.length - DIGEST_BYTES;
    if (!head || end - start !== head.count * ENTRY_BYTES) return undefined;
    if (!createHash('sha256').update(bytes.subarray(0, end)).digest().equals(bytes.subarray(end))) return undefined;
    const { archive, index, base, tail } = head;
    const about = { archive, index, tail, ...(base === undefined ? {} : { base }) };
    return new OwnExtents(about, Buffer.from(bytes.subarray(start, end)));
  }
}

/** The first line of a record, out of its beginning; undefined where it is none. */
export function parseOwnHead(beginning: Buffer): OwnHead | undefined {
  try {
    const head = JSON.parse(beginning.toString('utf8', 0, beginning.indexOf(0x0a))) as OwnHead;
    const counts = [head.tail, head.count, head.bytes, head.oldest];
    const isWhole =
      typeof head.archive === 'string' && typeof head.index === 'string' && (head.extents as number) === 1;
    return isWhole && counts.every((count) => Number.isSafeInteger(count) && count >= 0) ? head : undefined;
  } catch {
    return undefined;
  }
}
