import { createHash } from 'node:crypto';
import { ArchiveDamage } from './archive-damage.ts';
import { showName } from './entry-names.ts';
import type { IndexReader } from './index-reader.ts';
import type { Place } from './manifest.ts';
import type { ReadExtent } from './read-extents.ts';
import { parseTocLine, parseTocName, type TocLine } from './toc-line.ts';

/** A chunk of a large entry: its place in the entry's content, and the digest of it. */
interface EntryChunk {
  start: number;
  size: number;
  digest: string | undefined;
}

/** Which extents hold the wanted parts of one large entry. */
export interface PartSelection {
  /** Ordinals of extents, ascending: that of the header, and those of the chunks. */
  ordinals: number[];
  chunks: EntryChunk[];
}

/**
 * Chooses the extents that cover parts of one large entry. Undefined where the index has no such entry, or it is none
 * whose every chunk is an extent: then the entry is to be read whole.
 */
export async function selectParts(
  index: IndexReader,
  name: Buffer,
  places: readonly Place[],
): Promise<PartSelection | undefined> {
  const selection: PartSelection = { ordinals: [], chunks: [] };
  let entry: TocLine | undefined;
  let next = 0;
  let ordinal = -1;
  for await (const { extent, lines } of index.entries()) {
    ordinal++;
    const first = lines[0];
    if (entry === undefined) {
      if (!lines.some((line) => parseTocName(line).name.equals(name))) continue;
      entry = parseTocLine(first as string);
      // A small entry shares its extent with its content, or with others.
      if (lines.length > 1 || entry.type !== 'reg' || !entry.size || entry.offset < extent.offset + extent.length)
        return;
      selection.ordinals.push(ordinal);
      continue;
    }
    const line = first === undefined ? entry : parseTocLine(first);
    const isOfEntry = first === undefined ? next === 0 : line.type === 'chunk' && line.name.equals(name);
    if (!isOfEntry) break;
    if (lines.length > 1 || (line.chunkOffset ?? 0) !== next) return;
    const size = line.chunkSize ?? (entry.size ?? 0) - next;
    if (places.some(({ offset, length }) => offset < next + size && offset + length > next)) {
      selection.ordinals.push(ordinal);
      selection.chunks.push({ start: next, size, digest: line.chunkDigest });
    }
    next += size;
  }
  return entry && next === entry.size ? selection : undefined;
}

/**
 * The wanted parts of an entry, in the order of the content, from the extents that were chosen: every chunk is checked
 * by its digest before anything of it is used. Throws an ArchiveDamage.
 */
export async function* readParts(
  extents: AsyncIterable<ReadExtent>,
  { chunks }: PartSelection,
  name: Buffer,
  places: readonly Place[],
): AsyncGenerator<Buffer, void, undefined> {
  const where = showName(name);
  let position = -1;
  for await (const { pieces, damage } of extents) {
    if (damage !== undefined) throw new ArchiveDamage(where, damage);
    const chunk = chunks[position++];
    if (!chunk) continue;
    // The last one carries the zeroes up to the tar's next block.
    const content = pieces[0]?.bytes.subarray(0, chunk.size);
    if (content?.length !== chunk.size || createHash('sha256').update(content).digest('hex') !== chunk.digest) {
      throw new ArchiveDamage(where, `its chunk at ${chunk.start} is not that of the index`);
    }
    yield* cutOut(content, chunk.start, places);
  }
  if (position < chunks.length) throw new ArchiveDamage(where, 'the archive lacks a chunk of it');
}

/** The wanted parts of a content that is read from its beginning. */
export async function* cutParts(
  content: AsyncIterable<Buffer>,
  places: readonly Place[],
): AsyncGenerator<Buffer, void, undefined> {
  let at = 0;
  for await (const piece of content) {
    yield* cutOut(piece, at, places);
    at += piece.length;
  }
}

/** `places` ascend and do not overlap. */
function* cutOut(bytes: Buffer, start: number, places: readonly Place[]): Generator<Buffer, void, undefined> {
  for (const { offset, length } of places) {
    const [from, to] = [Math.max(offset - start, 0), Math.min(offset + length - start, bytes.length)];
    if (to > from) yield bytes.subarray(from, to);
  }
}
