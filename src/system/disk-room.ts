import { statfs } from 'node:fs/promises';
import { formatBytes } from '../logging/quantity-text.ts';

/** What a file system has left for an account without privileges, and its size; in bytes. */
export interface DiskRoom {
  freeBytes: number;
  totalBytes: number;
  /** Files that can still be made; absent where the file system keeps no count. */
  freeFiles?: number;
}

/** What must be left of a disk besides what is to be put on it. */
export const RESERVE_BYTES = 64 * 1024 * 1024;
/** Fewer free inodes than this, and a disk takes no more whatever its bytes: one request needs some at once. */
const FEW_FILES = 16;

/** The room on the file system of `path`. Rejects with the system's error. */
export async function measureRoom(path: string): Promise<DiskRoom> {
  const { bavail, blocks, bsize, files, ffree } = await statfs(path);
  return { freeBytes: bavail * bsize, totalBytes: blocks * bsize, ...(files > 0 ? { freeFiles: ffree } : {}) };
}

export function hasFewFiles({ freeFiles }: Pick<DiskRoom, 'freeFiles'>): boolean {
  return freeFiles !== undefined && freeFiles < FEW_FILES;
}

/** `12 kB free`; also how few inodes, where these are what is missing. */
export function describeRoom(room: Pick<DiskRoom, 'freeBytes' | 'freeFiles'>): string {
  const bytes = `${formatBytes(room.freeBytes)} free`;
  return hasFewFiles(room) ? `${bytes}, ${room.freeFiles} inodes free (df -i)` : bytes;
}

/** Whether a system's error says that a disk, or a quota on it, is used up. */
export function isDiskFull(error: unknown): boolean {
  const { code } = (error ?? {}) as NodeJS.ErrnoException;
  return code === 'ENOSPC' || code === 'EDQUOT';
}

/** Whether it says that a disk takes no writes at all. */
export function isReadOnly(error: unknown): boolean {
  return ((error ?? {}) as NodeJS.ErrnoException).code === 'EROFS';
}
