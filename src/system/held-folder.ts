import { closeSync, constants, fstatSync, lstatSync, openSync } from 'node:fs';
import { Failure } from '../logging/failure.ts';

const FLAGS = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;
/** By our number: the link /proc/self would be followed anew with every name. */
const DESCRIPTORS = `/proc/${process.pid}/fd`;
const DOT = Buffer.from('.');

/**
 * A folder held open, for what is done a million times: to open and to close one that has just been looked at takes less
 * than the way to another thread and back.
 */
export class HeldFolder {
  /** How many are using it right now. */
  users = 1;
  /** What a person knows it by; it may have been renamed since. */
  readonly #path: Buffer;
  readonly #descriptor: number;
  readonly #prefix: Buffer;

  private constructor(descriptor: number, path: Buffer) {
    this.#path = path;
    this.#descriptor = descriptor;
    this.#prefix = Buffer.from(`${DESCRIPTORS}/${descriptor}/`);
  }

  /** Opens a folder by its path, of which nothing but the last component is known to be no link. */
  static openFirst(path: Buffer): HeldFolder {
    const folder = new HeldFolder(openSync(path, FLAGS), path);
    const { dev, ino } = fstatSync(folder.#descriptor);
    const reached = lstatSync(folder.pathOf(DOT), { throwIfNoEntry: false });
    if (reached?.dev === dev && reached.ino === ino) return folder;
    folder.close();
    throw new Failure(
      'failed',
      `a folder that is open cannot be reached as ${DESCRIPTORS}/NUMBER: /proc is not mounted, or not this process's`,
      'Mount it (mount -t proc proc /proc), then run again.',
    );
  }

  /** Opens a folder in this one by its name, without a slash: with one, a link would be followed. */
  openChild(name: Buffer): HeldFolder {
    try {
      const path = Buffer.concat([this.#path, Buffer.from('/'), name]);
      return new HeldFolder(openSync(this.pathOf(name), FLAGS), path);
    } catch (error) {
      throw this.explain(error);
    }
  }

  /** A path that leads to a name in this folder as long as the folder is open. */
  pathOf(name: Buffer): Buffer {
    return Buffer.concat([this.#prefix, name]);
  }

  /** Has the system's error name a path, instead of our descriptor. */
  explain<E>(error: E): E {
    const { path, message } = error as NodeJS.ErrnoException;
    const ours = this.#prefix.toString();
    if (path?.startsWith(ours) === true) {
      const named = `${this.#path.toString()}/`;
      Object.assign(error as object, {
        path: named + path.slice(ours.length),
        message: message.replace(ours, () => named),
      });
    }
    return error;
  }

  close(): void {
    closeSync(this.#descriptor);
  }
}
