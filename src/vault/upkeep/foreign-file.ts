import { createHash } from 'node:crypto';
import { constants, open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { BigIntStats } from 'node:fs';
import { readRange } from '../store/read-range.ts';

/** Why a file is left alone. */
export class Unfit extends Error {}

const GZIP_MAGIC = Buffer.from([0x1f, 0x8b, 0x08]);
const ARCHIVE_MODE = 0o440;

/** An archive of the former script, open for reading: what is looked at is what is given away and hashed. */
export class ForeignFile {
  readonly name: string;
  readonly #handle: FileHandle;
  readonly #about: BigIntStats;

  private constructor(name: string, handle: FileHandle, about: BigIntStats) {
    this.name = name;
    this.#handle = handle;
    this.#about = about;
  }

  /** @throws Unfit for anything but a plain file with one name and the beginning of gzip. */
  static async open(directory: string, name: string): Promise<ForeignFile> {
    const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
    let handle: FileHandle;
    try {
      handle = await open(join(directory, name), flags);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ELOOP') throw new Unfit('is a symbolic link');
      if (code === 'EACCES') throw new Unfit('belongs to somebody else: root has to give it to the owner of the vault');
      throw error;
    }
    try {
      const about = await handle.stat({ bigint: true });
      if (!about.isFile()) throw new Unfit('is no file');
      if (about.nlink !== 1n) throw new Unfit(`has ${about.nlink} names: it may be changed under another one`);
      const start = await handle.read(Buffer.alloc(GZIP_MAGIC.length), 0, GZIP_MAGIC.length, 0);
      if (!start.buffer.equals(GZIP_MAGIC)) throw new Unfit('is no gzip');
      return new ForeignFile(name, handle, about);
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  get sizeBytes(): number {
    return Number(this.#about.size);
  }

  /** Makes it the keeper's and read-only; only root may give files away. */
  async giveTo({ uid, gid }: { uid: number; gid: number }): Promise<void> {
    if (this.#about.uid !== BigInt(uid) || this.#about.gid !== BigInt(gid)) await this.#handle.chown(uid, gid);
    await this.makeReadOnly();
  }

  /** @throws Unfit where it is not ours to change. */
  async makeReadOnly(): Promise<void> {
    if ((Number(this.#about.mode) & 0o7777) === ARCHIVE_MODE) return;
    await this.#handle.chmod(ARCHIVE_MODE).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code === 'EPERM')
        throw new Unfit('belongs to somebody else: root has to give it to the owner of the vault');
      throw error;
    });
  }

  /** Whether it belongs to `uid`: what does not could be made writable again. */
  belongsTo(uid: number): boolean {
    return this.#about.uid === BigInt(uid);
  }

  /** SHA-256 of all its bytes. @throws Unfit where somebody writes to it meanwhile. */
  async hash(progress: (doneBytes: number) => void, signal?: AbortSignal): Promise<string> {
    const digest = createHash('sha256');
    let doneBytes = 0;
    try {
      for await (const chunk of readRange(this.#handle, { offset: 0, length: this.sizeBytes })) {
        signal?.throwIfAborted();
        digest.update(chunk);
        progress((doneBytes += chunk.length));
      }
    } catch (error) {
      if (error instanceof RangeError) throw new Unfit('is being written to', { cause: error });
      throw error;
    }
    const { size, mtimeNs } = await this.#handle.stat({ bigint: true });
    if (size !== this.#about.size || mtimeNs !== this.#about.mtimeNs) throw new Unfit('is being written to');
    return digest.digest('hex');
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }
}
