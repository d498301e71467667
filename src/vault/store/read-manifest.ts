import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { ArchiveDamage } from '../../archive/archive-damage.ts';
import type { ExtentTable } from '../../archive/extent-table.ts';
import { MANIFEST_NAME, MAX_CHUNK_BYTES } from '../../archive/layout.ts';
import type { Manifest, Trigger } from '../../archive/manifest.ts';
import { parseTocLine } from '../../archive/toc-line.ts';
import { messageOf } from '../../logging/failure.ts';
import type { ArchiveFile } from './archive-file.ts';

/** The newest format that this vault knows. */
const FORMAT = 1;
const TRIGGERS: readonly Trigger[] = ['nightly', 'push', 'manual', 'safety'];
const LARGEST_MANIFEST_BYTES = 256 * 1024 * 1024;

/**
 * Reads the manifest out of an archive, by its lines of the index, and checks that it speaks of this archive.
 * @throws ArchiveDamage otherwise.
 */
export async function readManifest(
  file: ArchiveFile,
  name: string,
  extents: ExtentTable,
  lines: readonly string[],
): Promise<Manifest> {
  let manifest: Partial<Manifest> | null;
  try {
    manifest = JSON.parse((await readEntry(file, extents, lines)).toString('utf8')) as Partial<Manifest> | null;
  } catch (error) {
    if (error instanceof ArchiveDamage) throw error;
    throw new ArchiveDamage(MANIFEST_NAME, `it cannot be read (${messageOf(error)})`, { cause: error });
  }
  const { format, name: ownName, trigger }: Record<string, unknown> = { ...manifest };
  if (!Number.isSafeInteger(format) || (format as number) > FORMAT) {
    throw new ArchiveDamage(MANIFEST_NAME, 'it was written by a newer version of the toolkit');
  }
  if (ownName !== name) {
    throw new ArchiveDamage(MANIFEST_NAME, `it is that of ${JSON.stringify(ownName ?? null).slice(0, 60)}`);
  }
  if (!TRIGGERS.includes(trigger as Trigger))
    throw new ArchiveDamage(MANIFEST_NAME, 'it does not say why the archive was made');
  return manifest as Manifest;
}

/** Whether a line of the index is the manifest's, or a further chunk of it. */
export function isManifestLine(line: string): boolean {
  return line.startsWith(`{"name":"${MANIFEST_NAME}","type":`);
}

async function readEntry(file: ArchiveFile, extents: ExtentTable, lines: readonly string[]): Promise<Buffer> {
  const [entry, ...further] = lines.map(parseTocLine);
  if (entry?.type !== 'reg') throw new ArchiveDamage(MANIFEST_NAME, 'it is missing');
  if (further.some(({ type }) => type !== 'chunk')) throw new ArchiveDamage(MANIFEST_NAME, 'it is there twice');
  const size = entry.size ?? 0;
  if (size > LARGEST_MANIFEST_BYTES) throw new ArchiveDamage(MANIFEST_NAME, `it has ${size} bytes`);
  const chunks: Buffer[] = [];
  for (const { offset, chunkSize = size } of [entry, ...further]) {
    const extent = extents.at(extents.ordinalAt(offset));
    const bytes = await file.read(offset, extent.offset + extent.length - offset);
    // Padding and fillers follow the chunk; an extent cannot hold more than a chunk and its framing.
    chunks.push(gunzipSync(bytes, { maxOutputLength: MAX_CHUNK_BYTES + 1024 }).subarray(0, chunkSize));
  }
  const content = Buffer.concat(chunks);
  if (content.length !== size)
    throw new ArchiveDamage(MANIFEST_NAME, `it has ${content.length} bytes instead of ${size}`);
  if (entry.digest && createHash('sha256').update(content).digest('hex') !== entry.digest) {
    throw new ArchiveDamage(MANIFEST_NAME, 'its content has another digest');
  }
  return content;
}
