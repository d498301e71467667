import type { ArchiveBytes } from './archive-bytes.ts';
import { ArchiveDamage } from './archive-damage.ts';
import type { Extent } from './extent.ts';
import type { IndexedExtent } from './index-reader.ts';
import { MANIFEST_NAME } from './layout.ts';
import { parseManifest } from './manifest-check.ts';
import type { Manifest } from './manifest.ts';
import { readOwnEntries } from './own-entries.ts';
import { readExtents } from './read-extents.ts';

const MAX_MANIFEST_BYTES = 64 * 1024 * 1024;

/**
 * Reads the manifest out of an archive; `chosen` are the extents that hold it, at their place in the archive. Throws an
 * ArchiveDamage or a Failure where it is not there, damaged, or of a newer format.
 */
export async function readManifest(
  archive: ArchiveBytes,
  chosen: AsyncIterable<IndexedExtent> | Iterable<IndexedExtent>,
): Promise<Manifest> {
  const places: Extent[] = [];
  const noting = async function* (): AsyncGenerator<IndexedExtent, void, undefined> {
    for await (const indexed of chosen) {
      places.push(indexed.extent);
      yield indexed;
    }
  };
  // Asked for more only when the next extent has been noted.
  const bytes = async function* (): AsyncGenerator<Uint8Array, void, undefined> {
    for (let place = places.shift(); place; place = places.shift()) yield* archive.read(place.offset, place.length);
  };
  let text: string | undefined;
  for await (const { header, body } of readOwnEntries(readExtents(noting(), bytes()))) {
    if (header.name.toString('latin1') !== MANIFEST_NAME) continue;
    if (header.size > MAX_MANIFEST_BYTES) throw new ArchiveDamage(MANIFEST_NAME, `it has ${header.size} bytes`);
    const pieces: Buffer[] = [];
    for await (const piece of body) pieces.push(piece);
    text = Buffer.concat(pieces).toString('utf8');
  }
  if (text === undefined) throw new ArchiveDamage(MANIFEST_NAME, 'it is not there');
  return parseManifest(text);
}
