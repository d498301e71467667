import { randomUUID } from 'node:crypto';
import { mkdir, open, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { openArchiveBytes, type ArchiveBytes } from '../../archive/archive-bytes.ts';
import { readLines } from '../../archive/line-reader.ts';

const BUFFERED_CHARACTERS = 1024 * 1024;

/**
 * Opens a file that has no name any more: nobody else reaches it, and its space is free again when this process has
 * ended, however it did.
 */
export async function openUnnamed(directory: string): Promise<FileHandle> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const path = join(directory, `.continuity-${randomUUID()}.tmp`);
  const file = await open(path, 'wx+', 0o600);
  try {
    await rm(path);
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** Lines that are written once and then read as often as is needed. */
export class SpooledLines {
  readonly #file: FileHandle;
  #unwritten: string[] = [];
  #characters = 0;

  private constructor(file: FileHandle) {
    this.#file = file;
  }

  static async open(directory: string): Promise<SpooledLines> {
    return new SpooledLines(await openUnnamed(directory));
  }

  /** Waits only where much is unwritten. */
  async add(line: string): Promise<void> {
    this.#unwritten.push(line);
    this.#characters += line.length;
    if (this.#characters > BUFFERED_CHARACTERS) await this.flush();
  }

  /** To be called before the first reading. */
  async flush(): Promise<void> {
    if (this.#unwritten.length > 0) await this.#file.appendFile(`${this.#unwritten.join('\n')}\n`);
    this.#unwritten = [];
    this.#characters = 0;
  }

  async *read(): AsyncGenerator<string, void, undefined> {
    const bytes: ArchiveBytes = await openArchiveBytes(this.#file);
    for await (const lines of readLines(bytes.read(0, bytes.sizeBytes))) yield* lines;
  }

  async close(): Promise<void> {
    await this.#file.close();
  }
}
