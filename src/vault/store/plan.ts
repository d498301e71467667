import { pipeline, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { ExtentTable } from '../../archive/extent-table.ts';
import type { Extent } from '../../archive/extent.ts';
import { IndexReader, type IndexedExtent } from '../../archive/index-reader.ts';
import { IndexWriter, type UnplacedExtent } from '../../archive/index-writer.ts';
import { readLines, singly } from '../../archive/line-reader.ts';
import { followRecipe, parseRecipeHead, type Origin, type RecipeHead } from '../../archive/recipe.ts';
import { formatTocLine, parseTocLine } from '../../archive/toc-line.ts';
import { Failure, messageOf } from '../../logging/failure.ts';
import { MAX_ARCHIVE_EXTENTS, MAX_EXTENT_BYTES, MAX_INDEX_BYTES } from '../protocol/limits.ts';
import { DigestedStream } from './digested-stream.ts';
import { ManifestFinder } from './manifest-finder.ts';
import { OriginTable } from './origin-table.ts';

/** Extents with many empty files have many lines; each stands in one step. */
const MAX_STEP_BYTES = 64 * 1024 * 1024;
/** Readers of an index take no longer line. */
const MAX_INDEX_LINE_BYTES = 1024 * 1024;

/** What a seal is going to write: the index is there, the bytes are not. Sizes in bytes. */
export interface Plan {
  head: RecipeHead;
  /** Every extent at its place in the new archive, in order. */
  extents: ExtentTable;
  /** Where the bytes of the extent with that ordinal come from. */
  originOf: (ordinal: number) => Origin;
  /** SHA-256 of the index. */
  index: string;
  indexPath: string;
  indexBytes: number;
  /** Length of the extents that no earlier archive holds. */
  newExtentBytes: number;
  /** The extents that hold the manifest, at their place in the new archive. */
  manifestExtents: IndexedExtent[];
}

/** The base archive's index as a stream, and what the ledger says its digest is. */
export interface Base {
  index: string;
  stream: AsyncIterable<Uint8Array>;
}

/**
 * Follows a recipe and writes the index of the archive to be to `indexPath`.
 * `openBase` gives the archive that the recipe names. Nothing of the upload is believed: every new line must be one that
 * our writer would write, within its extent, and the base's index must have the digest that the ledger knows.
 * @throws Failure `refused` where the recipe does not hold together; the signal's reason where that came first.
 */
export async function planArchive(
  recipe: Readable,
  indexPath: string,
  openBase: (named: NonNullable<RecipeHead['base']>) => Promise<Base>,
  signal?: AbortSignal,
): Promise<Plan> {
  const writer = await IndexWriter.create(indexPath);
  try {
    const gunzip = createGunzip();
    pipeline(recipe, gunzip, () => {});
    const steps = singly(stopWith(signal, readLines(gunzip as AsyncIterable<Buffer>, MAX_STEP_BYTES)));
    const first = await steps.next();
    if (first.done) throw new TypeError('the recipe is empty');
    const head = parseRecipeHead(first.value);
    const base = head.base && (await openBase(head.base));
    const digest = base && new DigestedStream(base.stream);
    const reader = digest && (await IndexReader.open(digest));
    const extents = new ExtentTable();
    const origins = new OriginTable(head.segments);
    const manifest = new ManifestFinder();
    let newExtentBytes = 0;
    for await (const { extent, from } of followRecipe(head.segments, steps, reader)) {
      if ('segment' in from) {
        if (extent.length > MAX_EXTENT_BYTES) throw new TypeError(`an extent has ${extent.length} bytes`);
        newExtentBytes += extent.length;
      }
      if (extent.origin === 0) for (const line of extent.lines) checkLine(line, extent);
      const offset = await writer.place(extent);
      const { length, sha256, lines } = extent;
      const placed: Extent = { offset, length, sha256, entries: lines.length };
      extents.append(placed);
      origins.append(from);
      manifest.look(placed, lines, offset - extent.origin);
      // What a recipe of a few megabytes unpacks to is not for the client to decide.
      if (extents.count > MAX_ARCHIVE_EXTENTS) throw new TypeError(`it has more than ${MAX_ARCHIVE_EXTENTS} extents`);
      if (writer.sizeBytes > MAX_INDEX_BYTES) throw new TypeError(`its index has more than ${MAX_INDEX_BYTES} bytes`);
    }
    await reader?.close();
    if (base && (await digest?.finish()) !== base.index) {
      throw new Failure(
        'damaged',
        `the index of ${head.base?.name} is damaged`,
        'Have it verified: the next backup then builds upon an older one.',
      );
    }
    const { sha256, sizeBytes } = await writer.finish();
    const originOf = (ordinal: number): Origin => origins.at(ordinal);
    return {
      head,
      extents,
      originOf,
      index: sha256,
      indexPath,
      indexBytes: sizeBytes,
      newExtentBytes,
      manifestExtents: manifest.extents,
    };
  } catch (error) {
    await writer.discard();
    if (error instanceof Failure || !isMisfit(error)) throw error;
    throw new Failure('refused', `the recipe is not valid: ${messageOf(error)}`, 'Run the backup again.', {
      cause: error,
    });
  }
}

/** Passes lines on until there is a reason to stop: what has been received already may unpack to any number of them. */
async function* stopWith<T>(
  signal: AbortSignal | undefined,
  batches: AsyncIterable<T>,
): AsyncGenerator<T, void, undefined> {
  for await (const batch of batches) {
    signal?.throwIfAborted();
    yield batch;
  }
}

function checkLine(line: string, extent: UnplacedExtent): void {
  if (Buffer.byteLength(line) > MAX_INDEX_LINE_BYTES) throw new TypeError('an entry has a line that nobody would read');
  const parsed = parseTocLine(line);
  // A large entry's header is an extent of its own, whose line points at the first chunk right behind it.
  if (parsed.offset > extent.length) throw new TypeError('an entry lies outside its extent');
  if (formatTocLine(parsed) !== line) throw new TypeError('an entry is not written as it should be');
}

function isMisfit(error: unknown): boolean {
  const isZlib = error instanceof Error && 'code' in error && String(error.code).startsWith('Z_');
  return isZlib || error instanceof TypeError || error instanceof SyntaxError || error instanceof RangeError;
}
