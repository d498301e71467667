import { createHash } from 'node:crypto';
import { ArchiveDamage } from './archive-damage.ts';
import { drain } from './byte-reader.ts';
import { EntryGuard, type SafeEntry } from './entry-guard.ts';
import { showName } from './entry-names.ts';
import type { ReadExtent } from './read-extents.ts';
import { parseTar } from './tar-parser.ts';
import type { TarHeader } from './tar-header.ts';
import type { TocLine } from './toc-line.ts';

const SETUID_SETGID = 0o6000;
const END_OF_TAR = Buffer.alloc(1024);
const EMPTY_DIGEST = createHash('sha256').digest('hex');

export interface OwnOptions {
  /** Shared where an archive is read in several runs. */
  guard?: EntryGuard;
  /**
   * For a choice of extents: which entries are passed on (a wanted hard link's target among them). Their neighbours are
   * checked and skipped, whatever they link to or lie below.
   */
  wants?: (name: Buffer) => boolean;
  /** Told of bits that are not extracted. */
  note?: (name: Buffer, what: string) => void;
  /** Whole entries of several chunks are hashed once more as a whole; their chunks always are. */
  checksWholeDigests?: boolean;
}

/**
 * The entries of our own archive, from extents that hold whole entries. A closed world: every header equals its line of
 * the index, every chunk its digest, and there is nothing more and nothing less. Throws an ArchiveDamage.
 */
export async function* readOwnEntries(
  extents: AsyncIterable<ReadExtent>,
  { guard = new EntryGuard(), wants = () => true, note, checksWholeDigests = false }: OwnOptions = {},
): AsyncGenerator<SafeEntry, void, undefined> {
  const feed = new ExtentFeed();
  for await (const { header, bodyOffset, body } of parseTar(feed.concatenate(extents), { isForeign: false })) {
    const line = feed.lines.shift();
    const where = showName(header.name);
    if (!line) throw new ArchiveDamage(where, 'the index does not know it');
    compareWithLine(header, line, where);
    const checked = checkBody({ body, bodyOffset, line, feed, where, checksWholeDigests });
    if (wants(header.name)) {
      guard.admit(header);
      const mode = header.type === 'reg' ? header.mode & ~SETUID_SETGID : header.mode;
      if (mode !== header.mode) note?.(header.name, `mode ${header.mode.toString(8)} becomes ${mode.toString(8)}`);
      yield { header: { ...header, mode }, body: checked, ...(line.sparse ? { sparse: true } : {}) };
    }
    // Whatever nobody has read is still to be checked.
    await drain(checked);
  }
  const left = feed.lines[0];
  if (left) throw new ArchiveDamage(showName(left.name), 'the index knows it, the tar does not');
}

/** The tar of all extents, with their lines and the places where chunks begin, in step with what was read. */
class ExtentFeed {
  readonly lines: TocLine[] = [];
  readonly chunkStarts: number[] = [];

  async *concatenate(extents: AsyncIterable<ReadExtent>): AsyncGenerator<Buffer, void, undefined> {
    let position = 0;
    for await (const { extent, lines, pieces, names, damage } of extents) {
      if (damage !== undefined) throw new ArchiveDamage(names.join(', ') || `the extent at ${extent.offset}`, damage);
      this.lines.push(...lines);
      for (const { bytes, isChunk } of pieces) {
        if (isChunk) this.chunkStarts.push(position);
        position += bytes.length;
        yield bytes;
      }
    }
    yield END_OF_TAR;
  }
}

function compareWithLine(header: TarHeader, line: TocLine, where: string): void {
  const isLink = header.type === 'symlink' || header.type === 'hardlink';
  const pairs: [what: string, inTar: unknown, inIndex: unknown][] = [
    ['name', header.name.toString('latin1'), line.name.toString('latin1')],
    ['type', header.type, line.type],
    ['size', header.size, line.size ?? 0],
    ['mode', header.mode, line.mode],
    ['uid', header.uid, line.uid ?? 0],
    ['gid', header.gid, line.gid ?? 0],
    ['mtime', header.mtimeNs, line.mtimeNs],
    ['linkName', isLink ? header.linkName?.toString('latin1') : undefined, line.linkName?.toString('latin1')],
  ];
  for (const [what, inTar, inIndex] of pairs) {
    if (inTar !== inIndex) throw new ArchiveDamage(where, `its ${what} in the tar is not that of the index`);
  }
  if (header.size === 0 && header.type === 'reg' && line.digest !== undefined && line.digest !== EMPTY_DIGEST) {
    throw new ArchiveDamage(where, 'the index gives it the digest of another content');
  }
}

interface CheckOptions {
  body: AsyncIterable<Buffer>;
  bodyOffset: number;
  line: TocLine;
  feed: ExtentFeed;
  where: string;
  checksWholeDigests: boolean;
}

/**
 * Passes a body on and compares every chunk with its digest. One generator for the entry: going through it a second
 * time goes on where the first ended.
 */
function checkBody(options: CheckOptions): AsyncIterable<Buffer> {
  const pieces = checkChunks(options);
  return { [Symbol.asyncIterator]: () => ({ next: () => pieces.next() }) };
}

async function* checkChunks(options: CheckOptions): AsyncGenerator<Buffer, void, undefined> {
  const { body, bodyOffset, line, feed, where, checksWholeDigests } = options;
  const size = line.size ?? 0;
  if (size === 0) return;
  const whole = checksWholeDigests && line.chunkSize !== undefined ? createHash('sha256') : undefined;
  let position = 0;
  let chunk = beginChunk(line, 0, size);
  for await (const piece of body) {
    for (let rest = piece; rest.length > 0;) {
      if (position === chunk.end) chunk = beginChunk(takeChunkLine(feed, line, where), position, size);
      if (position === chunk.start && feed.chunkStarts.shift() !== bodyOffset + position) {
        throw new ArchiveDamage(where, `its chunk at ${position} does not begin where the index says`);
      }
      const part = rest.subarray(0, chunk.end - position);
      chunk.hash.update(part);
      position += part.length;
      rest = rest.subarray(part.length);
      if (position === chunk.end && chunk.hash.digest('hex') !== chunk.digest) {
        throw new ArchiveDamage(where, `its chunk at ${chunk.start} is not that of the index`);
      }
    }
    whole?.update(piece);
    yield piece;
  }
  const digest = line.chunkSize === undefined ? line.chunkDigest : whole?.digest('hex');
  if (digest !== undefined && digest !== line.digest) {
    throw new ArchiveDamage(where, 'the index gives it the digest of another content');
  }
}

function beginChunk(line: TocLine, start: number, size: number) {
  const end = start + (line.chunkSize ?? size - start);
  if ((line.chunkOffset ?? 0) !== start || end > size || end <= start) {
    throw new ArchiveDamage(showName(line.name), `the index has no chunk at ${start}`);
  }
  return { start, end, digest: line.chunkDigest, hash: createHash('sha256') };
}

function takeChunkLine(feed: ExtentFeed, line: TocLine, where: string): TocLine {
  const next = feed.lines.shift();
  if (next?.type !== 'chunk' || !next.name.equals(line.name)) throw new ArchiveDamage(where, 'the index lacks a chunk');
  return next;
}
