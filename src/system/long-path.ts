import { constants, type FileHandle, open } from 'node:fs/promises';
import { splitContainerPath } from './container-path.ts';
import { OpenFolder } from './open-folder.ts';

/** The kernel takes 4096 bytes with the NUL; a margin for what is appended to it. */
const LONGEST_PATH_BYTES = 3800;
const SLASH = Buffer.from('/');

/**
 * Calls `use` with a path by which the kernel reaches `path`, however long that is: folders are opened one within the
 * other, and the rest is named relative to the last of them. The path given is valid only until `use` has ended.
 *
 * A path into a container is reached in that way however short it is, and never through a symbolic link: whoever puts
 * one in the place of a folder in there would otherwise lead the reader, who is root, to files of this host.
 * @throws Failure `source` where that container does not run any more.
 */
export async function withReachablePath<T>(path: Buffer, use: (reachable: Buffer) => Promise<T>): Promise<T> {
  const inside = splitContainerPath(path);
  if (inside) return useInside(path, inside.top, use);
  if (path.length <= LONGEST_PATH_BYTES) return use(path);
  const folders: FileHandle[] = [];
  try {
    let reachable = path;
    while (reachable.length > LONGEST_PATH_BYTES) {
      const end = reachable.lastIndexOf(0x2f, LONGEST_PATH_BYTES);
      const folder = await open(reachable.subarray(0, end), constants.O_RDONLY | constants.O_DIRECTORY);
      folders.push(folder);
      reachable = Buffer.concat([Buffer.from(`/proc/self/fd/${folder.fd}/`), reachable.subarray(end + 1)]);
    }
    return await use(reachable);
  } finally {
    for (const folder of folders) await folder.close();
  }
}

async function useInside<T>(path: Buffer, top: string, use: (reachable: Buffer) => Promise<T>): Promise<T> {
  const end = path.lastIndexOf(0x2f);
  const isTop = end < top.length;
  const folder = isTop ? await OpenFolder.openTop(top) : await OpenFolder.open(path.subarray(0, end));
  if (!folder) throw Object.assign(new Error(`ENOENT: no such folder above ${path.toString()}`), { code: 'ENOENT' });
  try {
    return await use(folder.pathOf(isTop ? Buffer.from('.') : path.subarray(end + 1)));
  } finally {
    await folder.close();
  }
}

/** Joins a folder's path and a name, as bytes. */
export function joinBytes(folder: Buffer, name: Buffer): Buffer {
  return Buffer.concat([folder, SLASH, name]);
}
