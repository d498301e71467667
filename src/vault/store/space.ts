import { Failure, messageOf } from '../../logging/failure.ts';
import { formatBytes } from '../../logging/quantity-text.ts';
import { describeRoom, hasFewFiles, isDiskFull, isReadOnly, measureRoom } from '../../system/disk-room.ts';
import type { Store } from './layout.ts';

const DEFAULT_RESERVE_BYTES = 1024 ** 3;
/** A reserve in proportion, where the disk is small. */
const LARGEST_PART = 0.02;

const NOTHING_SEALED =
  'Nothing was sealed and nothing was lost. Make room on the backup server, then run the backup again.';

/** Free space as the vault's own account may use it, and the size of the disk; in bytes. */
export async function readSpace(store: Store): Promise<{ freeBytes: number; totalBytes: number }> {
  const { freeBytes, totalBytes } = await measureRoom(store.directory);
  return { freeBytes, totalBytes };
}

/** @throws Failure `space` unless so many bytes and a few files fit, and the reserve stays free. */
export async function requireSpace(store: Store, needBytes: number): Promise<void> {
  const room = await measureRoom(store.directory);
  const { freeBytes, totalBytes } = room;
  const reserveBytes = store.reserveBytes ?? Math.min(DEFAULT_RESERVE_BYTES, totalBytes * LARGEST_PART);
  if (freeBytes - reserveBytes < needBytes) {
    throw new Failure(
      'space',
      `vault full: ${formatBytes(freeBytes)} free, of which ${formatBytes(reserveBytes)} are kept in reserve, need ${formatBytes(needBytes)}`,
      NOTHING_SEALED,
    );
  }
  if (hasFewFiles(room)) throw new Failure('space', `vault full: ${describeRoom(room)}`, NOTHING_SEALED);
}

/**
 * A disk of the vault that takes no more, or no writes at all, as a Failure with what is free now; anything else as it
 * is. `needBytes`: what was to be written; `next`: what to do, where that is something else than to run a backup again.
 */
export async function explainFullDisk(
  error: unknown,
  { directory, needBytes, next = NOTHING_SEALED }: { directory: string; needBytes?: number; next?: string },
): Promise<unknown> {
  if (isReadOnly(error)) {
    return new Failure(
      'vault',
      `the vault's disk is mounted read-only: ${messageOf(error)}`,
      'Have the administrator of the backup server look at it (dmesg, mount), then try again.',
      { cause: error },
    );
  }
  if (!isDiskFull(error)) return error;
  const room = await measureRoom(directory).then(describeRoom, () => undefined);
  const figures = [
    ...(room === undefined ? [] : [room]),
    ...(needBytes === undefined ? [] : [`need ${formatBytes(needBytes)}`]),
    `the disk took no more (${(error as NodeJS.ErrnoException).code})`,
  ];
  return new Failure('space', `vault full: ${figures.join(', ')}`, next, { cause: error });
}
