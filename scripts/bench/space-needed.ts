import { statfsSync } from 'node:fs';
import { Failure } from '../../src/logging/failure.ts';
import { formatBytes } from '../../src/logging/quantity-text.ts';
import type { Entrant } from './entrants.ts';

/** In sizes of what is backed up: what an entrant's vault holds after two nights. */
function countStored({ kind, fileSystem }: Entrant): number {
  if (kind === 'plain') return 2;
  return kind === 'ours' && fileSystem === 'ext4' ? 2.05 : 1.1;
}

/** What somebody needs while they are at it: plain its copy and its archive, ours what was brought; or the check. */
function countPassing(entrants: readonly Entrant[]): number {
  return entrants.some(({ kind }) => kind === 'plain') ? 2 : 1;
}

const RESERVE_BYTES = 2_000_000_000;

/** Bytes that a run may take at its fullest: the source, everybody's vault, and what comes and goes. */
export function estimateSpace(entrants: readonly Entrant[], sizeBytes: number): number {
  const sizes = entrants.reduce((sum, entrant) => sum + countStored(entrant), 1 + countPassing(entrants));
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
