import type { IndexReader, IndexedExtent } from './index-reader.ts';
import { isTailName } from './layout.ts';
import { isFileLine, parseTocLine } from './toc-line.ts';

/** Where a line's name begins. */
const NAME_START = '{"name":"'.length;

/** An extent of last night's archive with its position there. */
export interface PlacedInBase extends IndexedExtent {
  ordinal: number;
}

/**
 * Goes through the file sources of last night's archive in step with tonight's walk. Both are in bytewise order of their
 * paths, so that one look at each side is enough and neither has to be held in memory.
 */
export class BaseCursor {
  /** Regular files passed so far, by source: what last night's archive held. */
  readonly filesBySource = new Map<string, number>();
  readonly #extents: AsyncIterator<IndexedExtent> | undefined;
  #next: (PlacedInBase & { firstName: Buffer | undefined }) | undefined;
  #ordinal = 0;
  #isStarted = false;

  constructor(base: IndexReader | undefined) {
    this.#extents = base?.entries();
  }

  /** The extents that held the entries from `name` on, if their key was this one; what lies before is passed. */
  async take(name: Buffer, key: string | undefined): Promise<PlacedInBase[] | undefined> {
    if (!this.#isStarted) await this.#advance();
    while (this.#next && (!this.#next.firstName || Buffer.compare(this.#next.firstName, name) < 0))
      await this.#advance();
    if (key === undefined || !this.#next?.firstName?.equals(name) || this.#next.extent.key !== key) return undefined;
    const taken: PlacedInBase[] = [this.#next];
    await this.#advance();
    for (let next = this.#peek(); next && !next.firstName; next = this.#peek()) {
      taken.push(next);
      await this.#advance();
    }
    return taken;
  }

  /** Passes what is left of the file sources, so that `filesBySource` is complete. */
  async finish(): Promise<void> {
    if (!this.#isStarted) await this.#advance();
    while (this.#next) await this.#advance();
    await this.#extents?.return?.();
  }

  /** Asked anew after every step. */
  #peek() {
    return this.#next;
  }

  async #advance(): Promise<void> {
    this.#isStarted = true;
    const result = await this.#extents?.next();
    this.#next = undefined;
    if (!result || result.done) return;
    const { extent, lines } = result.value;
    const first = lines[0] === undefined ? undefined : parseTocLine(lines[0]);
    // Further chunks of a large entry, and its first, have no name of their own to be compared.
    const firstName = first && first.type !== 'chunk' ? first.name : undefined;
    if (firstName && isTailName(firstName)) return;
    this.#count(lines);
    this.#next = { extent, lines, firstName, ordinal: this.#ordinal++ };
  }

  /** By each line's own source: a run may reach from one into the next. Their names are plain ASCII. */
  #count(lines: readonly string[]): void {
    for (const line of lines.filter(isFileLine)) {
      const source = line.slice(NAME_START, line.indexOf('/', NAME_START));
      this.filesBySource.set(source, (this.filesBySource.get(source) ?? 0) + 1);
    }
  }
}
