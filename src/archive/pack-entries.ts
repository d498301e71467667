import type { ContentPool } from './content-pool.ts';
import { sha256OfPieces } from './digest.ts';
import { alignMembers, headerMember, payloadMember, sumLengths } from './gzip-member.ts';
import { TAR_BLOCK, gapTo } from './layout.ts';
import type { SourceEntry } from './source-entry.ts';
import { encodeTarHeader } from './tar-header.ts';
import { formatTocLine, type TocLine } from './toc-line.ts';

/** An entry that could not be stored as it was found, and why. */
export interface Oddity {
  name: Buffer;
  reason: string;
}

export interface PackedExtent {
  /** Its bytes, to be written one piece behind the other. */
  pieces: Buffer[];
  length: number;
  /** Of the pool; to be given back when the pieces have been written. */
  contents: Buffer[];
  sha256: string;
  /** Lines of the table of contents; offsets count from the extent's start. */
  lines: string[];
  /** Entries that vanished before they could be read: not in the extent. */
  vanished: Oddity[];
  /** Entries that changed while they were read: in the extent, well-formed. */
  changed: Oddity[];
}

/** Reads a group of entries, each of at most one chunk, into buffers of the pool, and packs them into one extent. */
export async function packEntries(group: readonly SourceEntry[], pool: ContentPool): Promise<PackedExtent> {
  const members: Buffer[] = [];
  const contents: Buffer[] = [];
  const lines: string[] = [];
  const vanished: Oddity[] = [];
  const changed: Oddity[] = [];
  let offset = 0;
  const append = (pieces: readonly Buffer[]): void => {
    members.push(...pieces);
    offset += sumLengths(pieces);
  };
  for (const entry of group) {
    const content = await readContent(entry, pool);
    if (content === undefined) {
      vanished.push({ name: entry.name, reason: 'vanished before it was read' });
      continue;
    }
    if (content.oddity !== undefined) changed.push({ name: entry.name, reason: content.oddity });
    contents.push(content.bytes);
    const line: TocLine = { ...describeEntry(entry), size: content.size, offset };
    append([headerMember(encodeTarHeader({ ...entry, size: content.size }))]);
    if (entry.type === 'reg') line.digest = sha256OfPieces([content.bytes.subarray(0, content.size)]);
    if (line.digest && content.size > 0) {
      line.chunkDigest = line.digest;
      line.offset = offset;
      append(await payloadMember(content.bytes));
    }
    lines.push(formatTocLine(line));
  }
  const pieces = alignMembers(members);
  const sha256 = sha256OfPieces(pieces);
  return { pieces, length: sumLengths(pieces), contents, sha256, lines, vanished, changed };
}

/** The part of an entry's line that is known without reading it. */
function describeEntry(entry: SourceEntry): Omit<TocLine, 'offset'> {
  const { name, type, mtimeNs, mode, uid, gid, linkName, sparse } = entry;
  return { name, type, mtimeNs, mode, uid, gid, ...(linkName ? { linkName } : {}), ...(sparse ? { sparse } : {}) };
}

interface Content {
  /** The content with its padding to whole tar blocks. */
  bytes: Buffer;
  size: number;
  oddity?: string | undefined;
}

async function readContent(entry: SourceEntry, pool: ContentPool): Promise<Content | undefined> {
  if (!entry.open) return { bytes: Buffer.alloc(0), size: 0 };
  const content = await entry.open();
  if (!content) return undefined;
  let oddity: string | undefined;
  const { size } = content;
  const bytes = pool.take(size + gapTo(TAR_BLOCK, size));
  try {
    const readBytes = await content.read(bytes.subarray(0, size), 0);
    bytes.fill(0, readBytes);
  } finally {
    oddity = await content.close();
  }
  return { bytes, size, oddity };
}
