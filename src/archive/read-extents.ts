import { messageOf } from '../logging/failure.ts';
import { ByteReader } from './byte-reader.ts';
import { sha256Of } from './digest.ts';
import { showName } from './entry-names.ts';
import type { Extent } from './extent.ts';
import type { IndexedExtent } from './index-reader.ts';
import { inflateExtent, type Piece } from './inflate-extent.ts';
import { CHUNK_BYTES } from './layout.ts';
import { parseTocLine, type TocLine } from './toc-line.ts';

/** No writer makes a larger extent: a chunk that did not shrink, or a run of headers. Read whole before it is used. */
const MAX_EXTENT_BYTES = 2 * CHUNK_BYTES;

/** An extent as it was read: its part of the tar, or what is wrong with it. */
export interface ReadExtent {
  extent: Extent;
  lines: TocLine[];
  /** It begins in the middle of a large entry. */
  isContinuation: boolean;
  pieces: Piece[];
  /** Its bytes in the archive; absent where it is damaged. */
  bytes?: Buffer;
  /** Names of the entries that have something in it. */
  names: string[];
  damage?: string;
}

/**
 * Reads chosen extents: `bytes` delivers exactly theirs, one after the other. An extent is used only when the SHA-256
 * of those very bytes is the index's; a damaged one is passed on without content, for the caller to refuse or to list.
 * Throws where `bytes` ends before the last extent only after having passed on every extent as damaged.
 */
export async function* readExtents(
  chosen: AsyncIterable<IndexedExtent>,
  bytes: AsyncIterable<Uint8Array>,
): AsyncGenerator<ReadExtent, void, undefined> {
  const reader = new ByteReader(bytes);
  let large: TocLine | undefined;
  try {
    for await (const { extent, lines: texts } of chosen) {
      const lines = texts.map(parseTocLine);
      const isContinuation = lines.length === 0 || lines[0]?.type === 'chunk';
      const names = namesOf(lines, isContinuation ? large : undefined);
      const read: ReadExtent = { extent, lines, isContinuation, names, pieces: [] };
      if (extent.length > MAX_EXTENT_BYTES) {
        read.damage = `the extent claims ${extent.length} bytes, more than any holds`;
        for (let rest = extent.length; rest > 0;) rest -= (await reader.takeSome(rest))?.length ?? rest;
      } else {
        try {
          const content = await reader.take(extent.length);
          if (content.length < extent.length) throw new TypeError('the archive ends before it');
          if ((await sha256Of(content)) !== extent.sha256) throw new TypeError('its bytes are not those of the index');
          read.pieces = await inflateExtent(content, extent, lines, isContinuation ? large : undefined);
          read.bytes = content;
        } catch (error) {
          if (!(error instanceof TypeError)) throw error;
          read.damage = messageOf(error);
        }
      }
      yield read;
      const last = lines.findLast((line) => line.type !== 'chunk');
      if (last) large = last.type === 'reg' && last.size ? last : undefined;
    }
  } finally {
    await reader.close();
  }
}

function namesOf(lines: readonly TocLine[], continued: TocLine | undefined): string[] {
  const names = lines.map(({ name }) => showName(name));
  return [...new Set(continued ? [showName(continued.name), ...names] : names)];
}
