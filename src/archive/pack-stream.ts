import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { sha256OfPieces } from './digest.ts';
import type { Extent } from './extent.ts';
import { alignMembers, headerMember, payloadMember, sumLengths } from './gzip-member.ts';
import { TAR_BLOCK, WRITER_VERSION, gapTo } from './layout.ts';
import { readLines } from './line-reader.ts';
import type { RecipeStep } from './recipe.ts';
import { runInOrder, type Job } from './run-in-order.ts';
import { encodeTarHeader, type TarHeader } from './tar-header.ts';
import { formatTocLine, type TocLine } from './toc-line.ts';

type AddStep = Extract<RecipeStep, { add: unknown }>;

/** Where a packed stream's extents go, and what is already there. */
export interface ExtentStore {
  /** An extent of last night's archive with this key. */
  findByKey(key: string): Extent | undefined;
  /** Says where an extent's bytes are to be found: in last night's archive, or in the segment that they are put into. */
  store(pieces: readonly Buffer[], sha256: string): Promise<AddStep['from']>;
}

export interface StreamOptions {
  /** Describes the entry; its size is known only at the end of the stream. */
  entry: Omit<TarHeader, 'size' | 'type'> & { sparse?: boolean };
  /** The content, cut where extents are to end. */
  chunks: AsyncIterable<Buffer>;
  /** Told of a chunk that nobody looks at any more. */
  release?: (chunk: Buffer) => void;
  store: ExtentStore;
  /** A file for the steps until they are wanted. */
  spoolPath: string;
  /** Chunks in memory at a time, in bytes. */
  limitBytes: number;
}

/** One large entry, packed: its header's extent, and the steps of its chunks' extents in a spool. */
export interface PackedStream {
  header: { pieces: Buffer[]; length: number; sha256: string; lines: string[] };
  sizeBytes: number;
  /** The chunks' steps in order; the spool is gone afterwards. */
  steps(): AsyncGenerator<AddStep, void, undefined>;
}

interface PackedChunk {
  content: Buffer;
  step: Omit<AddStep, 'from'>;
  digest: string;
  sizeBytes: number;
  known?: number;
  pieces?: Buffer[];
}

/**
 * Packs a stream of unknown length as one large entry: every chunk becomes an extent of its own, compressed only if last
 * night's archive does not hold it.
 */
export async function packStream({
  entry,
  chunks,
  release,
  store,
  spoolPath,
  limitBytes,
}: StreamOptions): Promise<PackedStream> {
  const whole = createHash('sha256');
  const spool = await open(spoolPath, 'wx', 0o600);
  let sizeBytes = 0;
  let first: Pick<PackedChunk, 'digest' | 'sizeBytes'> | undefined;
  let count = 0;

  async function* jobs(): AsyncGenerator<Job<PackedChunk>, void, undefined> {
    for await (const { value: chunk, isLast } of withLast(chunks)) {
      whole.update(chunk);
      sizeBytes += chunk.length;
      const padding = isLast ? gapTo(TAR_BLOCK, sizeBytes) : 0;
      yield { weightBytes: 2 * chunk.length, start: () => packChunk(chunk, padding, store) };
    }
  }
  try {
    let chunkOffset = 0;
    for await (const chunk of runInOrder(jobs(), limitBytes)) {
      const from = chunk.pieces ? await store.store(chunk.pieces, chunk.step.add.sha256) : { base: chunk.known ?? 0 };
      if (count++ === 0) {
        first = { digest: chunk.digest, sizeBytes: chunk.sizeBytes };
      } else {
        const { sizeBytes: chunkSize, digest: chunkDigest } = chunk;
        chunk.step.add.lines = [
          formatTocLine({ name: entry.name, type: 'chunk', chunkOffset, chunkSize, chunkDigest, offset: 0 }),
        ];
      }
      chunkOffset += chunk.sizeBytes;
      await spool.appendFile(`${JSON.stringify({ ...chunk.step, from })}\n`);
      release?.(chunk.content);
    }
  } catch (error) {
    await spool.close();
    await rm(spoolPath, { force: true });
    throw error;
  }
  await spool.close();

  const pieces = alignMembers([headerMember(encodeTarHeader({ ...entry, type: 'reg', size: sizeBytes }))]);
  const length = sumLengths(pieces);
  const { name, mtimeNs, mode, uid, gid, sparse } = entry;
  const line: TocLine = { name, type: 'reg', size: sizeBytes, mtimeNs, mode, uid, gid, offset: 0 };
  if (sparse) line.sparse = true;
  line.digest = whole.digest('hex');
  if (first) {
    // The first chunk stands at the start of the extent behind the header's.
    line.offset = length;
    line.chunkDigest = first.digest;
    if (count > 1) line.chunkSize = first.sizeBytes;
  }
  const header = { pieces, length, sha256: sha256OfPieces(pieces), lines: [formatTocLine(line)] };
  return { header, sizeBytes, steps: () => drainSteps(spoolPath) };
}

async function packChunk(chunk: Buffer, padding: number, store: ExtentStore): Promise<PackedChunk> {
  const digest = sha256OfPieces([chunk]);
  const packed = { content: chunk, digest, sizeBytes: chunk.length };
  const key = createHash('sha256').update(`chunk ${WRITER_VERSION} ${digest} ${padding}`).digest('hex');
  const known = store.findByKey(key);
  if (known) {
    const { length, sha256, offset } = known;
    return { ...packed, step: { add: { length, sha256, key, lines: [] } }, known: offset };
  }
  const padded = padding === 0 ? chunk : Buffer.concat([chunk], chunk.length + padding);
  const pieces = alignMembers(await payloadMember(padded));
  const add = { length: sumLengths(pieces), sha256: sha256OfPieces(pieces), key, lines: [] };
  return { ...packed, step: { add }, pieces };
}

async function* drainSteps(spoolPath: string): AsyncGenerator<AddStep, void, undefined> {
  for await (const lines of readLines(createReadStream(spoolPath))) {
    for (const line of lines) yield JSON.parse(line) as AddStep;
  }
  await rm(spoolPath);
}

async function* withLast<T>(items: AsyncIterable<T>): AsyncGenerator<{ value: T; isLast: boolean }, void, undefined> {
  let held: { value: T } | undefined;
  for await (const value of items) {
    if (held) yield { value: held.value, isLast: false };
    held = { value };
  }
  if (held) yield { value: held.value, isLast: true };
}
