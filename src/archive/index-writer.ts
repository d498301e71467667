import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, rm, type FileHandle } from 'node:fs/promises';
import { formatExtent, type Extent } from './extent.ts';
import { INDEX_END, INDEX_MIDDLE, INDEX_START } from './index-reader.ts';
import { relocateLine } from './toc-line.ts';

const FLUSH_CHARACTERS = 256 * 1024;

/** An extent that is to be put behind those placed so far. */
export interface UnplacedExtent extends Omit<Extent, 'offset' | 'entries'> {
  /** Lines of the table of contents whose offsets count from `origin`. */
  lines: readonly string[];
  /** 0 for new lines, the extent's offset in the archive that they were taken from for others. */
  origin: number;
}

/**
 * Puts extents one behind the other and writes the index of the archive that results. Both sides of the wire use it on
 * the same input, and so come to the same digest. Extents and entries are spooled to two files beside the target.
 */
export class IndexWriter {
  readonly #path: string;
  readonly #extents: Spool;
  readonly #entries: Spool;
  #endOffset = 0;

  private constructor(path: string, extents: Spool, entries: Spool) {
    this.#path = path;
    this.#extents = extents;
    this.#entries = entries;
  }

  /** `path` is the index to be; two temporary files appear beside it. */
  static async create(path: string): Promise<IndexWriter> {
    return new IndexWriter(path, await Spool.create(`${path}.extents`), await Spool.create(`${path}.entries`));
  }

  /** Bytes of all extents placed so far: where the next one goes. */
  get endOffset(): number {
    return this.#endOffset;
  }

  /** Bytes of the index so far, short of its three own lines. */
  get sizeBytes(): number {
    return this.#extents.sizeBytes + this.#entries.sizeBytes;
  }

  /** Places an extent; returns its offset. */
  async place({ length, sha256, key, lines, origin }: UnplacedExtent): Promise<number> {
    const offset = this.#endOffset;
    this.#endOffset += length;
    const extent = { offset, length, sha256, entries: lines.length, ...(key ? { key } : {}) };
    await this.#extents.append([formatExtent(extent)]);
    await this.#entries.append(lines.map((line) => relocateLine(line, offset - origin)));
    return offset;
  }

  /** Writes the index; returns its size in bytes and its SHA-256, the archive's identity. */
  async finish(): Promise<{ sizeBytes: number; sha256: string }> {
    const hash = createHash('sha256');
    const target = await open(this.#path, 'wx', 0o600);
    let sizeBytes = 0;
    const write = async (bytes: Buffer): Promise<void> => {
      hash.update(bytes);
      sizeBytes += bytes.length;
      await target.writeFile(bytes);
    };
    try {
      await write(Buffer.from(`${INDEX_START}\n`));
      for await (const bytes of this.#extents.drain()) await write(bytes);
      await write(Buffer.from(`${INDEX_MIDDLE}\n`));
      for await (const bytes of this.#entries.drain()) await write(bytes);
      await write(Buffer.from(`${INDEX_END}\n`));
    } finally {
      await target.close();
    }
    return { sizeBytes, sha256: hash.digest('hex') };
  }

  /** Removes the temporary files of an index that will not be finished. */
  async discard(): Promise<void> {
    await this.#extents.discard();
    await this.#entries.discard();
    await rm(this.#path, { force: true });
  }
}

/** Lines of a JSON array, on their way through a temporary file. */
class Spool {
  /** Characters that were appended: bytes, but for names beyond ASCII. */
  sizeBytes = 0;
  readonly #path: string;
  readonly #file: FileHandle;
  #pending = '';
  #isEmpty = true;
  #isClosed = false;

  private constructor(path: string, file: FileHandle) {
    this.#path = path;
    this.#file = file;
  }

  static async create(path: string): Promise<Spool> {
    return new Spool(path, await open(path, 'wx', 0o600));
  }

  async append(lines: readonly string[]): Promise<void> {
    for (const line of lines) {
      this.#pending += this.#isEmpty ? line : `,\n${line}`;
      this.#isEmpty = false;
      this.sizeBytes += line.length + 2;
    }
    if (this.#pending.length > FLUSH_CHARACTERS) await this.#flush();
  }

  /** All that was appended, ended by a newline; the temporary file is gone afterwards. */
  async *drain(): AsyncGenerator<Buffer, void, undefined> {
    if (!this.#isEmpty) this.#pending += '\n';
    await this.#flush();
    yield* createReadStream(this.#path, { highWaterMark: 1024 * 1024 }) as AsyncIterable<Buffer>;
    await this.discard();
  }

  async discard(): Promise<void> {
    if (!this.#isClosed) await this.#file.close();
    this.#isClosed = true;
    await rm(this.#path, { force: true });
  }

  async #flush(): Promise<void> {
    const text = this.#pending;
    this.#pending = '';
    await this.#file.appendFile(text);
  }
}
