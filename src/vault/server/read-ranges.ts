import { readLines } from '../../archive/line-reader.ts';
import { Failure } from '../../logging/failure.ts';
import { MAX_ARCHIVE_EXTENTS } from '../protocol/limits.ts';
import type { ByteRange } from '../vault-client.ts';

const RANGE = /^(\d{1,15}),(\d{1,15})$/;

/**
 * Reads the ranges of a request, `offset,length` on each line.
 * @throws Failure `refused` where one is not within the archive.
 */
export async function parseRanges(body: AsyncIterable<Uint8Array>, sizeBytes: number): Promise<ByteRange[]> {
  const ranges: ByteRange[] = [];
  for await (const lines of readLines(body, 64 * 1024)) {
    for (const line of lines) {
      const [, offset, length] = RANGE.exec(line) ?? [];
      const range = { offset: Number(offset), length: Number(length) };
      if (!(range.offset + range.length <= sizeBytes)) throw refuse(`the archive has no bytes ${line.slice(0, 40)}`);
      ranges.push(range);
    }
    if (ranges.length > MAX_ARCHIVE_EXTENTS) throw refuse('too many ranges in one request');
  }
  return ranges;
}

function refuse(message: string): Failure {
  return new Failure('refused', message, 'Read the index of this archive again, then try once more.');
}
