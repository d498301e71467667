import { lstat, mkdir, readFile, realpath } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { Failure } from '../../../logging/failure.ts';
import { writeDurably } from '../../../system/durable-file.ts';

const defaultMode = 0o644;

/**
 * The content of a file of the repository; undefined where there is none.
 * @throws Failure `refused` where it is no ordinary file, or lies outside by way of a symbolic link.
 */
export async function readRepositoryFile(root: string, path: string): Promise<Buffer | undefined> {
  const place = await locate(root, path);
  return place.mode === undefined ? undefined : await readFile(place.path);
}

/** Writes a file of the repository whole or not at all, with its folders; its mode stays. Throws as reading it. */
export async function writeRepositoryFile(root: string, path: string, content: string | Uint8Array): Promise<void> {
  const place = await locate(root, path);
  await mkdir(dirname(place.path), { recursive: true });
  await writeDurably(place.path, content, place.mode ?? defaultMode);
}

/** Follows links one by one: every step has to stay inside the repository. */
async function locate(root: string, path: string): Promise<{ path: string; mode?: number }> {
  const top = await realpath(root);
  const parts = path.split('/');
  let current = top;
  for (const [position, part] of parts.entries()) {
    const next = join(current, part);
    const stats = await lstat(next).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    });
    if (!stats) return { path: join(current, ...parts.slice(position)) };
    current = stats.isSymbolicLink() ? await follow(next, path) : next;
    if (current !== top && !current.startsWith(top + sep))
      throw refuse(path, 'a symbolic link leads out of the repository');
    if (current.startsWith(join(top, '.git') + sep)) throw refuse(path, "a symbolic link leads into git's own folder");
    if (position < parts.length - 1) continue;
    const target = await lstat(current);
    if (!target.isFile()) throw refuse(path, 'it is no file');
    return { path: current, mode: target.mode & 0o777 };
  }
  throw refuse(path, 'it is no file');
}

async function follow(link: string, path: string): Promise<string> {
  try {
    return await realpath(link);
  } catch (error) {
    throw refuse(path, 'a symbolic link leads nowhere', error);
  }
}

function refuse(path: string, reason: string, cause?: unknown): Failure {
  return new Failure('refused', `${path} is not written: ${reason}`, 'Put a file or a folder in its place.', { cause });
}
