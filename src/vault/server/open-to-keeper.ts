import { closeSync, constants, fchmodSync, fstatSync, openSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { SEGMENT_NAME } from '../protocol/limits.ts';

const READABLE_BY_GROUP = 0o040;

/**
 * Lets the keeper, who is in our group, read the segments that we have received: rsync gives each file the mode that it
 * had on production. Nothing is followed, and nothing that is not ours is touched; what cannot be opened is left for the
 * seal to refuse.
 */
export function openToKeeper(incoming: string): void {
  const ownUid = process.getuid?.();
  for (const name of readdirSync(incoming)) {
    if (!SEGMENT_NAME.test(name)) continue;
    let descriptor: number;
    try {
      // Without waiting: a FIFO would block until somebody writes into it.
      descriptor = openSync(join(incoming, name), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    } catch {
      continue;
    }
    try {
      const about = fstatSync(descriptor);
      const isOurs = about.isFile() && about.uid === ownUid;
      if (isOurs && (about.mode & READABLE_BY_GROUP) === 0) fchmodSync(descriptor, 0o640);
    } finally {
      closeSync(descriptor);
    }
  }
}
