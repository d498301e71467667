import type { Extent } from './extent.ts';

const DIGEST_BYTES = 32;
const EMPTY = 0xffffffff;

/**
 * All extents of an archive in memory, about a hundred bytes each, found by digest and by key. A million extents, of
 * which an object each would take most of a gigabyte, fit into a tenth of that.
 */
export class ExtentTable {
  #count = 0;
  #digests: Buffer = Buffer.alloc(0);
  #keys: Buffer = Buffer.alloc(0);
  #numbers = new Float64Array(0);
  #byDigest: Uint32Array | undefined;
  #byKey: Uint32Array | undefined;

  get count(): number {
    return this.#count;
  }

  /** Where the extents end: the offset of what follows them. */
  get endOffset(): number {
    if (this.#count === 0) return 0;
    const last = this.at(this.#count - 1);
    return last.offset + last.length;
  }

  append(extent: Extent): void {
    const ordinal = this.#count++;
    this.#grow();
    this.#digests.write(extent.sha256, ordinal * DIGEST_BYTES, 'hex');
    if (extent.key) this.#keys.write(extent.key, ordinal * DIGEST_BYTES, 'hex');
    this.#numbers.set([extent.offset, extent.length, extent.entries], ordinal * 3);
    this.#byDigest = undefined;
    this.#byKey = undefined;
  }

  at(ordinal: number): Extent {
    if (ordinal < 0 || ordinal >= this.#count) throw new RangeError(`there is no extent ${ordinal}`);
    const place = ordinal * DIGEST_BYTES;
    const key = this.#keys.toString('hex', place, place + DIGEST_BYTES);
    return {
      offset: this.#numbers[ordinal * 3] ?? 0,
      length: this.#numbers[ordinal * 3 + 1] ?? 0,
      entries: this.#numbers[ordinal * 3 + 2] ?? 0,
      sha256: this.#digests.toString('hex', place, place + DIGEST_BYTES),
      ...(/^0+$/.test(key) ? {} : { key }),
    };
  }

  /** The first extent with these bytes. */
  findByDigest(sha256: string): Extent | undefined {
    this.#byDigest ??= this.#hash(this.#digests);
    return this.#find(this.#byDigest, this.#digests, sha256);
  }

  /** The first extent with this key. */
  findByKey(key: string): Extent | undefined {
    this.#byKey ??= this.#hash(this.#keys);
    return this.#find(this.#byKey, this.#keys, key);
  }

  /** The ordinal of the extent that holds the byte at `offset` of the archive. */
  ordinalAt(offset: number): number {
    let low = 0;
    let high = this.#count - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#numbers[middle * 3] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  *[Symbol.iterator](): IterableIterator<Extent> {
    for (let ordinal = 0; ordinal < this.#count; ordinal++) yield this.at(ordinal);
  }

  #grow(): void {
    const capacity = this.#digests.length / DIGEST_BYTES;
    if (this.#count <= capacity) return;
    const larger = Math.max(1024, capacity * 2);
    const enlarge = (old: Buffer): Buffer => Buffer.concat([old], larger * DIGEST_BYTES);
    this.#digests = enlarge(this.#digests);
    this.#keys = enlarge(this.#keys);
    const numbers = new Float64Array(larger * 3);
    numbers.set(this.#numbers);
    this.#numbers = numbers;
  }

  /** Open addressing on the digest's own bits, which are as random as a hash can be. */
  #hash(digests: Buffer): Uint32Array {
    const slots = new Uint32Array(2 ** Math.ceil(Math.log2(this.#count * 2 + 2))).fill(EMPTY);
    for (let ordinal = 0; ordinal < this.#count; ordinal++) {
      let slot = digests.readUInt32BE(ordinal * DIGEST_BYTES) & (slots.length - 1);
      while (slots[slot] !== EMPTY) slot = (slot + 1) & (slots.length - 1);
      slots[slot] = ordinal;
    }
    return slots;
  }

  #find(slots: Uint32Array, digests: Buffer, digest: string): Extent | undefined {
    const wanted = Buffer.from(digest, 'hex');
    for (let slot = wanted.readUInt32BE(0) & (slots.length - 1); ; slot = (slot + 1) & (slots.length - 1)) {
      const ordinal = slots[slot] ?? EMPTY;
      if (ordinal === EMPTY) return undefined;
      const place = ordinal * DIGEST_BYTES;
      if (wanted.equals(digests.subarray(place, place + DIGEST_BYTES))) return this.at(ordinal);
    }
  }
}
