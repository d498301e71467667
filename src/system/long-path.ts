import { constants, type FileHandle, open } from 'node:fs/promises';

/** The kernel takes 4096 bytes with the NUL; a margin for what is appended to it. */
const LONGEST_PATH_BYTES = 3800;
const SLASH = Buffer.from('/');

/**
 * Calls `use` with a path by which the kernel reaches `path`, however long that is: folders are opened one within the
 * other, and the rest is named relative to the last of them. The path given is valid only until `use` has ended.
 */
export async function withReachablePath<T>(path: Buffer, use: (reachable: Buffer) => Promise<T>): Promise<T> {
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

/** Joins a folder's path and a name, as bytes. */
export function joinBytes(folder: Buffer, name: Buffer): Buffer {
  return Buffer.concat([folder, SLASH, name]);
}
