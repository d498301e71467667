import { join } from 'node:path';
import { BaseCursor, type PlacedInBase, type Taken } from './base-cursor.ts';
import { ChangeCounter, type FileChanges } from './change-counter.ts';
import { ContentPool } from './content-pool.ts';
import type { DumpContent } from './dump-contents.ts';
import { groupEntries, keyOfGroup } from './group-entries.ts';
import type { IndexReader } from './index-reader.ts';
import { CHUNK_BYTES } from './layout.ts';
import { packEntries, type Oddity } from './pack-entries.ts';
import { packFile } from './pack-file.ts';
import type { ExtentStore } from './pack-stream.ts';
import type { RecipeRecorder } from './recipe-recorder.ts';
import { runInOrder, type Job } from './run-in-order.ts';
import type { SourceEntry } from './source-entry.ts';

/** What an entry costs in memory besides its content. */
const ENTRY_WEIGHT_BYTES = 16 * 1024;

export interface FilesPackerOptions {
  base: IndexReader | undefined;
  /** Digests of extents of the base that must not be taken over. */
  barred?: ReadonlySet<string> | undefined;
  rereadsAll: boolean;
  recorder: RecipeRecorder;
  store: ExtentStore;
  spoolDirectory: string;
  limitBytes: number;
  onProgress?: (files: number, bytes: number) => void;
}

/** What became of the entries of all file sources. */
export interface FilesOutcome {
  vanished: Oddity[];
  changed: Oddity[];
  /** Files and bytes of content that had to be read. */
  readFiles: number;
  readBytes: number;
  /** Regular files in last night's archive, by source. */
  filesBefore: ReadonlyMap<string, number>;
  /** What differs from last night's archive, by source; a source without differences may be absent. */
  changes: ReadonlyMap<string, FileChanges>;
  /** Dumps in last night's archive, by name there. */
  dumpsBefore: ReadonlyMap<string, DumpContent>;
}

/** What is left to do for a group once its turn has come. */
type Recording = () => Promise<void>;

/** Packs the entries of a walk: taken over from last night where nothing changed, read and packed where it did. */
export class FilesPacker {
  readonly #options: FilesPackerOptions;
  readonly #cursor: BaseCursor;
  readonly #changes = new ChangeCounter();
  readonly #pool = new ContentPool();
  readonly #outcome: Omit<FilesOutcome, 'dumpsBefore'>;
  #files = 0;
  #bytes = 0;

  constructor(options: FilesPackerOptions) {
    this.#options = options;
    this.#cursor = new BaseCursor(options.base, this.#changes, options.barred);
    const filesBefore = this.#cursor.filesBySource;
    const changes = this.#changes.bySource;
    this.#outcome = { vanished: [], changed: [], readFiles: 0, readBytes: 0, filesBefore, changes };
  }

  /** Goes through the walk once; the groups' extents are recorded in its order. */
  async pack(entries: AsyncIterable<SourceEntry>): Promise<FilesOutcome> {
    for await (const record of runInOrder(this.#jobs(entries), this.#options.limitBytes)) {
      await record();
      this.#options.onProgress?.(this.#files, this.#bytes);
    }
    await this.#cursor.finish();
    return { ...this.#outcome, dumpsBefore: this.#cursor.dumps.list() };
  }

  async *#jobs(entries: AsyncIterable<SourceEntry>): AsyncGenerator<Job<Recording>, void, undefined> {
    for await (const group of groupEntries(entries)) {
      const sizeBytes = group.reduce((sum, entry) => sum + entry.size, 0);
      const files = group.filter((entry) => entry.type === 'reg').length;
      this.#files += files;
      this.#bytes += sizeBytes;
      const key = keyOfGroup(group);
      const [first] = group as [SourceEntry];
      const { kept, before } = await this.#cursor.take(group, this.#options.rereadsAll ? undefined : key);
      if (kept) {
        // It waits for its turn like the others, and holds its entries until then.
        const weightBytes = (group.length + kept.length) * ENTRY_WEIGHT_BYTES;
        yield { weightBytes, start: () => Promise.resolve(() => this.#keep(kept)) };
        continue;
      }
      this.#outcome.readFiles += files;
      this.#outcome.readBytes += sizeBytes;
      if (sizeBytes > CHUNK_BYTES && group.length === 1) {
        // Heavier than the limit, so it runs alone: it keeps its own chunks in order.
        yield { weightBytes: this.#options.limitBytes + 1, start: () => this.#packLarge(first, key, before) };
      } else {
        const weightBytes = 3 * sizeBytes + group.length * ENTRY_WEIGHT_BYTES;
        yield { weightBytes, start: () => this.#packSmall(group, key, before) };
      }
    }
  }

  async #keep(extents: readonly PlacedInBase[]): Promise<void> {
    for (const extent of extents) await this.#options.recorder.keep(extent.ordinal, extent);
  }

  async #packSmall(
    group: readonly SourceEntry[],
    key: string | undefined,
    before: Taken['before'],
  ): Promise<Recording> {
    const { pieces, length, contents, sha256, lines, vanished, changed } = await packEntries(group, this.#pool);
    return async () => {
      this.#outcome.vanished.push(...vanished);
      this.#outcome.changed.push(...changed);
      this.#compare(before, lines);
      if (lines.length === 0) return;
      const from = await this.#options.store.store(pieces, sha256);
      for (const content of contents) this.#pool.giveBack(content);
      const isFaithful = key !== undefined && vanished.length === 0 && changed.length === 0;
      await this.#options.recorder.add({
        add: { length, sha256, ...(isFaithful ? { key } : {}), lines },
        from,
      });
    };
  }

  async #packLarge(entry: SourceEntry, key: string | undefined, before: Taken['before']): Promise<Recording> {
    const { store, spoolDirectory, limitBytes, recorder } = this.#options;
    const spoolPath = join(spoolDirectory, 'large-file.steps');
    const result = await packFile(entry, { store, limitBytes, spoolPath, pool: this.#pool });
    return async () => {
      if (!result) {
        this.#outcome.vanished.push({ name: entry.name, reason: 'vanished before it was read' });
        this.#compare(before, []);
        return;
      }
      const { packed, changed } = result;
      if (changed) this.#outcome.changed.push(changed);
      const { pieces, length, sha256, lines } = packed.header;
      this.#compare(before, lines);
      const from = await store.store(pieces, sha256);
      const isFaithful = key !== undefined && !changed;
      await recorder.add({ add: { length, sha256, ...(isFaithful ? { key } : {}), lines }, from });
      for await (const step of packed.steps()) await recorder.add(step);
    };
  }

  /** Without an archive to build upon there is nothing to compare with. */
  #compare(before: Taken['before'], lines: readonly string[]): void {
    if (this.#options.base) this.#changes.compare(before, lines);
  }
}
