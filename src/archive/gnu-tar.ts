import { constants, link, lstat, mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Failure } from '../logging/failure.ts';
import { OpenFolder, splitPath } from '../system/open-folder.ts';
import { canConfine } from './confine.ts';
import type { SafeEntry } from './entry-guard.ts';
import { showName, splitName, withoutSlash } from './entry-names.ts';
import { restoreHoles, restoreTime } from './file-touches.ts';
import { TAR_BLOCK, gapTo } from './layout.ts';
import { encodeTarHeader, type TarHeader } from './tar-header.ts';
import { TarProcess } from './tar-process.ts';

/** Longer names than this are extracted from within a directory further down; the kernel's limit is 4095. */
const LONGEST_NAME_BYTES = 3500;

export interface ExtractOptions {
  /** Safe entries in their order, as `readOwnEntries` yields them. */
  entries: AsyncIterable<SafeEntry>;
  /** An empty directory. Others may write to it: where this process is root, it writes nowhere else whatever they do. */
  directory: string;
  /** Other entries of the same archive have been extracted into it before. */
  goesOn?: boolean;
  /** Owners are restored; by default where this process is root. */
  asRoot?: boolean;
}

export interface Extracted {
  entries: number;
  bytes: number;
  /** What is not quite as it was, and does not matter to the content. */
  notes: string[];
}

/** One of the nested tar processes, for the names that begin with `prefix`. */
interface Level {
  prefix: Buffer;
  tar: TarProcess;
}

/**
 * Extracts entries with GNU tar, from clean headers of our own making, into an empty directory: names as bytes, times
 * to the nanosecond, holes dug again. Throws a Failure; what was extracted until then stays for the caller to remove.
 */
export async function extractEntries(options: ExtractOptions): Promise<Extracted> {
  const { directory, entries, asRoot = process.getuid?.() === 0 } = options;
  // With the dot, a link to the directory is as good as itself.
  const root = await OpenFolder.open(Buffer.from(`${directory}/.`));
  if (!root) throw new Failure('source', `${directory} is no folder to extract into`, 'Check that it is there.');
  try {
    if (options.goesOn !== true && (await root.names()).length > 0) {
      const message = `The staging directory ${directory} is not empty.`;
      throw new Failure('refused', message, `Look into it, and remove it from ${dirname(directory)}.`);
    }
    const isConfined = await canConfine();
    const extracted = await new Extraction(root, asRoot, isConfined).run(entries);
    if (!isConfined && process.getuid?.() === 0)
      extracted.notes.push(
        'links that others put there meanwhile would have been followed: unshare, mount or perl does not work here',
      );
    return extracted;
  } finally {
    await root.close();
  }
}

class Extraction {
  readonly #root: OpenFolder;
  readonly #asRoot: boolean;
  readonly #isConfined: boolean;
  readonly #levels: Level[] = [];
  readonly #sparse: TarHeader[] = [];
  readonly #longLinks: TarHeader[] = [];

  constructor(root: OpenFolder, asRoot: boolean, isConfined: boolean) {
    this.#root = root;
    this.#asRoot = asRoot;
    this.#isConfined = isConfined;
  }

