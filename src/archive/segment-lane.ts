import { createHash } from 'node:crypto';
import { open, rename, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { sumLengths } from './gzip-member.ts';
import { CHUNK_BYTES } from './layout.ts';

const MEAN_SEGMENT_BYTES = 24 * 1024 * 1024;
const CUT_BYTES = 64 * 1024 * 1024;

/** No segment is larger: a full one, and one more extent of a whole chunk that barely shrank. */
export const MAX_SEGMENT_BYTES = CUT_BYTES + CHUNK_BYTES + 1024 * 1024;

export const SEGMENT_NAME = /^[0-9a-f]{64}\.segment$/;

/** A finished segment in the staging directory. */
export interface Segment {
  path: string;
  sizeBytes: number;
}

/** All segments of a run, from all lanes; steps of the recipe refer to them by their position here. */
export class SegmentList {
  /** Names by position; empty until the segment is finished. */
  readonly names: string[] = [];

  reserve(): number {
    return this.names.push('') - 1;
  }
}

/**
 * Writes extents into segments, one producer's after the other. Where a segment ends is decided by its extents' digests,
 * and its name is a digest of them: the same new content gives the same segments in the next run too, which then goes on
 * where a cut transfer stopped.
 */
export class SegmentLane {
  readonly #directory: string;
  readonly #list: SegmentList;
  readonly #deliver: (segment: Segment) => Promise<void>;
  #open:
    | { file: FileHandle; path: string; number: number; sizeBytes: number; name: ReturnType<typeof createHash> }
    | undefined;

  /** `deliver` is awaited before more is written: it holds the lane back while staging is full. */
  constructor(directory: string, list: SegmentList, deliver: (segment: Segment) => Promise<void>) {
    this.#directory = directory;
    this.#list = list;
    this.#deliver = deliver;
  }

  /** Appends an extent; says where it will be found. One call at a time. */
  async append(pieces: readonly Buffer[], sha256: string): Promise<{ segment: number; at: number }> {
    const segment = (this.#open ??= await this.#begin());
    const place = { segment: segment.number, at: segment.sizeBytes };
    const length = sumLengths(pieces);
    const { bytesWritten } = await segment.file.writev(pieces);
    // A disk that is nearly full takes a part, and says why only when it is asked again.
    if (bytesWritten < length) await segment.file.appendFile(Buffer.concat(pieces).subarray(bytesWritten));
    segment.sizeBytes += length;
    segment.name.update(sha256);
    const isChosen = Number.parseInt(sha256.slice(0, 8), 16) < 2 ** 32 * (length / MEAN_SEGMENT_BYTES);
    if (isChosen || segment.sizeBytes >= CUT_BYTES) await this.finish();
    return place;
  }

  /** Finishes the segment under way, if there is one, and delivers it. */
  async finish(): Promise<void> {
    if (!this.#open) return;
    const { file, path, number, sizeBytes, name } = this.#open;
    this.#open = undefined;
    await file.close();
    const finalName = `${name.digest('hex')}.segment`;
    // The same extents twice in a run give one name twice; the second takes the first one's place, byte for byte.
    const finalPath = join(this.#directory, finalName);
    await rename(path, finalPath);
    this.#list.names[number] = finalName;
    await this.#deliver({ path: finalPath, sizeBytes });
  }

  /** Closes the segment under way, which nobody will want. */
  async abandon(): Promise<void> {
    await this.#open?.file.close();
    this.#open = undefined;
  }

  async #begin() {
    const number = this.#list.reserve();
    const path = join(this.#directory, `segment-${number}.part`);
    const file = await open(path, 'wx', 0o600);
    return { file, path, number, sizeBytes: 0, name: createHash('sha256') };
  }
}
