import { rmdir, unlink } from 'node:fs/promises';
import type { OpenFolder } from '../../system/open-folder.ts';

/** Deeper or larger, somebody else has to look at it. */
const DEEPEST = 32;
const MOST_NAMES = 100_000;

/**
 * Empties a folder of another account, name by name through its descriptor: links are removed and never followed.
 * @returns false where it is too deep, too large, or not open to us.
 */
export async function removeFolder(
  parent: OpenFolder,
  name: Buffer,
  depth = 0,
  left = { names: MOST_NAMES },
): Promise<boolean> {
  // An empty one goes even where it is closed to us.
  const folder = await parent.child(name).catch(() => undefined);
  if (!folder) return true;
  try {
    for (const inner of await folder.names()) {
      if (--left.names < 0) return false;
      const about = await folder.look(inner);
      if (!about?.isDirectory()) await unlink(folder.pathOf(inner));
      else if (depth >= DEEPEST || !(await removeFolder(folder, inner, depth + 1, left))) return false;
      else await rmdir(folder.pathOf(inner));
    }
    return true;
  } finally {
    await folder.close();
  }
}
