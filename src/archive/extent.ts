/** An extent as the index describes it: where it stands, what its bytes are, and what decides that it is unchanged. */
export interface Extent {
  /** Bytes from the start of the archive; a multiple of 4096. */
  offset: number;
  /** A multiple of 4096. */
  length: number;
  /** Over the extent's compressed bytes. */
  sha256: string;
  /**
   * For files: over path, size, times, inode, mode and owner of each, and the writer's version; for a chunk: over its
   * content. Absent where the files changed while they were read, or so shortly before that nobody could tell.
   */
  key?: string;
  /** How many lines of the index's `entries` belong to it, in order. */
  entries: number;
}

const DIGEST = /^[0-9a-f]{64}$/;

export function formatExtent(extent: Extent): string {
  const key = extent.key ? `,"key":"${extent.key}"` : '';
  return `{"offset":${extent.offset},"length":${extent.length},"sha256":"${extent.sha256}"${key},"entries":${extent.entries}}`;
}

/** Checks the shape of an extent read from elsewhere; throws a TypeError that says what is wrong. */
export function checkExtent(raw: unknown): Extent {
  const { offset, length, sha256, key, entries } = (raw ?? {}) as Record<string, unknown>;
  const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
  if (!isCount(offset) || !isCount(length) || !isCount(entries) || length === 0) {
    throw new TypeError('an extent has no place, length or count of entries');
  }
  if (offset % 4096 !== 0 || length % 4096 !== 0) throw new TypeError(`the extent at ${offset} is not aligned`);
  if (typeof sha256 !== 'string' || !DIGEST.test(sha256)) throw new TypeError(`the extent at ${offset} has no digest`);
  if (key !== undefined && (typeof key !== 'string' || !DIGEST.test(key))) {
    throw new TypeError(`the extent at ${offset} has a malformed key`);
  }
  return { offset, length, sha256, entries, ...(key === undefined ? {} : { key }) };
}
