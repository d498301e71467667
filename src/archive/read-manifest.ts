import type { ArchiveBytes } from './archive-bytes.ts';
import { ArchiveDamage } from './archive-damage.ts';
import type { IndexReader } from './index-reader.ts';
import { MANIFEST_NAME } from './layout.ts';
import { parseManifest } from './manifest-check.ts';
import type { Manifest } from './manifest.ts';
import { readOwnEntries } from './own-entries.ts';
import { readExtents } from './read-extents.ts';
import { chooseExtents } from './select-entries.ts';

const MAX_MANIFEST_BYTES = 64 * 1024 * 1024;

/** Reads the manifest out of an archive; `ordinals` are those of the extents that hold it. */
export async function readManifest(
  archive: ArchiveBytes,
  index: IndexReader,
  ordinals: readonly number[],
): Promise<Manifest> {
  const bytes = async function* (): AsyncGenerator<Uint8Array, void, undefined> {
    for (const ordinal of ordinals) {
      const { offset, length } = index.extents.at(ordinal);
      yield* archive.read(offset, length);
    }
  };
  let text: string | undefined;
  for await (const { header, body } of readOwnEntries(readExtents(chooseExtents(index, ordinals), bytes()))) {
    if (header.name.toString('latin1') !== MANIFEST_NAME) continue;
    if (header.size > MAX_MANIFEST_BYTES) throw new ArchiveDamage(MANIFEST_NAME, `it has ${header.size} bytes`);
    const pieces: Buffer[] = [];
    for await (const piece of body) pieces.push(piece);
    text = Buffer.concat(pieces).toString('utf8');
  }
  if (text === undefined) throw new ArchiveDamage(MANIFEST_NAME, 'it is not there');
  return parseManifest(text);
}
