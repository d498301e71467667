import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, readdir, rename, rm, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { readLines } from '../../archive/line-reader.ts';
import { syncDirectory } from '../../system/durable-file.ts';
import { isAlive } from '../../system/is-alive.ts';
import { formatEntry, type CatalogueEntry } from './catalogue-line.ts';

/** An archive that a catalogue knows. What its identity is, is for whoever fills the catalogue to say. */
export interface CataloguedArchive {
  name: string;
  identity: string;
}

/** Raised with every change of the form; another one's file is built anew. */
const FORMAT = 1;
/** The last line: SHA-256 of all before, hexadecimal. */
const TRAILER_BYTES = 65;
const FLUSH_CHARACTERS = 256 * 1024;
const READ_BYTES = 1024 * 1024;
/** A name that was changed every night for years, and its header that lists these nights. */
const LONGEST_LINE_BYTES = 64 * 1024 * 1024;

/** Where the catalogue is: only a cache, which may be removed at any time. */
export function cataloguePathOf(stateDirectory: string): string {
  return join(stateDirectory, 'cache', 'catalogue');
}

/** A catalogue whose checksum is right, held open: another run may put a new one in its place meanwhile. */
export class CatalogueReader {
  readonly archives: readonly CataloguedArchive[];
  readonly sizeBytes: number;
  readonly #file: FileHandle;

  /** Of a file that is known to be whole: `sizeBytes` before its checksum. */
  constructor(archives: readonly CataloguedArchive[], sizeBytes: number, file: FileHandle) {
    this.archives = archives;
    this.sizeBytes = sizeBytes;
    this.#file = file;
  }

  /** Undefined where there is none, or it is not whole, or of another form: nobody can tell what of it is true. */
  static async open(path: string): Promise<CatalogueReader | undefined> {
    let file: FileHandle;
    try {
      file = await open(path, 'r');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
    const sizeBytes = await findWholeSize(file);
    const header = sizeBytes === undefined ? undefined : parseHeader(await firstLine(file, sizeBytes));
    if (header && sizeBytes !== undefined) return new CatalogueReader(header, sizeBytes, file);
    await file.close();
    return undefined;
  }

  /** The lines of all names, in the order of `compareNames`, in batches; may be gone through again. */
  async *lines(): AsyncGenerator<string[], void, undefined> {
    let isHeader = true;
    for await (const lines of readLines(readTo(this.#file, this.sizeBytes), LONGEST_LINE_BYTES)) {
      yield isHeader ? lines.slice(1) : lines;
      isHeader = false;
    }
  }

  async close(): Promise<void> {
    await this.#file.close();
  }
}

/** Writes a catalogue line by line under a name of its own; it takes the place of the former one only when it is whole. */
export class CatalogueWriter {
  readonly #path: string;
  readonly #archives: readonly CataloguedArchive[];
  readonly #temporary: string;
  readonly #file: FileHandle;
  readonly #hash = createHash('sha256');
  #pending: string;
  #sizeBytes = 0;

  private constructor(
    path: string,
    archives: readonly CataloguedArchive[],
    { temporary, file }: { temporary: string; file: FileHandle },
  ) {
    this.#path = path;
    this.#archives = archives;
    this.#temporary = temporary;
    this.#file = file;
    const list = archives.map(({ name, identity }) => [name, identity]);
    this.#pending = `${JSON.stringify({ format: FORMAT, archives: list })}\n`;
  }

  static async create(path: string, archives: readonly CataloguedArchive[]): Promise<CatalogueWriter> {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await clearLeftovers(path);
    const temporary = `${path}.${process.pid}-${randomUUID()}.part`;
    return new CatalogueWriter(path, archives, { temporary, file: await open(temporary, 'wx+', 0o600) });
  }

  async add(entry: CatalogueEntry): Promise<void> {
    this.#pending += `${formatEntry(entry)}\n`;
    if (this.#pending.length > FLUSH_CHARACTERS) await this.#flush();
  }

  /** A reader of what was written here: under the name there may be another run's by now. */
  async finish(): Promise<CatalogueReader> {
    await this.#flush();
    await this.#file.writeFile(`${this.#hash.digest('hex')}\n`);
    await this.#file.sync();
    await rename(this.#temporary, this.#path);
    await syncDirectory(dirname(this.#path));
    return new CatalogueReader(this.#archives, this.#sizeBytes, this.#file);
  }

  /** Removes what will not be finished. */
  async discard(): Promise<void> {
    await this.#file.close();
    await rm(this.#temporary, { force: true });
  }

  async #flush(): Promise<void> {
    const bytes = Buffer.from(this.#pending);
    this.#pending = '';
    this.#hash.update(bytes);
    this.#sizeBytes += bytes.length;
    await this.#file.writeFile(bytes);
  }
}

/** Removes what runs that were killed left half written. */
async function clearLeftovers(path: string): Promise<void> {
  for (const name of await readdir(dirname(path))) {
    const [, own, pid] = /^(.+)\.(\d+)-[0-9a-f-]{36}\.part$/.exec(name) ?? [];
    if (own === basename(path) && !isAlive(Number(pid))) await rm(join(dirname(path), name), { force: true });
  }
}

/** Bytes before the checksum; undefined where it is not theirs. */
async function findWholeSize(file: FileHandle): Promise<number | undefined> {
  const sizeBytes = (await file.stat()).size - TRAILER_BYTES;
  if (sizeBytes <= 0) return undefined;
  const trailer = Buffer.alloc(TRAILER_BYTES);
  await file.read(trailer, 0, TRAILER_BYTES, sizeBytes);
  const hash = createHash('sha256');
  for await (const chunk of readTo(file, sizeBytes)) hash.update(chunk);
  return trailer.toString('latin1') === `${hash.digest('hex')}\n` ? sizeBytes : undefined;
}

async function firstLine(file: FileHandle, sizeBytes: number): Promise<string> {
  for await (const lines of readLines(readTo(file, sizeBytes), LONGEST_LINE_BYTES)) return lines[0] ?? '';
  return '';
}

function parseHeader(line: string): CataloguedArchive[] | undefined {
  const { format, archives } = JSON.parse(line) as { format: unknown; archives: [string, string][] };
  return format === FORMAT ? archives.map(([name, identity]) => ({ name, identity })) : undefined;
}

async function* readTo(file: FileHandle, end: number): AsyncGenerator<Buffer, void, undefined> {
  for (let position = 0; position < end;) {
    const buffer = Buffer.allocUnsafe(Math.min(READ_BYTES, end - position));
    const { bytesRead } = await file.read(buffer, 0, buffer.length, position);
    if (bytesRead === 0) return;
    position += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}
