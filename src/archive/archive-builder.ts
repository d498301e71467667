import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ContentPool } from './content-pool.ts';
import { DumpContents, type DumpContent } from './dump-contents.ts';
import { FilesPacker, type FilesOutcome } from './files-packer.ts';
import type { Extent } from './extent.ts';
import type { IndexReader } from './index-reader.ts';
import { sumLengths } from './gzip-member.ts';
import { CHUNK_BYTES, DUMP_FOLDER, KIT_FOLDER } from './layout.ts';
import { packEntries, type PackedExtent } from './pack-entries.ts';
import { packStream, type ExtentStore, type PackedStream, type StreamOptions } from './pack-stream.ts';
import { RecipeRecorder } from './recipe-recorder.ts';
import { SegmentLane, SegmentList, type Segment } from './segment-lane.ts';
import type { SourceEntry } from './source-entry.ts';

/** Content of files held in memory while it is compressed, in bytes. */
const FILES_IN_FLIGHT_BYTES = 32 * 1024 * 1024;
/** The same for each of the dumps that run beside. */
const DUMP_IN_FLIGHT_BYTES = 8 * 1024 * 1024;

export interface BuilderOptions {
  /** Last night's archive, whose unchanged extents are taken over; but for those whose digests are barred. */
  base?: { name: string; index: string; reader: IndexReader; barred?: ReadonlySet<string> };
  /** An empty directory for spools and segments. */
  directory: string;
  /** Read every file again, whatever last night's keys say. */
  rereadsAll?: boolean;
  /** Takes a finished segment; awaited before its producer goes on. */
  deliver: (segment: Segment) => Promise<void>;
  /** Told after each group of files: how many files and bytes of content have been dealt with. */
  onProgress?: (files: number, bytes: number) => void;
}

/** What sending the archive to the vault takes. Sizes in bytes. */
export interface BuiltArchive {
  recipePath: string;
  indexPath: string;
  /** SHA-256 of the index. */
  index: string;
  indexBytes: number;
  /** Length of all extents: the archive without its index and footer. */
  extentBytes: number;
  /** Length of the extents that the base does not hold. */
  newExtentBytes: number;
  /** Dumps, by name in the archive. */
  dumps: ReadonlyMap<string, DumpContent>;
}

/** What is stored with a name besides the content. */
export type TextEntry = Pick<SourceEntry, 'name' | 'mode' | 'uid' | 'gid' | 'mtimeNs'>;

/**
 * Builds an archive as a recipe over last night's archive and new segments. Dumps may be added side by side and beside
 * the files; whatever the order of building, the archive holds files, then dumps by name, then the recovery kit by name,
 * then texts as they came.
 */
export class ArchiveBuilder {
  readonly #options: BuilderOptions;
  readonly #recorder: RecipeRecorder;
  readonly #segments = new SegmentList();
  /** What follows the files: by name, in the order of adding. */
  readonly #tail = new Map<
    string,
    { extent: Omit<PackedExtent, 'contents' | 'vanished' | 'changed'>; stream?: PackedStream }
  >();
  readonly #lanes: SegmentLane[] = [];
  #newExtentBytes = 0;

  private constructor(options: BuilderOptions, recorder: RecipeRecorder) {
    this.#options = options;
    this.#recorder = recorder;
  }

  static async create(options: BuilderOptions): Promise<ArchiveBuilder> {
    return new ArchiveBuilder(options, await RecipeRecorder.create(options.directory));
  }

  /** Packs the walk of all file sources, in bytewise order of names; unchanged extents are taken over unread. */
  async addFiles(entries: AsyncIterable<SourceEntry>): Promise<FilesOutcome> {
    const { directory, lane } = await this.#openLane();
    const { base, rereadsAll, onProgress } = this.#options;
    const packer = new FilesPacker({
      base: base?.reader,
      barred: base?.barred,
      rereadsAll: rereadsAll ?? false,
      recorder: this.#recorder,
      store: this.#storeIn(lane),
      spoolDirectory: directory,
      limitBytes: FILES_IN_FLIGHT_BYTES,
      ...(onProgress ? { onProgress } : {}),
    });
    const outcome = await packer.pack(entries);
    await lane.finish();
    return outcome;
  }

  /** Packs a dump, whose size nobody knows beforehand. */
  async addDump(entry: StreamOptions['entry'], chunks: AsyncIterable<Buffer>): Promise<{ sizeBytes: number }> {
    const { directory, lane } = await this.#openLane();
    const store = this.#storeIn(lane);
    const spoolPath = join(directory, 'steps');
    const packed = await packStream({ entry, chunks, store, spoolPath, limitBytes: DUMP_IN_FLIGHT_BYTES });
    await lane.finish();
    this.#tail.set(entry.name.toString('latin1'), { extent: packed.header, stream: packed });
    return { sizeBytes: packed.sizeBytes };
  }

