import { createHash } from 'node:crypto';
import { SMALL_EXTENT_BYTES, WRITER_VERSION } from './layout.ts';
import type { SourceEntry } from './source-entry.ts';

/** After one path in this many a run of small files ends whatever it holds, so that runs find back into step. */
const BOUNDARY_MASK = 0b111;

/** Chance alone never gets this far; names chosen to avoid every boundary do, and would make an extent without end. */
const MOST_ENTRIES = 512;

/**
 * Cuts a walk into the runs that become extents: a file above 64 KiB alone, smaller ones together until they hold that
 * much or a path's hash says so. Decided by names and sizes only, so that nothing has to be read for it.
 */
export async function* groupEntries(
  entries: AsyncIterable<SourceEntry>,
): AsyncGenerator<SourceEntry[], void, undefined> {
  let group: SourceEntry[] = [];
  let bytes = 0;
  for await (const entry of entries) {
    if (entry.size > SMALL_EXTENT_BYTES) {
      if (group.length > 0) yield group;
      yield [entry];
      group = [];
      bytes = 0;
      continue;
    }
    group.push(entry);
    bytes += entry.size;
    const isBoundary = (hashName(entry.name) & BOUNDARY_MASK) === 0;
    if (bytes >= SMALL_EXTENT_BYTES || group.length >= MOST_ENTRIES || isBoundary) {
      yield group;
      group = [];
      bytes = 0;
    }
  }
  if (group.length > 0) yield group;
}

/** What decides that a group is unchanged; undefined where an entry changed too recently to tell. */
export function keyOfGroup(group: readonly SourceEntry[]): string | undefined {
  if (!group.every((entry) => entry.settled)) return undefined;
  const hash = createHash('sha256').update(`files ${WRITER_VERSION}\n`);
  for (const { name, type, size, mtimeNs, mode, uid, gid, linkName, sparse, identity } of group) {
    hash.update(name);
    hash.update(`\0${type} ${size} ${mtimeNs} ${mode} ${uid} ${gid} ${sparse ? 1 : 0} ${identity} `);
    if (linkName) hash.update(linkName);
    hash.update('\0\n');
  }
  return hash.digest('hex');
}

/** FNV-1a, 32 bits, its low bits mixed once more: cheap, and the same on every host. */
function hashName(name: Buffer): number {
  let hash = 0x811c9dc5;
  for (const byte of name) hash = Math.imul(hash ^ byte, 0x01000193);
  return (hash ^ (hash >>> 15)) >>> 0;
}
