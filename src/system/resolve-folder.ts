import { realpath } from 'node:fs/promises';
import { isInContainer } from './container-path.ts';
import { OpenFolder } from './open-folder.ts';

/**
 * The real path of a folder. One inside a container (`/proc/<pid>/root/…`) stays as it is, and holds no symbolic link:
 * resolved from here, an absolute link in there would lead to a folder of the host.
 * @throws the system's error where there is none; Failure `source` where the container does not run any more.
 */
export async function resolveFolder(path: string): Promise<string> {
  if (!isInContainer(path)) return await realpath(path);
  const folder = await OpenFolder.open(Buffer.from(path));
  if (!folder) {
    const message = 'no such folder in the container, or one reached through a symbolic link (name the real path)';
    throw Object.assign(new Error(`ENOENT: ${message}`), { code: 'ENOENT', path });
  }
  await folder.close();
  return path;
}
