import { constants, open, lstat, readdir, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '../../logging/failure.ts';
import { MAX_SEGMENT_BYTES, SEGMENT_NAME } from '../protocol/limits.ts';
import type { Store } from './layout.ts';

/** So many stay open: a first night may come in more segments than a process may have files. */
const OPEN_LIMIT = 16;

/** The segments of a seal. Each is checked when it is opened, as often as that happens, and read by that very handle. */
export class SegmentFiles {
  readonly names: readonly string[];
  readonly #store: Store;
  readonly #open = new Map<string, FileHandle>();

  private constructor(store: Store, names: readonly string[]) {
    this.#store = store;
    this.names = names;
  }

  /**
   * Looks at every segment of a recipe.
   * @throws Failure `refused` for anything that is no segment as a client would send it, `vault` for one that is missing.
   */
  static async check(store: Store, names: readonly string[]): Promise<SegmentFiles> {
    const unique = [...new Set(names)];
    for (const name of unique) await (await openSegment(store, name)).close();
    return new SegmentFiles(store, unique);
  }

  /** The file of a segment; stays open until others have been asked for. */
  async open(name: string): Promise<FileHandle> {
    const file = this.#open.get(name) ?? (await openSegment(this.#store, name));
    // The least recently used one stands first.
    this.#open.delete(name);
    this.#open.set(name, file);
    const oldest = [...this.#open.keys()][0];
    if (this.#open.size > OPEN_LIMIT && oldest !== undefined) {
      await this.#open.get(oldest)?.close();
      this.#open.delete(oldest);
    }
    return file;
  }

  async close(): Promise<void> {
    for (const handle of this.#open.values()) await handle.close();
    this.#open.clear();
  }
}

/** What lies in the incoming area under the names of segments, with sizes in bytes. */
export async function listIncoming(store: Store): Promise<Record<string, number>> {
  const sizes: Record<string, number> = {};
  for (const name of await readdir(store.incoming)) {
    if (!SEGMENT_NAME.test(name)) continue;
    const about = await lstat(join(store.incoming, name)).catch(() => undefined);
    if (about?.isFile()) sizes[name] = about.size;
  }
  return sizes;
}

/** Removes a segment, so that the next upload brings it anew. */
export async function dropSegment(store: Store, name: string): Promise<void> {
  if (SEGMENT_NAME.test(name)) await rm(join(store.incoming, name), { force: true });
}

async function openSegment(store: Store, name: string): Promise<FileHandle> {
  if (!SEGMENT_NAME.test(name)) throw refuse('a segment', 'has a name that is none');
  const short = `segment ${name.slice(0, 12)}…`;
  let handle: FileHandle;
  try {
    // Without waiting: a FIFO would block until somebody writes into it.
    handle = await open(join(store.incoming, name), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ELOOP') throw refuse(short, 'is a symbolic link');
    if (code !== 'ENOENT') throw refuse(short, `cannot be opened (${code})`);
    throw new Failure(
      'vault',
      `${short} is not on the backup server`,
      'Run the backup again: it sends what is missing.',
    );
  }
  try {
    const about = await handle.stat();
    if (!about.isFile()) throw refuse(short, 'is not a regular file');
    if (about.nlink < 1 || about.nlink > store.segmentLinks) throw refuse(short, `has ${about.nlink} links`);
    if (about.uid !== store.uploadUid) throw refuse(short, `belongs to user ${about.uid}, not to ${store.uploadUid}`);
    if (about.size > MAX_SEGMENT_BYTES) {
      const claim = `${short} claims ${about.size} bytes where a segment may have ${MAX_SEGMENT_BYTES}`;
      throw new Failure(
        'space',
        `not enough space for what was sent: ${claim}`,
        'Remove it from .incoming and run the backup again.',
      );
    }
    return handle;
  } catch (error) {
    await handle.close();
    throw error;
  }
}

function refuse(what: string, why: string): Failure {
  return new Failure(
    'refused',
    `${what} in the incoming area ${why}`,
    'Find out who put it there; remove it and run the backup again.',
  );
}
