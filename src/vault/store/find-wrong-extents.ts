import type { ArchiveFile } from './archive-file.ts';
import { checkExtents, type WrongExtent } from './check-extents.ts';
import { archivePath, type Store } from './layout.ts';
import { readExtentTable } from './read-extent-table.ts';

/**
 * Reads all extents of an archive and returns those that are damaged.
 * @throws ArchiveDamage where its index is.
 */
export async function findWrongExtents(
  store: Store,
  { name, index, file }: { name: string; index: string; file: ArchiveFile },
  progress: (doneBytes: number, totalBytes: number) => void,
): Promise<WrongExtent[]> {
  const extents = await readExtentTable(file, index);
  const wrong: WrongExtent[] = [];
  for await (const block of checkExtents({ path: archivePath(store, name), handle: file.handle }, extents)) {
    wrong.push(...block.wrong);
    const last = block.places.at(-1);
    if (last) progress(last.offset + last.length, extents.endOffset);
  }
  return wrong;
}
