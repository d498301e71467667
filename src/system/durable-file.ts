import { randomBytes } from 'node:crypto';
import { open, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/**
 * Puts `content` at `path` so that, whatever happens and whenever, either the former file is there or the new one,
 * whole. `mode` holds whatever the umask says. Rejects with the system's error and leaves nothing behind.
 */
export async function writeDurably(
  path: string,
  content: string | Uint8Array | AsyncIterable<Uint8Array>,
  mode: number,
): Promise<void> {
  const folder = dirname(path);
  const temporary = join(folder, `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`);
  try {
    const file = await open(temporary, 'wx', 0o600);
    try {
      await writeFile(file, content);
      await file.chmod(mode);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncDirectory(folder);
}

/**
 * Removes from a folder what a killed `writeDurably` has left of those files whose names are ours. For whoever knows that
 * nobody is writing one.
 */
export async function removeUnfinished(folder: string, isOurs: (name: string) => boolean): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    const [, file] = /^\.(.+)\.[0-9a-f]{12}\.tmp$/.exec(name) ?? [];
    if (file !== undefined && isOurs(file)) await rm(join(folder, name), { force: true });
  }
}

/**
 * Appends `content` to `path`, which is made with `mode` where it does not exist, and returns when it is on disk.
 * A crash in between can leave a part of it: the reader is to recognise a cut last line.
 */
export async function appendDurably(path: string, content: string | Uint8Array, mode: number): Promise<void> {
  const file = await open(path, 'a', mode);
  let isNew: boolean;
  try {
    isNew = (await file.stat()).size === 0;
    await file.appendFile(content);
    await file.datasync();
  } finally {
    await file.close();
  }
  if (isNew) await syncDirectory(dirname(path));
}

/** Returns when the names in the directory `path` are on disk: a rename lasts only from then on. */
export async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
