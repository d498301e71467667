import type { ExtentTable } from './extent-table.ts';
import type { IndexReader, IndexedExtent } from './index-reader.ts';
import { parseTocLine, parseTocName } from './toc-line.ts';

/** Which extents hold the wanted entries. */
export interface Selection {
  /** Ordinals of extents, ascending. */
  ordinals: number[];
  /** Their bytes in the archive, neighbours merged. */
  ranges: { offset: number; length: number }[];
  /** Wanted entries; their bytes of content. */
  entries: number;
  contentBytes: number;
  /** Names (latin1 of their bytes) that nobody wanted, but that a wanted hard link leads to. */
  linkTargets: Set<string>;
}

/**
 * Chooses the extents that hold what `wants` (names with a directory's last slash). Goes through the index once, and
 * once more only where a hard link is wanted without its target, which stands before it.
 */
export async function selectEntries(
  openIndex: () => Promise<IndexReader>,
  wants: (name: Buffer) => boolean,
): Promise<Selection> {
  const linkTargets = new Set<string>();
  const first = await passThrough(await openIndex(), wants, linkTargets);
  if (linkTargets.size === 0) return { ...first, linkTargets };
  const isTarget = (name: Buffer): boolean => wants(name) || linkTargets.has(name.toString('latin1'));
  const { ordinals, ranges } = await passThrough(await openIndex(), isTarget, new Set());
  return { ...first, ordinals, ranges, linkTargets };
}

/** The chosen extents with their lines, as `readExtents` takes them. */
export async function* chooseExtents(
  index: IndexReader,
  ordinals: readonly number[],
): AsyncGenerator<IndexedExtent, void, undefined> {
  let place = 0;
  let ordinal = 0;
  for await (const indexed of index.entries()) {
    if (ordinals[place] !== ordinal++) continue;
    yield indexed;
    if (++place === ordinals.length) return;
  }
}

async function passThrough(
  index: IndexReader,
  wants: (name: Buffer) => boolean,
  linkTargets: Set<string>,
): Promise<Omit<Selection, 'linkTargets'>> {
  const ordinals: number[] = [];
  let ordinal = 0;
  let entries = 0;
  let contentBytes = 0;
  let isWanted = false;
  for await (const { lines } of index.entries()) {
    // Without lines it is the first chunk of a large entry, and belongs to the entry before it.
    let isChosen = isWanted && lines.length === 0;
    for (const line of lines) {
      const { name, type } = parseTocName(line);
      if (type !== 'chunk') {
        isWanted = wants(name);
        if (isWanted) {
          const { size = 0, linkName } = parseTocLine(line);
          entries++;
          contentBytes += size;
          if (linkName && type === 'hardlink' && !wants(linkName)) linkTargets.add(linkName.toString('latin1'));
        }
      }
      isChosen ||= isWanted;
    }
    if (isChosen) ordinals.push(ordinal);
    ordinal++;
  }
  return { ordinals, ranges: mergeRanges(index.extents, ordinals), entries, contentBytes };
}

/** The bytes of chosen extents in the archive, neighbours merged. */
export function mergeRanges(extents: ExtentTable, ordinals: readonly number[]): Selection['ranges'] {
  const ranges: Selection['ranges'] = [];
  for (const ordinal of ordinals) {
    const { offset, length } = extents.at(ordinal);
    const last = ranges.at(-1);
    if (last && last.offset + last.length === offset) last.length += length;
    else ranges.push({ offset, length });
  }
  return ranges;
}