  /** Adds a text: in `db/` and `kit/` it stands among its like, else behind them. */
  async addText(entry: TextEntry, content: Buffer): Promise<void> {
    if (content.length > CHUNK_BYTES) {
      await this.addDump(entry, cut(content));
      return;
    }
    const open = () =>
      Promise.resolve({
        size: content.length,
        read: (target: Buffer, position: number) => Promise.resolve(content.copy(target, 0, position)),
        close: () => Promise.resolve(undefined),
      });
    const size = content.length;
    const text = { ...entry, type: 'reg', size, settled: true, identity: '', open } as const;
    const extent = await packEntries([text], new ContentPool());
    this.#tail.set(entry.name.toString('latin1'), { extent });
  }

  /** Adds a folder or a symbolic link to `kit/`. */
  async addBare(entry: TextEntry & Pick<SourceEntry, 'type' | 'linkName'>): Promise<void> {
    const extent = await packEntries([{ ...entry, size: 0, settled: true, identity: '' }], new ContentPool());
    this.#tail.set(entry.name.toString('latin1'), { extent });
  }

  /** Puts everything in its place and writes recipe and index; all segments have been delivered then. */
  async finish(): Promise<BuiltArchive> {
    const { lane } = await this.#openLane();
    const store = this.#storeIn(lane);
    const dumps = new DumpContents();
    for (const { extent, stream } of this.#tailInOrder()) {
      const { pieces, length, sha256, lines } = extent;
      for (const line of lines) dumps.add(line);
      const from = await store.store(pieces, sha256);
      await this.#recorder.add({ add: { length, sha256, lines }, from });
      for await (const step of stream?.steps() ?? []) {
        for (const line of step.add.lines) dumps.add(line);
        await this.#recorder.add(step);
      }
    }
    await lane.finish();

    const { base, directory } = this.#options;
    const recipePath = join(directory, 'recipe.gz');
    const built = await this.#recorder.finish(
      { recipe: 1, ...(base ? { base: { name: base.name, index: base.index } } : {}), segments: this.#segments.names },
      recipePath,
    );
    await base?.reader.close();
    const indexPath = join(directory, 'stargz.index.json');
    return { ...built, recipePath, indexPath, newExtentBytes: this.#newExtentBytes, dumps: dumps.list() };
  }

  /** Closes what is open, for an archive that will not be finished. Its directory is the caller's to remove. */
  async abandon(): Promise<void> {
    await Promise.all(this.#lanes.map((lane) => lane.abandon()));
    await this.#recorder.abandon();
    await this.#options.base?.reader.close();
  }

  /** First what is in `db/` and in `kit/`, by name, whoever was ready first; then the texts as they came. */
  #tailInOrder() {
    const all = [...this.#tail];
    const below = (folder: string) =>
      all.filter(([name]) => name.startsWith(folder)).sort(([a], [b]) => (a < b ? -1 : 1));
    const inFolders = [...below(DUMP_FOLDER), ...below(KIT_FOLDER)];
    return [...inFolders, ...all.filter((part) => !inFolders.includes(part))].map(([, part]) => part);
  }

  /** Every producer writes into segments of its own, so that their order does not depend on who was faster. */
  async #openLane(): Promise<{ directory: string; lane: SegmentLane }> {
    const directory = join(this.#options.directory, `lane-${this.#lanes.length + 1}`);
    const lane = new SegmentLane(directory, this.#segments, this.#options.deliver);
    this.#lanes.push(lane);
    await mkdir(directory);
    return { directory, lane };
  }

  #storeIn(lane: SegmentLane): ExtentStore {
    const { reader, barred } = this.#options.base ?? {};
    const known = reader?.extents;
    const unlessBarred = (extent: Extent | undefined) => (extent && barred?.has(extent.sha256) ? undefined : extent);
    return {
      findByKey: (key) => unlessBarred(known?.findByKey(key)),
      store: async (pieces, sha256) => {
        const same = unlessBarred(known?.findByDigest(sha256));
        if (same) return { base: same.offset };
        this.#newExtentBytes += sumLengths(pieces);
        return await lane.append(pieces, sha256);
      },
    };
  }
}

async function* cut(content: Buffer): AsyncGenerator<Buffer, void, undefined> {
  for (let at = 0; at < content.length; at += CHUNK_BYTES)
    yield Promise.resolve(content.subarray(at, at + CHUNK_BYTES));
}
