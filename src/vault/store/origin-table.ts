import type { Origin } from '../../archive/recipe.ts';

const FROM_BASE = -1;

/** Where each extent's bytes come from, sixteen bytes for each. */
export class OriginTable {
  #count = 0;
  #numbers = new Float64Array(2048);
  readonly #segments: readonly string[];
  readonly #positions: Map<string, number>;

  constructor(segments: readonly string[]) {
    this.#segments = segments;
    this.#positions = new Map(segments.map((name, position) => [name, position]));
  }

  append(from: Origin): void {
    if (this.#numbers.length < (this.#count + 1) * 2) {
      const larger = new Float64Array(this.#numbers.length * 2);
      larger.set(this.#numbers);
      this.#numbers = larger;
    }
    const isKnown = 'base' in from;
    const entry = isKnown ? [FROM_BASE, from.base] : [this.#positions.get(from.segment) ?? FROM_BASE, from.at];
    this.#numbers.set(entry, this.#count++ * 2);
  }

  at(ordinal: number): Origin {
    const position = this.#numbers[ordinal * 2] ?? FROM_BASE;
    const place = this.#numbers[ordinal * 2 + 1] ?? 0;
    const segment = this.#segments[position];
    return segment === undefined ? { base: place } : { segment, at: place };
  }
}
