import { ArchiveDamage } from './archive-damage.ts';
import { findNameFault, showName, withoutSlash } from './entry-names.ts';
import { NameTable } from './name-table.ts';
import type { TarHeader } from './tar-header.ts';

const SLASH = 0x2f;

/** An entry that is safe to extract into an empty directory after all those before it. */
export interface SafeEntry {
  header: TarHeader;
  /** Holes are to be dug again. */
  sparse?: boolean;
  /** Content, once; what is left is skipped when the next entry is asked for. */
  body: AsyncIterable<Buffer>;
}

/**
 * Judges the entries of one archive in their order: names stay inside, no name stands twice, nothing lies below what is
 * not a directory, and hard links lead to regular files that came before. About 40 bytes of memory for each entry.
 */
export class EntryGuard {
  readonly #names = new NameTable();
  #parent: Buffer = Buffer.alloc(0);
  #impliedBytes = 0;

  /** Length of the names of all folders that stood nowhere before what lies in them. */
  get impliedBytes(): number {
    return this.#impliedBytes;
  }

  /** Throws an ArchiveDamage where the entry must not be extracted. */
  admit(header: TarHeader): void {
    const where = showName(header.name);
    const fault =
      header.type !== 'dir' && header.name.at(-1) === SLASH ? 'the name ends in a slash' : this.#findFault(header);
    if (fault !== undefined) throw new ArchiveDamage(where, fault);
    this.#names.set(withoutSlash(header.name), header.type);
  }

  #findFault({ name: fullName, type, linkName }: TarHeader): string | undefined {
    const name = withoutSlash(fullName);
    const nameFault = findNameFault(name);
    if (nameFault !== undefined) return nameFault;
    const before = this.#names.get(name);
    if (before !== undefined && !(before === 'implied' && type === 'dir')) {
      return before === 'implied' ? 'it stands where entries before it need a directory' : 'the name stands twice';
    }
    const parent = name.subarray(0, Math.max(name.lastIndexOf(SLASH), 0));
    const parentFault = this.#findParentFault(parent);
    if (parentFault !== undefined) return parentFault;
    if (type !== 'hardlink') return undefined;
    if (!linkName || findNameFault(linkName) !== undefined) return 'the hard link leads outside';
    if (linkName.equals(name)) return 'the hard link leads to itself';
    return this.#names.get(linkName) === 'reg' ? undefined : 'the hard link leads to no regular file before it';
  }

  /** Every parent is a directory, or becomes one; the last entry's parent is remembered, as most share it. */
  #findParentFault(parent: Buffer): string | undefined {
    if (parent.equals(this.#parent)) return undefined;
    for (let end = parent.length; end > 0; end = parent.lastIndexOf(SLASH, end - 1)) {
      const ancestor = parent.subarray(0, end);
      const kind = this.#names.get(ancestor);
      if (kind === 'dir' || kind === 'implied') break;
      if (kind !== undefined) return `it lies below ${showName(ancestor)}, which is a ${kind}`;
      this.#names.set(ancestor, 'implied');
      this.#impliedBytes += ancestor.length;
    }
    this.#parent = Buffer.from(parent);
    return undefined;
  }
}
