import { Failure } from '../../logging/failure.ts';
import { formatBytes } from '../../logging/quantity-text.ts';
import { describeRoom, measureRoom } from '../../system/disk-room.ts';
import { resolveRoot } from './resolve-root.ts';

/**
 * Refuses before anything is written what a folder has no room for: a small archive may hold far more than its size.
 * @throws Failure `space`
 */
export async function requireRoom(directory: string, contentBytes: number): Promise<void> {
  const { existing } = await resolveRoot(directory);
  const room = await measureRoom(existing);
  if (room.freeBytes >= contentBytes) return;
  throw new Failure(
    'space',
    `${formatBytes(contentBytes)} are to be unpacked, and ${existing} has ${describeRoom(room)}`,
    'Nothing was unpacked. Make room, name another folder, or choose less.',
  );
}
