import { sha256Of } from './digest.ts';
import { alignMembers, headerMember, payloadMember } from './gzip-member.ts';
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
  bytes: Buffer;
  sha256: string;
  /** Lines of the table of contents; offsets count from the extent's start. */
  lines: string[];
  /** Entries that vanished before they could be read: not in the extent. */
  vanished: Oddity[];
  /** Entries that changed while they were read: in the extent, well-formed. */
  changed: Oddity[];
}

/** Reads a group of entries, each of at most one chunk, and packs them into one extent. */
export async function packEntries(group: readonly SourceEntry[]): Promise<PackedExtent> {
  const members: Buffer[] = [];
  const lines: string[] = [];
  const vanished: Oddity[] = [];
  const changed: Oddity[] = [];
  let offset = 0;
  const append = (member: Buffer): void => {
    members.push(member);
    offset += member.length;
  };
  for (const entry of group) {
    const content = await readContent(entry);
    if (content === undefined) {
      vanished.push({ name: entry.name, reason: 'vanished before it was read' });
      continue;
    }
    if (content.oddity !== undefined) changed.push({ name: entry.name, reason: content.oddity });
    const line: TocLine = { ...describeEntry(entry), size: content.size, offset };
    append(headerMember(encodeTarHeader({ ...entry, size: content.size })));
    if (entry.type === 'reg') line.digest = await sha256Of(content.bytes.subarray(0, content.size));
    if (line.digest && content.size > 0) {
      line.chunkDigest = line.digest;
      line.offset = offset;
      append(await payloadMember(content.bytes));
    }
    lines.push(formatTocLine(line));
  }
  const bytes = alignMembers(members);
  return { bytes, sha256: await sha256Of(bytes), lines, vanished, changed };
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

async function readContent(entry: SourceEntry): Promise<Content | undefined> {
  if (!entry.open) return { bytes: Buffer.alloc(0), size: 0 };
  const content = await entry.open();
  if (!content) return undefined;
  let oddity: string | undefined;
  const { size } = content;
  const bytes = Buffer.alloc(size + gapTo(TAR_BLOCK, size));
  try {
    await content.read(bytes.subarray(0, size), 0);
  } finally {
    oddity = await content.close();
  }
  return { bytes, size, oddity };
}
