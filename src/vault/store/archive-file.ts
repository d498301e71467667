import { constants, open, type FileHandle } from 'node:fs/promises';
import type { ArchiveBytes } from '../../archive/archive-bytes.ts';
import { locateIndex, readIndexEntry } from '../../archive/archive-tail.ts';
import { FOOTER_BYTES } from '../../archive/footer.ts';
import { Failure } from '../../logging/failure.ts';
import type { ByteRange } from '../vault-client.ts';
import { archivePath, type Store } from './layout.ts';
import { readRange } from './read-range.ts';

/** A sealed archive, open for reading. */
export class ArchiveFile implements ArchiveBytes {
  readonly sizeBytes: number;
  readonly handle: FileHandle;

  constructor(handle: FileHandle, sizeBytes: number) {
    this.handle = handle;
    this.sizeBytes = sizeBytes;
  }

  /** Where the extents end and the index begins. @throws ArchiveDamage where the footer does not say. */
  async readIndexOffset(): Promise<number> {
    return await locateIndex(this);
  }

  /** The place of the index's compressed bytes. */
  async locateIndex(): Promise<ByteRange> {
    const offset = await this.readIndexOffset();
    return { offset, length: this.sizeBytes - FOOTER_BYTES - offset };
  }

  /** The index, decompressed. */
  async *readIndex(): AsyncGenerator<Buffer, void, undefined> {
    yield* readIndexEntry(this, await this.readIndexOffset());
  }

  /** The bytes of a range, fewer only at the end of the file. */
  read(offset: number, length: number): AsyncGenerator<Buffer, void, undefined> {
    const isWithin = offset + length <= this.sizeBytes;
    return readRange(this.handle, { offset, length: isWithin ? length : Math.max(0, this.sizeBytes - offset) });
  }

  async close(): Promise<void> {
    await this.handle.close();
  }
}

/** @throws Failure `vault` where no archive of that name is there. */
export async function openArchive(store: Store, name: string): Promise<ArchiveFile> {
  return await openArchiveAt(archivePath(store, name), name);
}

/** The same for a file elsewhere, which messages call `name`. */
export async function openArchiveAt(path: string, name: string): Promise<ArchiveFile> {
  let handle: FileHandle;
  try {
    handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    throw new Failure('vault', `the vault holds no archive ${name}`, 'list shows those that are there.', {
      cause: error,
    });
  }
  const about = await handle.stat();
  if (about.isFile()) return new ArchiveFile(handle, about.size);
  await handle.close();
  throw new Failure('damaged', `${name} is not a file`, 'Look at the directory on the backup server.');
}