  async run(entries: AsyncIterable<SafeEntry>): Promise<Extracted> {
    const result: Extracted = { entries: 0, bytes: 0, notes: [] };
    this.#levels.push({ prefix: Buffer.alloc(0), tar: await this.#startIn(this.#root.pathOf(Buffer.from('.'))) });
    try {
      for await (const { header, sparse, body } of entries) {
        await this.#extract(header, body);
        if (sparse) this.#sparse.push(header);
        result.entries++;
        result.bytes += header.size;
      }
      while (this.#levels.length > 0) await this.#popLevel();
    } finally {
      for (const { tar } of this.#levels) await tar.abort();
    }
    for (const header of this.#longLinks) await this.#linkLong(header);
    for (const header of this.#sparse) {
      const note = await this.#reach(header.name, (path) => restoreHoles(path, header.mtimeNs));
      if (note !== undefined) result.notes.push(`${showName(header.name)}: ${note}`);
    }
    return result;
  }

  async #extract(header: TarHeader, body: AsyncIterable<Buffer>): Promise<void> {
    const { prefix, tar } = await this.#levelFor(header.name);
    const clean = { ...header, name: header.name.subarray(prefix.length) };
    if (header.type === 'hardlink' && header.linkName) {
      const isWithin = header.linkName.subarray(0, prefix.length).equals(prefix);
      if (!isWithin || header.linkName.length - prefix.length > LONGEST_NAME_BYTES) {
        this.#longLinks.push(header);
        return;
      }
      clean.linkName = header.linkName.subarray(prefix.length);
    }
    await tar.write(encodeTarHeader(clean));
    let written = 0;
    for await (const piece of body) {
      written += piece.length;
      await tar.write(piece);
    }
    if (written !== header.size)
      throw new RangeError(`${showName(header.name)} has ${written} of ${header.size} bytes`);
    await tar.write(Buffer.alloc(gapTo(TAR_BLOCK, header.size)));
  }

  /** Leaves the levels that the name does not belong to, and enters those that it needs. */
  async #levelFor(name: Buffer): Promise<Level> {
    const top = (): Level => this.#levels.at(-1) as Level;
    while (!name.subarray(0, top().prefix.length).equals(top().prefix)) await this.#popLevel();
    while (name.length - top().prefix.length > LONGEST_NAME_BYTES) {
      const start = top().prefix.length;
      const prefix = name.subarray(0, name.lastIndexOf(0x2f, start + LONGEST_NAME_BYTES) + 1);
      await this.#makeDirectories(withoutSlash(prefix));
      const tar = await this.#reach(prefix, (path) => this.#startIn(path));
      this.#levels.push({ prefix: Buffer.from(prefix), tar });
    }
    return top();
  }

  /** An inner level ends before the outer one, which restores the time of the directory that the inner one changed. */
  async #popLevel(): Promise<void> {
    const level = this.#levels.pop();
    await level?.tar.finish();
  }

  /** Makes a directory and its parents, where the outer tar, which may lag behind, has not done so yet. */
  async #makeDirectories(name: Buffer): Promise<void> {
    let end = 0;
    for (const component of splitName(name)) {
      end += component.length;
      await this.#reach(name.subarray(0, end), async (path) => {
        await mkdir(path).catch((error: unknown) => {
          if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
        });
      });
      end++;
    }
  }

  /** A hard link between two levels: made when all files are there; its directory's time is put back. */
  async #linkLong({ name, linkName = Buffer.alloc(0) }: TarHeader): Promise<void> {
    const parent = name.subarray(0, Math.max(name.lastIndexOf(0x2f), 0));
    await this.#makeDirectories(parent);
    await this.#reach(parent, async (parentPath) => {
      const { mtimeNs } = await lstat(parentPath, { bigint: true });
      await this.#reach(linkName, (from) => this.#reach(name, (to) => link(from, to)));
      const handle = await open(parentPath, constants.O_RDONLY | constants.O_DIRECTORY);
      try {
        await restoreTime(handle, mtimeNs);
      } finally {
        await handle.close();
      }
    });
  }

  async #startIn(directory: Buffer): Promise<TarProcess> {
    return await TarProcess.start(directory, this.#asRoot, this.#isConfined);
  }

  /** Calls `use` with a path that leads to a name in the directory, through no symbolic link, until `use` has ended. */
  async #reach<T>(name: Buffer, use: (path: Buffer) => Promise<T>): Promise<T> {
    const { parent, name: last } = splitPath(withoutSlash(name));
    const folder = await this.#root.reach(parent);
    if (!folder) {
      const what = `The folder of ${showName(name)} is not as it was extracted`;
      throw new Failure('refused', `${what}: somebody else writes there.`, 'Find out who does, then try again.');
    }
    try {
      return await use(folder.pathOf(last.length === 0 ? Buffer.from('.') : last));
    } finally {
      await folder.close();
    }
  }
}
