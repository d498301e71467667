import type { Extent } from '../../archive/extent.ts';
import type { IndexedExtent } from '../../archive/index-reader.ts';
import { CHUNK_BYTES, MANIFEST_NAME } from '../../archive/layout.ts';
import { relocateLine } from '../../archive/toc-line.ts';

/** Lines are held in memory until the archive stands; a manifest has one for each chunk. */
const MAX_EXTENTS = 64;
const MAX_LINES_CHARACTERS = CHUNK_BYTES;

/** Picks the extents that hold the manifest out of all that go by in archive order. */
export class ManifestFinder {
  readonly extents: IndexedExtent[] = [];
  #isWithin = false;
  #characters = 0;

  /** `shift` moves the lines to their place in the archive. Throws a TypeError where there is more than a manifest has. */
  look(extent: Extent, lines: readonly string[], shift: number): void {
    // The first chunk of a large entry has no line of its own: it follows the entry's header.
    this.#isWithin = lines.length === 0 ? this.#isWithin : lines.some(isManifestLine);
    if (!this.#isWithin) return;
    for (const line of lines) this.#characters += line.length;
    if (this.extents.length >= MAX_EXTENTS || this.#characters > MAX_LINES_CHARACTERS) {
      throw new TypeError('the manifest is larger than any is');
    }
    this.extents.push({ extent, lines: lines.map((line) => relocateLine(line, shift)) });
  }
}

/** Whether a line of the index is the manifest's, or a further chunk of it: name and type stand first. */
function isManifestLine(line: string): boolean {
  return line.startsWith(`{"name":"${MANIFEST_NAME}","type":`);
}
