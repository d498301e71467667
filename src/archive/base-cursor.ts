import { isCounted, nameKey, type ChangeCounter } from './change-counter.ts';
import { DumpContents } from './dump-contents.ts';
import type { IndexReader, IndexedExtent } from './index-reader.ts';
import { isTailName } from './layout.ts';
import type { SourceEntry } from './source-entry.ts';
import { isFileLine, parseTocLine, type TocLine } from './toc-line.ts';

/** Where a line's name begins. */
const NAME_START = '{"name":"'.length;

/** An extent of last night's archive with its position there. */
export interface PlacedInBase extends IndexedExtent {
  ordinal: number;
}

/** What last night's archive has for a group of entries. */
export interface Taken {
  /** The extents that hold just these entries, unchanged. */
  kept?: PlacedInBase[];
  /** Without such extents: lines of the entries that were there under these names, by `nameKey`; folders left out. */
  before: ReadonlyMap<string, string>;
}

/**
 * Goes through the file sources of last night's archive in step with tonight's walk. Both are in bytewise order of their
 * paths, so that one look at each side is enough and neither has to be held in memory.
 */
export class BaseCursor {
  /** Regular files passed so far, by source: what last night's archive held. */
  readonly filesBySource = new Map<string, number>();
  /** Dumps of last night's archive; complete when all is passed. */
  readonly dumps = new DumpContents();
  readonly #extents: AsyncIterator<IndexedExtent> | undefined;
  readonly #changes: ChangeCounter;
  #next: (PlacedInBase & { firstName: Buffer | undefined }) | undefined;
  /** Passed entries that lie behind all groups so far: a later group may have their names. At most one extent's. */
  #pending: { line: TocLine; text: string }[] = [];
  readonly #isBarred: (sha256: string) => boolean;
  #ordinal = 0;
  #isStarted = false;

  /**
   * Entries that are in no group are counted as removed in `changes`. What is in an extent whose digest is in `barred`
   * is not taken over: its bytes are damaged where it lies.
   */
  constructor(base: IndexReader | undefined, changes: ChangeCounter, barred?: ReadonlySet<string>) {
    this.#isBarred = (sha256) => barred?.has(sha256) ?? false;
    this.#extents = base?.entries();
    this.#changes = changes;
  }

  /** The extents that hold the group, if their key is this one; what lies before and among its entries is passed. */
  async take(group: readonly SourceEntry[], key: string | undefined): Promise<Taken> {
    if (!this.#isStarted) await this.#advance();
    const before = new Map<string, string>();
    const [first, last] = [group[0] as SourceEntry, group.at(-1) as SourceEntry];
    let names: ReadonlySet<string> | undefined;
    const passUpTo = async (name: Buffer, isIncluded: 0 | 1): Promise<void> => {
      while (this.#next && (!this.#next.firstName || Buffer.compare(this.#next.firstName, name) < isIncluded)) {
        names ??= new Set(group.map((entry) => nameKey(entry.name)));
        await this.#pass();
        this.#sortOut(names, last.name, before);
      }
    };
    if (this.#pending.length > 0) {
      names = new Set(group.map((entry) => nameKey(entry.name)));
      this.#sortOut(names, last.name, before);
    }
    await passUpTo(first.name, 0);
    if (key !== undefined && this.#next?.firstName?.equals(first.name) && this.#next.extent.key === key) {
      const kept = await this.#takeNext(this.#next);
      if (!kept.some(({ extent }) => this.#isBarred(extent.sha256))) return { kept, before };
      kept.forEach(({ lines }) => this.#hold(lines));
      names ??= new Set(group.map((entry) => nameKey(entry.name)));
      this.#sortOut(names, last.name, before);
      return { before };
    }
    await passUpTo(last.name, 1);
    return { before };
  }

  /** Passes all that is left, so that `filesBySource` and `dumps` are complete. */
  async finish(): Promise<void> {
    if (!this.#isStarted) await this.#advance();
    const none = new Set<string>();
    this.#sortOut(none, undefined, new Map());
    while (this.#next) {
      await this.#pass();
      this.#sortOut(none, undefined, new Map());
    }
    for (let rest = await this.#extents?.next(); rest && !rest.done; rest = await this.#extents?.next()) {
      for (const line of rest.value.lines) this.dumps.add(line);
    }
  }

  async #takeNext(next: PlacedInBase): Promise<PlacedInBase[]> {
    const taken = [next];
    await this.#advance();
    for (let further = this.#peek(); further && !further.firstName; further = this.#peek()) {
      taken.push(further);
      await this.#advance();
    }
    return taken;
  }

  /** Asked anew after every step. */
  #peek() {
    return this.#next;
  }

  async #pass(): Promise<void> {
    this.#hold(this.#next?.lines ?? []);
    await this.#advance();
  }

  #hold(lines: readonly string[]): void {
    for (const text of lines) {
      const line = parseTocLine(text);
      if (isCounted(line)) this.#pending.push({ line, text });
    }
  }

  /** What has one of the `names` is found again; what has none and lies before `last` (all, without it) is gone. */
  #sortOut(names: ReadonlySet<string>, last: Buffer | undefined, found: Map<string, string>): void {
    this.#pending = this.#pending.filter(({ line, text }) => {
      const key = nameKey(line.name);
      if (names.has(key)) found.set(key, text);
      else if (last && Buffer.compare(line.name, last) > 0) return true;
      else this.#changes.countRemoved(line);
      return false;
    });
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
    if (firstName && isTailName(firstName)) {
      for (const line of lines) this.dumps.add(line);
      return;
    }
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
