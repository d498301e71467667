import type { ContentPool } from './content-pool.ts';
import { CHUNK_BYTES } from './layout.ts';
import type { Oddity } from './pack-entries.ts';
import { packStream, type ExtentStore, type PackedStream } from './pack-stream.ts';
import type { EntryContent, SourceEntry } from './source-entry.ts';

export interface PackedFile {
  packed: PackedStream;
  changed?: Oddity;
}

/** Packs a file that is larger than a chunk; undefined where it vanished before it could be opened. */
export async function packFile(
  entry: SourceEntry,
  { pool, ...options }: { store: ExtentStore; spoolPath: string; limitBytes: number; pool: ContentPool },
): Promise<PackedFile | undefined> {
  const content = await entry.open?.();
  if (!content) return undefined;
  let oddity: string | undefined;
  let packed: PackedStream;
  const release = (chunk: Buffer): void => pool.giveBack(chunk);
  try {
    packed = await packStream({ ...options, entry, chunks: readChunks(content, pool), release });
  } finally {
    oddity = await content.close();
  }
  return { packed, ...(oddity === undefined ? {} : { changed: { name: entry.name, reason: oddity } }) };
}

/** The content in chunks of 8 MiB; a file that has shrunk meanwhile is filled up with zeros to the size promised. */
async function* readChunks(content: EntryContent, pool: ContentPool): AsyncGenerator<Buffer, void, undefined> {
  for (let position = 0; position < content.size; position += CHUNK_BYTES) {
    const chunk = pool.take(Math.min(CHUNK_BYTES, content.size - position));
    chunk.fill(0, await content.read(chunk, position));
    yield chunk;
  }
}
