import { showName } from '../../archive/entry-names.ts';
import { IndexReader } from '../../archive/index-reader.ts';
import { parseTocLine } from '../../archive/toc-line.ts';
import { openArchive } from './archive-file.ts';
import type { Store } from './layout.ts';

/** An extent may hold hundreds of small files; so many are named. */
const LISTED_NAMES = 20;

/**
 * The entries that have something in the extents at these places, by place. For messages: where the index cannot be
 * read either, nothing is named.
 */
export async function nameEntries(
  store: Store,
  name: string,
  offsets: ReadonlySet<number>,
): Promise<ReadonlyMap<number, string[]>> {
  const names = new Map<number, string[]>();
  const file = await openArchive(store, name).catch(() => undefined);
  if (!file) return names;
  try {
    const reader = await IndexReader.open(file.readIndex());
    let last: string | undefined;
    for await (const { extent, lines } of reader.entries()) {
      if (offsets.has(extent.offset)) {
        const listed = lines.slice(0, LISTED_NAMES).map((line) => showName(parseTocLine(line).name));
        // Without a line of its own it goes on with the entry before.
        names.set(extent.offset, listed.length > 0 || last === undefined ? [...new Set(listed)] : [last]);
        if (names.size === offsets.size) break;
      }
      const line = lines.at(-1);
      if (line !== undefined) last = showName(parseTocLine(line).name);
    }
  } catch {
    // The damage is told all the same, by its place.
  } finally {
    await file.close();
  }
  return names;
}
