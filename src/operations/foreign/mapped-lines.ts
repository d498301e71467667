import { pointsOutside } from '../../archive/entry-names.ts';
import { maskHeader, type Owner } from '../../archive/foreign-entries.ts';
import { formatTocLine, parseTocLine, type TocLine } from '../../archive/toc-line.ts';
import { isOwnName } from '../../sources/files/file-source.ts';
import type { ForeignLayout } from './layout.ts';
import { Tally } from './tallies.ts';
import { SpooledLines } from './unnamed-file.ts';

/** What becomes of the entries of one file source. */
export interface SourceTally {
  files: number;
  directories: number;
  links: number;
  bytes: number;
  rooted: Tally;
  masked: Tally;
  /** Hard links to what is no part of the source. */
  torn: Tally;
  /** Symbolic links that stay in the archive, but lead out of the source: left out. */
  outside: Tally;
}

/**
 * The lines of an archive that we did not make, as one of ours would have them: under our names, and what is nothing of
 * ours under its own; masked, and owned as restored; sorted bytewise.
 */
export class MappedLines {
  readonly #spools: readonly SpooledLines[];
  readonly sources: ReadonlyMap<string, SourceTally>;
  /** What the configuration gives no meaning, folders aside; what has the name of something of ours. */
  readonly unmapped = new Tally();
  readonly hidden = new Tally();
  readonly #dumps: TocLine[] = [];
  readonly #layout: ForeignLayout;
  readonly #owners: ReadonlyMap<string, Owner>;

  private constructor(spools: readonly SpooledLines[], layout: ForeignLayout, owners: ReadonlyMap<string, Owner>) {
    this.#spools = spools;
    this.#layout = layout;
    this.#owners = owners;
    this.sources = new Map(layout.files.map(({ source }) => [source, emptyTally()]));
  }

  /** `owners` says who gets what belongs to root, by source; by the empty name for dumps. */
  static async spool(
    lines: AsyncIterable<string>,
    layout: ForeignLayout,
    { directory, owners }: { directory: string; owners: ReadonlyMap<string, Owner> },
  ): Promise<MappedLines> {
    const spools: SpooledLines[] = [];
    const mapped = new MappedLines(spools, layout, owners);
    try {
      for (let at = 0; at < layout.files.length + 2; at++) spools.push(await SpooledLines.open(directory));
      for await (const text of lines) await mapped.#place(parseTocLine(text));
      mapped.#dumps.sort((a, b) => Buffer.compare(a.name, b.name));
      for (const dump of mapped.#dumps) await spools.at(-2)?.add(formatTocLine(dump));
      for (const spool of spools) await spool.flush();
      return mapped;
    } catch (error) {
      await mapped.close();
      throw error;
    }
  }

  async *read(): AsyncGenerator<TocLine, void, undefined> {
    // Each is sorted by itself: only what is mapped has moved.
    const heads = await Promise.all(
      this.#spools.map(async (spool) => {
        const rest = parseAll(spool);
        return { rest, next: await rest.next() };
      }),
    );
    try {
      for (;;) {
        let lowest: (typeof heads)[number] | undefined;
        for (const head of heads) {
          if (head.next.done) continue;
          const isLower =
            !lowest || lowest.next.done || Buffer.compare(head.next.value.name, lowest.next.value.name) < 0;
          if (isLower) lowest = head;
        }
        if (!lowest || lowest.next.done) return;
        yield lowest.next.value;
        lowest.next = await lowest.rest.next();
      }
    } finally {
      for (const { rest } of heads) await rest.return();
    }
  }

  /** The lines of the dumps, by their names as our archives have them. */
  get dumps(): readonly TocLine[] {
    return this.#dumps;
  }

  /** Who gets what of a source belongs to root; undefined: nobody, since its folder is not there. */
  ownerOf(source: string): Owner | undefined {
    return this.#owners.get(source);
  }

  /** A header as it is to be restored: its owner, and no bits that do harm. */
  mask<Header extends Pick<TocLine, 'name'> & Parameters<typeof maskHeader>[0]>(header: Header): Header {
    return maskHeader(header, this.#ownerOfEntry(header.name));
  }

  async close(): Promise<void> {
    for (const spool of this.#spools) await spool.close();
  }

  async #place(line: TocLine): Promise<void> {
    const layout = this.#layout;
    const { name } = line;
    const renamed = layout.rename(name);
    if (!renamed) {
      this.hidden.add(name);
      return;
    }
    const place = layout.sourceOf(name);
    // Our own folders in a source are never walked: nothing may hide behind their names.
    if (place && isOwnName(renamed.subarray(place.source.length + 1))) {
      this.hidden.add(name);
      return;
    }
    const stored = { ...line, mode: line.mode ?? 0, uid: line.uid ?? 0, gid: line.gid ?? 0 };
    const masked = { ...this.mask(stored), name: renamed };
    if (!place) {
      if (layout.isDump(name)) {
        this.#dumps.push(masked);
        return;
      }
      if (line.type !== 'dir') this.unmapped.add(name);
      return await this.#spools.at(-1)?.add(formatTocLine(masked));
    }
    const tally = this.sources.get(place.source) ?? emptyTally();
    // Mapped, it stands elsewhere than where it was judged.
    const nameInSource = renamed.subarray(place.source.length + 1);
    if (line.type === 'symlink' && pointsOutside(nameInSource, line.linkName ?? Buffer.alloc(0))) {
      tally.outside.add(renamed);
      return;
    }
    if (masked.uid !== stored.uid || masked.gid !== stored.gid) tally.rooted.add(renamed);
    if (masked.mode !== stored.mode) tally.masked.add(renamed);
    if (line.type === 'hardlink' && line.linkName) {
      if (layout.sourceOf(line.linkName)?.source !== place.source) tally.torn.add(renamed);
      masked.linkName = layout.rename(line.linkName) ?? line.linkName;
    }
    if (line.type === 'dir') tally.directories++;
    else if (line.type === 'symlink') tally.links++;
    else tally.files++;
    tally.bytes += line.size ?? 0;
    await this.#spools[layout.files.indexOf(place)]?.add(formatTocLine(masked));
  }

  #ownerOfEntry(name: Buffer): Owner | undefined {
    const place = this.#layout.sourceOf(name);
    if (place) return this.#owners.get(place.source);
    return this.#layout.isDump(name) ? this.#owners.get('') : undefined;
  }
}

async function* parseAll(spool: SpooledLines): AsyncGenerator<TocLine, void, undefined> {
  for await (const text of spool.read()) yield parseTocLine(text);
}

function emptyTally(): SourceTally {
  const tallies = { rooted: new Tally(), masked: new Tally(), torn: new Tally(), outside: new Tally() };
  return { files: 0, directories: 0, links: 0, bytes: 0, ...tallies };
}
