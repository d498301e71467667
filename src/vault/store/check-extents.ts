import { createHash } from 'node:crypto';
import { showName } from '../../archive/entry-names.ts';
import type { Damage } from '../../archive/archive-damage.ts';
import type { ExtentTable } from '../../archive/extent-table.ts';
import { IndexReader } from '../../archive/index-reader.ts';
import { parseTocLine } from '../../archive/toc-line.ts';
import type { ArchiveFile } from './archive-file.ts';

/** Names that a report shows of one extent: they may be a hundred. */
const NAMES_SHOWN = 5;

/** Reads every extent from the disk and hashes it; returns the ordinals of those whose bytes are not as the index says. */
export async function findDamagedExtents(
  file: ArchiveFile,
  extents: ExtentTable,
  progress: (doneBytes: number, totalBytes: number) => void,
): Promise<number[]> {
  const damaged: number[] = [];
  const total = extents.endOffset;
  const stream = file.stream({ offset: 0, length: Math.min(total, file.sizeBytes) });
  let ordinal = 0;
  let missing = extents.count > 0 ? extents.at(0).length : 0;
  let hash = createHash('sha256');
  let doneBytes = 0;
  for await (const block of stream) {
    for (let at = 0; at < block.length;) {
      const piece = block.subarray(at, at + missing);
      hash.update(piece);
      at += piece.length;
      missing -= piece.length;
      if (missing > 0) continue;
      if (hash.digest('hex') !== extents.at(ordinal).sha256) damaged.push(ordinal);
      hash = createHash('sha256');
      ordinal++;
      missing = ordinal < extents.count ? extents.at(ordinal).length : 0;
    }
    progress((doneBytes += block.length), total);
  }
  // What a file that is too short no longer holds.
  for (; ordinal < extents.count; ordinal++) damaged.push(ordinal);
  return damaged;
}

/** Says which entries damaged extents hold. */
export async function nameDamage(file: ArchiveFile, damaged: readonly number[]): Promise<Damage[]> {
  if (damaged.length === 0) return [];
  const wanted = new Set(damaged);
  const damage: Damage[] = [];
  const index = await IndexReader.open(file.readIndex());
  let ordinal = 0;
  let last = '';
  for await (const { extent, lines } of index.entries()) {
    const names = [...new Set(lines.map((line) => showName(parseTocLine(line).name)))];
    // A chunk that has no line of its own belongs to what came before.
    if (names.length === 0 && last !== '') names.push(last);
    last = names.at(-1) ?? last;
    if (!wanted.has(ordinal++)) continue;
    const more = names.length > NAMES_SHOWN ? ` and ${names.length - NAMES_SHOWN} more` : '';
    damage.push({
      where: `${names.slice(0, NAMES_SHOWN).join(', ')}${more}`,
      what: `bytes ${extent.offset} to ${extent.offset + extent.length} of the archive were changed`,
    });
  }
  return damage;
}
