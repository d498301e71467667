/** A run of archives that hold something: the first one's ordinal and the last one's. */
export type Span = [first: number, last: number];

/** Adds one ordinal to spans in ascending order, which stay so and are as few as can be. */
export function addOrdinal(spans: Span[], ordinal: number): void {
  let place = spans.length;
  while (place > 0 && (spans[place - 1] as Span)[0] > ordinal) place--;
  const before = spans[place - 1];
  const after = spans[place];
  if (before && ordinal <= before[1]) return;
  const joinsBefore = before !== undefined && before[1] === ordinal - 1;
  const joinsAfter = after !== undefined && after[0] === ordinal + 1;
  if (joinsBefore && joinsAfter) {
    before[1] = after[1];
    spans.splice(place, 1);
  } else if (joinsBefore) before[1] = ordinal;
  else if (joinsAfter) after[0] = ordinal;
  else spans.splice(place, 0, [ordinal, ordinal]);
}

/** `0-12,15`. */
export function formatSpans(spans: readonly Span[]): string {
  return spans.map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`)).join(',');
}

/** @throws TypeError on anything that `formatSpans` would not write. */
export function parseSpans(text: string): Span[] {
  let end = -2;
  return text.split(',').map((part) => {
    const [, first, last = first] = /^(\d{1,9})(?:-(\d{1,9}))?$/.exec(part) ?? [];
    const span: Span = [Number(first), Number(last)];
    // One that touches the one before would be one with it.
    if (!(span[0] > end + 1 && span[1] >= span[0])) throw new TypeError(`${JSON.stringify(text)} are no spans`);
    end = span[1];
    return span;
  });
}

/** New numbers for the archives of a list, in their order; some archives have none any more, others came in between. */
export class Renumbering {
  readonly #numbers: readonly (number | undefined)[];
  /** How many of the archives before each have no number. */
  readonly #dropped: number[] = [0];

  /** By the old ordinals; the new ones ascend. */
  constructor(numbers: readonly (number | undefined)[]) {
    this.#numbers = numbers;
    for (const number of numbers) this.#dropped.push((this.#dropped.at(-1) ?? 0) + Number(number === undefined));
  }

  /** The same archives by their new numbers; empty where none is left. */
  apply(spans: readonly Span[]): Span[] {
    const renumbered: Span[] = [];
    for (const [first, last] of spans) {
      const start = this.#numbers[first];
      const end = this.#numbers[last];
      const isWhole = this.#dropped[last + 1] === this.#dropped[first];
      if (isWhole && start !== undefined && end !== undefined && end - start === last - first) {
        join(renumbered, start, end);
        continue;
      }
      for (let ordinal = first; ordinal <= last; ordinal++) {
        const number = this.#numbers[ordinal];
        if (number !== undefined) join(renumbered, number, number);
      }
    }
    return renumbered;
  }
}

function join(spans: Span[], first: number, last: number): void {
  const before = spans.at(-1);
  if (before && before[1] === first - 1) before[1] = last;
  else spans.push([first, last]);
}
