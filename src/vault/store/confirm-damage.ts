import { ArchiveDamage } from '../../archive/archive-damage.ts';
import type { Verification } from '../../archive/verify-archive.ts';
import type { ArchiveFile } from './archive-file.ts';
import { checkExtents, isReadError, type ExtentPlace, type WrongExtent } from './check-extents.ts';
import { findWrongExtents } from './find-wrong-extents.ts';
import { archivePath, type Store } from './layout.ts';
import { describeDamage } from './record-damage.ts';

/**
 * Those extents whose very bytes are wrong on the disk. Others have the right bytes, but no archive of ours in them:
 * brought anew they would be the same.
 */
export async function confirmDamage(
  store: Store,
  name: string,
  file: ArchiveFile,
  places: Iterable<ExtentPlace>,
): Promise<WrongExtent[]> {
  const wrong: WrongExtent[] = [];
  const whole = { path: archivePath(store, name), handle: file.handle };
  for await (const block of checkExtents(whole, places)) wrong.push(...block.wrong);
  return wrong;
}

interface Reading {
  store: Store;
  file: ArchiveFile;
  line: { name: string; index: string };
  progress: (doneBytes: number, totalBytes: number) => void;
}

/** A disk that cannot read something is damage of the archive, not an end of its verification. */
export async function explainReadError(
  error: unknown,
  { store, file, line, progress }: Reading,
): Promise<Verification> {
  if (!isReadError(error)) throw error;
  const checked = { extents: 0, entries: 0, bytes: 0, databases: [], tables: 0 };
  try {
    const wrong = await findWrongExtents(store, { ...line, file }, progress);
    // It could be read this time.
    if (wrong.length === 0) throw error;
    const damagedExtents = wrong.map((place) => ({ ...place, entries: 0 }));
    const damage = await describeDamage(store, line.name, wrong);
    return { damage, checked, index: line.index, damagedExtents, isExtentsOnly: true };
  } catch (failure) {
    if (!(failure instanceof ArchiveDamage)) throw failure;
    const damage = [{ where: failure.where, what: failure.what }];
    return { damage, checked, damagedExtents: [], isExtentsOnly: false };
  }
}
