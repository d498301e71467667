import { statfsSync } from 'node:fs';
import { Failure } from '../../src/logging/failure.ts';
import { formatBytes } from '../../src/logging/quantity-text.ts';
import type { Entrant } from './entrants.ts';

/** Per entrant, in sizes of what is backed up: what it has stored after two nights, and what it keeps meanwhile. */
function countSizes({ kind, fileSystem }: Entrant): number {
  // The archives of two nights, and on the client the copy and the archive.
  if (kind === 'plain') return 4;
  if (kind !== 'ours') return 1.2;
  // What was brought gives up its place only after it was sealed, and an image does not shrink.
  return fileSystem === 'ext4' ? 3.1 : 2.2;
}

const RESERVE_BYTES = 2_000_000_000;

/** Bytes that a run may take at its fullest: the source, what is restored for the check, and everybody's. */
export function estimateSpace(entrants: readonly Entrant[], sizeBytes: number): number {
  const sizes = entrants.reduce((sum, entrant) => sum + countSizes(entrant), 2);
  return Math.ceil(sizes * sizeBytes) + RESERVE_BYTES;
}

/** @throws Failure `space` where the folder's disk has not as much. */
export function requireSpace(folder: string, entrants: readonly Entrant[], sizeBytes: number): void {
  const { bavail, bsize } = statfsSync(folder);
  const needed = estimateSpace(entrants, sizeBytes);
  if (bavail * bsize >= needed) return;
  throw new Failure(
    'space',
    `the bench may need ${formatBytes(needed)} in ${folder}, and there are ${formatBytes(bavail * bsize)}`,
    'Name a folder on another disk with --directory, or fewer contenders with --only and --file-systems.',
  );
}
