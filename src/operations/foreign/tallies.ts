import { showName } from '../../archive/entry-names.ts';
import type { LeftOut } from '../../archive/foreign-survey.ts';
import { countOf } from '../../logging/quantity-text.ts';

/** What is otherwise in the archive than it will be restored: there may be thousands, of which one is named. */
export class Tally {
  #counted: LeftOut = { count: 0 };

  add(name: Buffer): void {
    if (this.#counted.count++ === 0) this.#counted.first = showName(name);
  }

  /** One sentence, or none. */
  say(what: string): string[] {
    return sayCounted(this.#counted, what);
  }
}

/** `left out: 3 entries (the first: a/b)`. */
export function sayCounted({ count, first = '' }: LeftOut, what: string): string[] {
  return count === 0 ? [] : [`${what}: ${countOf(count, 'entry', 'entries')} (the first: ${first})`];
}
