import { splitContainerPath } from './container-path.ts';
import { HeldFolder } from './held-folder.ts';
import { withReachablePath } from './long-path.ts';
import { OpenFolder } from './open-folder.ts';

/** Folders that are held open at a time: where a walk is, and where files are read behind it. */
const HELD = 64;
const SLASH = 0x2f;

/**
 * A tree that is read while others, whom nobody trusts, may rename things in it. Its root is trusted, and reached by its
 * path; all that is below is reached name by name from folders held open, never through a symbolic link: one that has
 * taken the place of a folder would lead a reader who is root to files that are not the tree's.
 *
 * Names are relative to the root. A folder's ends in `/`; the root's own is empty.
 */
export class FolderTree {
  readonly #root: Buffer;
  /** A container that the tree is in; from its own root on, nothing is trusted. */
  readonly #top: string | undefined;
  /** Where the root is in the container, as the names in it are written. */
  readonly #inner: Buffer;
  /** By name; those used last stand last. */
  readonly #held = new Map<string, HeldFolder>();
  #limit = HELD;

  /** The root's path holds no symbolic link; nothing is opened yet. */
  constructor(root: Buffer) {
    const inside = splitContainerPath(root);
    this.#root = root;
    this.#top = inside?.top;
    const names = (inside?.inner.toString('latin1') ?? '').split('/').filter((name) => name !== '');
    this.#inner = Buffer.from(names.map((name) => `${name}/`).join(''), 'latin1');
  }

  /**
   * Calls `use` with a path by which the kernel reaches a name, valid until `use` has ended. Nothing but the last
   * component can be a symbolic link.
   * @throws `ENOENT` or `ENOTDIR` where a folder on the way is gone; Failure `source` where the container is.
   */
  reach<T>(name: Buffer, use: (reachable: Buffer) => Promise<T>): Promise<T> {
    // It may be a file.
    if (name.length === 0) return withReachablePath(this.#root, use);
    const parent = parentOf(name);
    return this.within(parent, (folder) => use(folder.pathOf(name.subarray(parent.length))));
  }

  /** Calls `use` with a folder of the tree, which is open until `use` has ended. @throws as `reach` does. */
  async within<T>(name: Buffer, use: (folder: HeldFolder) => Promise<T>): Promise<T> {
    try {
      const folder = this.#take(this.#inner.length === 0 ? name : Buffer.concat([this.#inner, name]));
      try {
        return await use(folder);
      } catch (error) {
        throw folder.explain(error);
      } finally {
        this.#giveBack(folder);
      }
    } finally {
      // A container's mounts end with it: what has been found since may not be what was in them.
      if (this.#top !== undefined) await (await OpenFolder.openTop(this.#top)).close();
    }
  }

  /** Closes what is open. What is reached later is opened for that alone. */
  close(): void {
    this.#limit = 0;
    this.#closeIdle();
  }

  #take(name: Buffer): HeldFolder {
    const key = name.toString('latin1');
    const held = this.#held.get(key);
    if (held) {
      held.users++;
      this.#held.delete(key);
    }
    const folder = held ?? (name.length === 0 ? this.#openFirst() : this.#openBelow(name));
    this.#held.set(key, folder);
    return folder;
  }

  #openFirst(): HeldFolder {
    // With the dot, it is no link that is to be opened.
    return HeldFolder.openFirst(this.#top === undefined ? this.#root : Buffer.from(`${this.#top}/.`));
  }

  /** From the nearest folder above that is held: a way as long as anybody may make it, so no more are held for it. */
  #openBelow(name: Buffer): HeldFolder {
    let above = parentOf(name);
    while (above.length > 0 && !this.#held.has(above.toString('latin1'))) above = parentOf(above);
    const nearest = this.#take(above);
    let folder = nearest;
    try {
      for (let start = above.length; start < name.length;) {
        const end = name.indexOf(SLASH, start);
        const outer: HeldFolder = folder;
        folder = outer.openChild(name.subarray(start, end));
        if (outer !== nearest) outer.close();
        start = end + 1;
      }
      return folder;
    } catch (error) {
      if (folder !== nearest) folder.close();
      throw error;
    } finally {
      this.#giveBack(nearest);
    }
  }

  #giveBack(folder: HeldFolder): void {
    folder.users--;
    this.#closeIdle();
  }

  /** The root stays open: what its path leads to is decided once. */
  #closeIdle(): void {
    if (this.#held.size <= this.#limit) return;
    for (const [key, folder] of this.#held) {
      if (folder.users > 0 || (key === '' && this.#limit > 0)) continue;
      this.#held.delete(key);
      folder.close();
      if (this.#held.size <= this.#limit) return;
    }
  }
}

/** The name of the folder that a name is in. */
function parentOf(name: Buffer): Buffer {
  return name.subarray(0, name.lastIndexOf(SLASH, name.length - 2) + 1);
}
