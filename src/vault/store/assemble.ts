import { open, type FileHandle } from 'node:fs/promises';
import { relative } from 'node:path';
import { FOOTER_BYTES, encodeFooter } from '../../archive/footer.ts';
import { encodeIndexMember } from '../../archive/index-member.ts';
import type { ArchiveFile } from './archive-file.ts';
import { RunCopier } from './copy-run.ts';
import type { Store } from './layout.ts';
import type { Plan } from './plan.ts';
import { joinRuns } from './runs.ts';
import type { SegmentFiles } from './segments.ts';
import { shareRanges, type SharedRange } from './share-extents.ts';

/** What an archive is made of, and how. */
export interface Assembly {
  store: Store;
  plan: Plan;
  /** The new inode, which must not exist. */
  path: string;
  segments: SegmentFiles;
  base?: { name: string; file: ArchiveFile };
  /** Whether known extents are shared instead of copied. */
  shares: boolean;
  progress: (doneBytes: number, totalBytes: number) => void;
}

/**
 * Writes the archive of a plan: new extents out of segments and known ones out of the base, then index and footer.
 * What is copied is hashed on its way. Returns the archive's size and how many of its bytes are index and footer.
 * @throws WrongDigest naming the extent whose bytes are not what they should be; Failure `vault` where sharing failed.
 */
export async function assembleArchive(assembly: Assembly): Promise<{ sizeBytes: number; tailBytes: number }> {
  const { store, plan, path, shares } = assembly;
  const file = await open(path, 'wx+', 0o600);
  try {
    const shared = await copyExtents(file, assembly);
    const sizeBytes = await appendIndex(file, plan);
    if (shares) await shareRanges(store, relative(store.directory, path), shared);
    await file.chmod(0o440);
    await file.sync();
    const { size } = await file.stat();
    if (size !== sizeBytes) throw new Error(`the archive has ${size} bytes instead of ${sizeBytes}`);
    return { sizeBytes, tailBytes: sizeBytes - plan.extents.endOffset };
  } finally {
    await file.close();
  }
}

/** Copies what has to be copied; returns what is to be shared. */
async function copyExtents(file: FileHandle, assembly: Assembly): Promise<SharedRange[]> {
  const { plan, segments, base, shares, progress } = assembly;
  const copier = new RunCopier(file, plan.extents);
  const shared: SharedRange[] = [];
  let doneBytes = 0;
  const count = (bytes: number): void => progress((doneBytes += bytes), plan.extents.endOffset);
  try {
    for (const run of joinRuns(plan)) {
      if ('segment' in run.from) {
        await copier.copy(run, await segments.open(run.from.segment), run.from.at, count);
        continue;
      }
      if (!base) throw new TypeError('the recipe has no base');
      if (shares) {
        const { targetOffset, length } = run;
        shared.push({ source: base.name, sourceOffset: run.from.base, targetOffset, length });
        count(length);
      } else {
        await copier.copy(run, base.file.handle, run.from.base, count);
      }
    }
  } finally {
    await copier.finish();
  }
  return shared;
}

/** Writes index and footer behind the extents; returns the archive's size. */
async function appendIndex(file: FileHandle, { extents, indexPath, indexBytes }: Plan): Promise<number> {
  let position = extents.endOffset;
  const append = async (bytes: Buffer): Promise<void> => {
    const { bytesWritten } = await file.write(bytes, 0, bytes.length, position);
    if (bytesWritten !== bytes.length) throw new Error('the disk took only a part of the index');
    position += bytes.length;
  };
  for await (const chunk of encodeIndexMember(indexPath, indexBytes)) await append(chunk);
  await append(encodeFooter(extents.endOffset));
  return position;
}

/** What an archive takes at most besides its extents: an index that does not shrink at all. */
export function boundTailBytes(plan: Plan): number {
  return plan.indexBytes + FOOTER_BYTES + 64 * 1024;
}
