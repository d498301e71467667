import { statfs } from 'node:fs/promises';
import { Failure } from '../../logging/failure.ts';
import { formatBytes } from '../../logging/quantity-text.ts';
import type { Store } from './layout.ts';

const DEFAULT_RESERVE_BYTES = 1024 ** 3;
/** A reserve in proportion, where the disk is small. */
const LARGEST_PART = 0.02;

/** Free space as the vault's own account may use it, and the size of the disk; in bytes. */
export async function readSpace(store: Store): Promise<{ freeBytes: number; totalBytes: number }> {
  const { bavail, blocks, bsize } = await statfs(store.directory);
  return { freeBytes: bavail * bsize, totalBytes: blocks * bsize };
}

/** @throws Failure `space` unless so many bytes fit and the reserve stays free. */
export async function requireSpace(store: Store, needBytes: number): Promise<void> {
  const { freeBytes, totalBytes } = await readSpace(store);
  const reserveBytes = store.reserveBytes ?? Math.min(DEFAULT_RESERVE_BYTES, totalBytes * LARGEST_PART);
  if (freeBytes - reserveBytes >= needBytes) return;
  throw new Failure(
    'space',
    `vault full: ${formatBytes(freeBytes)} free, of which ${formatBytes(reserveBytes)} are kept in reserve, need ${formatBytes(needBytes)}`,
    'Nothing was sealed and nothing was lost. Make room on the backup server, then run the backup again.',
  );
}

/** A disk that became full in the middle, as a Failure; anything else as it is. */
export function explainFullDisk(error: unknown): unknown {
  const { code } = (error instanceof Error ? error : {}) as NodeJS.ErrnoException;
  if (code !== 'ENOSPC' && code !== 'EDQUOT') return error;
  const next = 'Nothing was sealed and nothing was lost. Make room on the backup server, then run the backup again.';
  return new Failure('space', `vault full: the disk took no more (${code})`, next, { cause: error });
}
