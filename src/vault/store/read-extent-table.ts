import { ArchiveDamage } from '../../archive/archive-damage.ts';
import type { ExtentTable } from '../../archive/extent-table.ts';
import { IndexReader } from '../../archive/index-reader.ts';
import { messageOf } from '../../logging/failure.ts';
import type { ArchiveFile } from './archive-file.ts';
import { isReadError } from './check-extents.ts';
import { DigestedStream } from './digested-stream.ts';

/**
 * The extents of an archive by its own index, which must have the digest that the ledger knows.
 * @throws ArchiveDamage where it has not, or cannot be read.
 */
export async function readExtentTable(file: ArchiveFile, index: string): Promise<ExtentTable> {
  try {
    const digest = new DigestedStream(file.readIndex());
    const reader = await IndexReader.open(digest);
    if ((await digest.finish()) !== index) throw new ArchiveDamage('the index', 'it is not the one that was sealed');
    return reader.extents;
  } catch (error) {
    const isMisfit = error instanceof TypeError || error instanceof SyntaxError || error instanceof RangeError;
    if (!isMisfit && !isReadError(error)) throw error;
    throw new ArchiveDamage('the index', messageOf(error), { cause: error });
  }
}
