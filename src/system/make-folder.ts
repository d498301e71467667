import { mkdir } from 'node:fs/promises';
import { splitContainerPath } from './container-path.ts';
import { OpenFolder } from './open-folder.ts';

/** As a service expects a folder that it did not make itself: it may enter it. */
const SHARED_MODE = 0o755;

/**
 * Makes a folder with all that is missing above it, and opens it; undefined where something else is in its way. Inside a
 * container it is made name by name, never through a symbolic link, which would lead to this host.
 */
export async function makeFolder(path: string): Promise<OpenFolder | undefined> {
  const bytes = Buffer.from(path);
  const inside = splitContainerPath(bytes);
  if (!inside) {
    await mkdir(path, { recursive: true });
    return await OpenFolder.open(bytes);
  }
  const top = await OpenFolder.openTop(inside.top);
  return await top.reach(inside.inner, true, SHARED_MODE).finally(() => top.close());
}
