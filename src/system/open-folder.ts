import { constants, lstat, mkdir, open, readdir, type FileHandle } from 'node:fs/promises';
import type { BigIntStats } from 'node:fs';

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
   */
  static async open(path: Buffer): Promise<OpenFolder | undefined> {
    const [, root, inner] = containerPath.exec(path.toString('latin1')) ?? [];
    if (root !== undefined && inner !== undefined) {
      const top = await OpenFolder.open(Buffer.from(`${root}/.`));
      try {
        return await top?.reach(Buffer.from(inner, 'latin1'));
      } finally {
        await top?.close();
      }
    }
    try {
      return new OpenFolder(await open(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW));
    } catch (error) {
      if (NO_FOLDER.has((error as NodeJS.ErrnoException).code ?? '')) return undefined;
      throw error;
    }
  }

  /** Opens a folder below, name by name, never through a symbolic link; undefined where there is none. */
  async reach(relative: Buffer, makes = false): Promise<OpenFolder | undefined> {
    let folder = await OpenFolder.open(this.pathOf(Buffer.from('.')));
    for (const name of splitNames(relative)) {
      if (!folder) return undefined;
      const outer: OpenFolder = folder;
      folder = await (makes ? outer.make(name) : outer.child(name)).finally(() => outer.close());
    }
    return folder;
  }

  async child(name: Buffer): Promise<OpenFolder | undefined> {
    return await OpenFolder.open(this.pathOf(name));
  }

  /** Opens a private folder in this one, which is made where it does not exist. */
  async make(name: Buffer): Promise<OpenFolder | undefined> {
    await mkdir(this.pathOf(name), { mode: 0o700 }).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    });
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

/** The root of a process, which is that of its container, and a path below. */
const containerPath = /^(\/proc\/\d+\/root)\/+([^/.][^]*)$/;

/** Whether a path leads into a container by the root of its process. */
export function isInContainer(path: string): boolean {
  return containerPath.test(path);
}

const NO_FOLDER = new Set(['ENOENT', 'ENOTDIR', 'ELOOP']);
const SLASH = 0x2f;

/** The folder part of a relative path, and the name in it. */
export function splitPath(path: Buffer): { parent: Buffer; name: Buffer } {
  const end = path.lastIndexOf(SLASH);
  return { parent: path.subarray(0, Math.max(end, 0)), name: path.subarray(end + 1) };
}

function* splitNames(path: Buffer): Generator<Buffer, void, undefined> {
  for (let start = 0; start < path.length;) {
    const slash = path.indexOf(SLASH, start);
    const end = slash === -1 ? path.length : slash;
    if (end > start) yield path.subarray(start, end);
    start = end + 1;
  }
}
