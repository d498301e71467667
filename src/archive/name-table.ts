import { createHash } from 'node:crypto';

/** What a name stands for; `implied` is a directory that was only named as a parent. */
export type NameKind = 'dir' | 'implied' | 'reg' | 'symlink' | 'hardlink';

const KINDS: readonly NameKind[] = ['dir', 'implied', 'reg', 'symlink', 'hardlink'];

/**
 * All names of an archive with what they stand for, in about 20 bytes each: 64 bits of their digest in place of the
 * name. Two names that collided would be taken for one, which every use of this table answers with a refusal.
 */
export class NameTable {
  #count = 0;
  #digests = new Uint32Array(2 * 1024);
  #kinds = new Uint8Array(1024);

  get count(): number {
    return this.#count;
  }

  get(name: Buffer): NameKind | undefined {
    return KINDS[(this.#kinds[this.#slotOf(...digestOf(name))] ?? 0) - 1];
  }

  set(name: Buffer, kind: NameKind): void {
    const [high, low] = digestOf(name);
    let slot = this.#slotOf(high, low);
    if (this.#kinds[slot] === 0) {
      if (++this.#count * 2 > this.#kinds.length) {
        this.#grow();
        slot = this.#slotOf(high, low);
      }
    }
    this.#put(slot, high, low, KINDS.indexOf(kind) + 1);
  }

  #put(slot: number, high: number, low: number, kind: number): void {
    this.#digests[slot * 2] = high;
    this.#digests[slot * 2 + 1] = low;
    this.#kinds[slot] = kind;
  }

  #slotOf(high: number, low: number): number {
    const mask = this.#kinds.length - 1;
    let slot = low & mask;
    while (this.#kinds[slot] !== 0 && !(this.#digests[slot * 2] === high && this.#digests[slot * 2 + 1] === low)) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  #grow(): void {
    const digests = this.#digests;
    const kinds = this.#kinds;
    this.#digests = new Uint32Array(digests.length * 2);
    this.#kinds = new Uint8Array(kinds.length * 2);
    kinds.forEach((kind, slot) => {
      if (kind === 0) return;
      const high = digests[slot * 2] ?? 0;
      const low = digests[slot * 2 + 1] ?? 0;
      this.#put(this.#slotOf(high, low), high, low, kind);
    });
  }
}

function digestOf(name: Buffer): [high: number, low: number] {
  const digest = createHash('sha256').update(name).digest();
  return [digest.readUInt32LE(0), digest.readUInt32LE(4)];
}
