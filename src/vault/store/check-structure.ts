import { createHash } from 'node:crypto';
import { ArchiveDamage, type Damage } from '../../archive/archive-damage.ts';
import type { ExtentTable } from '../../archive/extent-table.ts';
import { IndexReader } from '../../archive/index-reader.ts';
import { INDEX_NAME } from '../../archive/layout.ts';
import type { Manifest } from '../../archive/manifest.ts';
import { parseTocLine } from '../../archive/toc-line.ts';
import { messageOf } from '../../logging/failure.ts';
import type { ArchiveFile } from './archive-file.ts';
import type { LedgerLine } from './ledger.ts';
import { isManifestLine, readManifest } from './read-manifest.ts';

/** What an archive turned out to hold; what is damaged is left out. */
export interface Structure {
  damage: Damage[];
  extents?: ExtentTable;
  entries: number;
  manifest?: Manifest;
}

/** Checks size, footer, index and manifest of an archive against its line of the ledger: all but the extents' bytes. */
export async function checkStructure(file: ArchiveFile, line: LedgerLine): Promise<Structure> {
  const structure: Structure = { damage: [], entries: 0 };
  const attempt = async (where: string, step: () => Promise<void>): Promise<void> => {
    try {
      await step();
    } catch (error) {
      structure.damage.push(
        error instanceof ArchiveDamage ? { where: error.where, what: error.what } : { where, what: messageOf(error) },
      );
    }
  };
  if (file.sizeBytes !== line.size) {
    structure.damage.push({ where: line.name, what: `has ${file.sizeBytes} bytes, ${line.size} in the ledger` });
  }
  const manifestLines: string[] = [];
  await attempt(INDEX_NAME, async () => {
    const index = await IndexReader.open(hashed(file.readIndex(), line.index));
    if (index.extents.endOffset !== (await file.readIndexOffset())) throw new TypeError('its extents leave a gap');
    for await (const { lines } of index.entries()) {
      for (const text of lines) if (parseTocLine(text).type !== 'chunk') structure.entries++;
      manifestLines.push(...lines.filter(isManifestLine));
    }
    await index.close();
    structure.extents = index.extents;
  });
  const { extents } = structure;
  if (extents) {
    await attempt('manifest.json', async () => {
      structure.manifest = await readManifest(file, line.name, extents, manifestLines);
    });
  }
  return structure;
}

/** Passes a stream on, and fails at its end where its digest is another one. */
async function* hashed(
  source: AsyncIterable<Buffer>,
  expected: string | undefined,
): AsyncGenerator<Buffer, void, undefined> {
  const hash = createHash('sha256');
  for await (const chunk of source) {
    hash.update(chunk);
    yield chunk;
  }
  if (hash.digest('hex') !== expected) throw new ArchiveDamage(INDEX_NAME, 'it is not the one that was sealed');
}
