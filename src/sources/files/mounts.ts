import type { Difference } from './compare-tree.ts';
import type { WalkedEntry } from './walk.ts';

/** Knows which live folders are file systems of their own. */
export class Mounts {
  #rootDevice: bigint | undefined;
  readonly #prefixes: Buffer[] = [];

  pass({ relativeName, stat }: WalkedEntry): void {
    this.#rootDevice ??= stat.dev;
    if (stat.isDirectory() && stat.dev !== this.#rootDevice) this.#prefixes.push(relativeName);
  }

  /** A difference at a place, with what stands there now, if anything does. */
  place(
    kind: Difference['kind'],
    { relativeName, stat }: Pick<WalkedEntry, 'relativeName'> & Partial<WalkedEntry>,
    sizeBytes = 0,
    renames = kind === 'remove' ? 1 : 0,
  ): Difference {
    const isElsewhere = this.#prefixes.some((prefix) => {
      // A mount point's own times and modes can be put right; it cannot be moved away.
      const isItself = relativeName.length === prefix.length && kind !== 'remove';
      return !isItself && relativeName.subarray(0, prefix.length).equals(prefix);
    });
    const liveBytes = stat?.isFile() ? Number(stat.size) : 0;
    return { kind, relativeName, sizeBytes, liveBytes, renames, ...(isElsewhere ? { isElsewhere } : {}) };
  }
}
