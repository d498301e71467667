import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { isAlive } from '../../system/is-alive.ts';
import type { LoadedKey } from './keys.ts';

const NAME = /^ssh-key-(\d+)-[0-9a-f]{16}$/;

/**
 * Runs something that needs the key as a file (OpenSSH does). A key that is only text lies in the private directory,
 * 0600, for just that time; it goes on success and failure, and when the program exits early.
 * @param directory of this run alone, 0700; what dead runs left there is removed first
 */
export async function withKeyFile<T>(
  key: LoadedKey,
  directory: string,
  use: (path: string[]) => Promise<T>,
): Promise<T> {
  if (key.kind === 'file') return use([key.path]);
  await removeAbandonedKeys(directory);
  const texts = key.kind === 'text' ? [key.text] : key.publicKeys.map((blob) => `ssh-rsa ${blob.toString('base64')}\n`);
  const paths = texts.map(() => join(directory, `ssh-key-${process.pid}-${randomBytes(8).toString('hex')}`));
  const removeNow = (): void => paths.forEach((path) => rmSync(path, { force: true }));
  process.once('exit', removeNow);
  try {
    for (const [at, path] of paths.entries()) await writeFile(path, texts[at] ?? '', { mode: 0o600, flag: 'wx' });
    return await use(paths);
  } finally {
    removeNow();
    process.removeListener('exit', removeNow);
  }
}

/** Removes the key files of runs that were killed before they could. */
async function removeAbandonedKeys(directory: string): Promise<void> {
  for (const name of await readdir(directory)) {
    const pid = Number(NAME.exec(name)?.[1]);
    if (pid > 0 && !isAlive(pid)) await rm(join(directory, name), { force: true });
  }
}
