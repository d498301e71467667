import type { BigIntStats } from 'node:fs';
import type { TocLine } from '../../archive/toc-line.ts';

interface Group {
  /** Relative names that looked equal, the target's left out. */
  equal: Buffer[];
  /** One of its names differs; the target may, and comes later in an archive that we did not make. */
  isTorn: boolean;
}

/**
 * Hard links while two trees are compared. A file that is put in place is a new one, and every name that the archive has
 * for it must come with it, also one that looks as it should: it leads to the old file. Memory grows with the hard links
 * and with what differs.
 */
export class LinkGroups {
  readonly #differing = new Set<string>();
  readonly #groups = new Map<string, Group>();
  readonly #files = new Set<string>();

  /** Whether a live file is one with another name, although the archive has a file of its own under this one. */
  isJoined({ type }: TocLine, { nlink, dev, ino }: BigIntStats): boolean {
    if (type !== 'reg' || nlink < 2n) return false;
    const inode = `${dev}:${ino}`;
    const isKnown = this.#files.has(inode);
    this.#files.add(inode);
    return isKnown;
  }

  /** Takes note of an archived entry in its order. */
  note({ type, linkName }: TocLine, relativeName: Buffer, isEqual: boolean, prefixLength: number): void {
    if (type === 'reg' && !isEqual) this.#differing.add(relativeName.toString('latin1'));
    if (type !== 'hardlink' || !linkName) return;
    const target = linkName.toString('latin1', prefixLength);
    const group = this.#groups.get(target) ?? { equal: [], isTorn: false };
    this.#groups.set(target, group);
    if (isEqual) group.equal.push(relativeName);
    else group.isTorn = true;
  }

  /** Names that looked equal, but belong to a file that is to be replaced. */
  *torn(): Generator<{ relativeName: Buffer; isTarget: boolean }, void, undefined> {
    for (const [target, { equal, isTorn }] of this.#groups) {
      const isReplaced = this.#differing.has(target);
      if (!isTorn && !isReplaced) continue;
      if (!isReplaced) yield { relativeName: Buffer.from(target, 'latin1'), isTarget: true };
      for (const relativeName of equal) yield { relativeName, isTarget: false };
    }
  }
}
