import { constants, lstat, mkdir, open, readdir, type FileHandle } from 'node:fs/promises';
import type { BigIntStats } from 'node:fs';
import { Failure } from '../logging/failure.ts';
import { splitContainerPath } from './container-path.ts';

/**
 * A folder held open. Names in it are reached through its descriptor, so that whoever renames things around it, or puts
 * a symbolic link in the place of its path, makes nothing happen outside of it; and no path is too long.
 */
export class OpenFolder {
  readonly handle: FileHandle;

  private constructor(handle: FileHandle) {
    this.handle = handle;
  }

  /**
   * Opens the folder itself; what stands before its last component is trusted, but inside a container, where nothing is.
   * Undefined where there is none.
   * @throws Failure `source` where it is in a container that does not run any more.
   */
  static async open(path: Buffer): Promise<OpenFolder | undefined> {
    const inside = splitContainerPath(path);
    if (!inside) return await OpenFolder.#openPlain(path);
    const top = await OpenFolder.openTop(inside.top);
    return await top.reach(inside.inner).finally(() => top.close());
  }

  /** Opens a container's own root. @throws Failure `source` where its program has ended: nothing in there is "missing". */
  static async openTop(top: string): Promise<OpenFolder> {
    // With the dot, it is no link that is to be opened.
    const folder = await OpenFolder.#openPlain(Buffer.from(`${top}/.`));
    if (folder) return folder;
    throw new Failure(
      'source',
      `the container whose files are reached by ${top} does not run any more: it was stopped, or started again`,
      'Look at its log (docker compose ps, docker compose logs), then run again.',
    );
  }

  static async #openPlain(path: Buffer): Promise<OpenFolder | undefined> {
    try {
      return new OpenFolder(await open(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW));
    } catch (error) {
      if (isNoFolder(error)) return undefined;
      throw error;
    }
  }

  /** Opens a folder below, name by name, never through a symbolic link; undefined where there is none. */
  async reach(relative: Buffer, makes = false, mode = PRIVATE_MODE): Promise<OpenFolder | undefined> {
    let folder = await OpenFolder.open(this.pathOf(Buffer.from('.')));
    for (const name of splitNames(relative)) {
      if (!folder) return undefined;
      const outer: OpenFolder = folder;
      folder = await (makes ? outer.make(name, mode) : outer.child(name)).finally(() => outer.close());
    }
    return folder;
  }

  async child(name: Buffer): Promise<OpenFolder | undefined> {
    return await OpenFolder.open(this.pathOf(name));
  }

  /** Opens a folder in this one, which is made where it does not exist: private, unless told otherwise. */
  async make(name: Buffer, mode = PRIVATE_MODE): Promise<OpenFolder | undefined> {
    await mkdir(this.pathOf(name), { mode }).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    });
    return await this.child(name);
  }

  /** Makes a private folder in this one and opens it. @throws the system's EEXIST where the name is taken. */
  async makeNew(name: Buffer): Promise<OpenFolder | undefined> {
    await mkdir(this.pathOf(name), { mode: PRIVATE_MODE });
    return await this.child(name);
  }

  /** A path that leads to a name in this folder as long as the folder is open. */
  pathOf(name: Buffer): Buffer {
    return Buffer.concat([Buffer.from(`/proc/self/fd/${this.handle.fd}/`), name]);
  }

  /** What a name stands for, links not followed; undefined where there is nothing. */
  async look(name: Buffer): Promise<BigIntStats | undefined> {
    try {
      return await lstat(this.pathOf(name), { bigint: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }

  /** The names in it, in bytewise order. */
  async names(): Promise<Buffer[]> {
    const found = await readdir(this.pathOf(Buffer.from('.')), { encoding: 'buffer' });
    return found.sort((a, b) => Buffer.compare(a, b));
  }

  async close(): Promise<void> {
    await this.handle.close();
  }
}

const PRIVATE_MODE = 0o700;
const NO_FOLDER = new Set(['ENOENT', 'ENOTDIR', 'ELOOP']);
const SLASH = 0x2f;

/** Whether an error says that a path leads to no folder: nothing is there, or a file, or a symbolic link. */
export function isNoFolder(error: unknown): boolean {
  return NO_FOLDER.has((error as NodeJS.ErrnoException).code ?? '');
}

/** The folder part of a relative path, and the name in it. */
export function splitPath(path: Buffer): { parent: Buffer; name: Buffer } {
  const end = path.lastIndexOf(SLASH);
  return { parent: path.subarray(0, Math.max(end, 0)), name: path.subarray(end + 1) };
}

/** The names that a relative path leads through. */
export function* splitNames(path: Buffer): Generator<Buffer, void, undefined> {
  for (let start = 0; start < path.length;) {
    const slash = path.indexOf(SLASH, start);
    const end = slash === -1 ? path.length : slash;
    if (end > start) yield path.subarray(start, end);
    start = end + 1;
  }
}
