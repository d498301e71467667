import {
  chmod,
  copyFile,
  lchown,
  lstat,
  lutimes,
  mkdir,
  readdir,
  readFile,
  readlink,
  rename,
  rm,
  symlink,
} from 'node:fs/promises';
import type { Stats } from 'node:fs';
import { join } from 'node:path';
import { syncDirectory } from '../../system/durable-file.ts';

/** What became of files that were to be put in place, by their absolute paths there. */
export interface PlacedTree {
  placed: string[];
  /** They lay there already with another content, and were left as they are. */
  kept: string[];
}

/**
 * Puts what is below one folder below another, with owners, modes and times; whatever lies there already stays. Names are
 * UTF-8 in a kit, but for secrets, whose odd names are left out by whoever reads them.
 */
export async function placeTree(
  from: string,
  to: string,
  result: PlacedTree = { placed: [], kept: [] },
): Promise<PlacedTree> {
  for (const name of (await readdir(from)).sort()) {
    const [source, target] = [join(from, name), join(to, name)];
    const [found, there] = await Promise.all([lstat(source), look(target)]);
    if (found.isDirectory()) {
      if (there && !there.isDirectory()) {
        result.kept.push(target);
        continue;
      }
      if (!there) await makeFolder(target, found);
      await placeTree(source, target, result);
    } else if (!there) {
      await placeOne(source, target, found);
      result.placed.push(target);
    } else if (!(await isSame(source, target, found, there))) result.kept.push(target);
  }
  await syncDirectory(to);
  return result;
}

async function makeFolder(target: string, { mode, uid, gid }: Stats): Promise<void> {
  await mkdir(target, { mode: 0o700 });
  await lchown(target, uid, gid);
  await chmod(target, mode & 0o7777);
}

/** Under its name it is there whole, with its owner and mode, or not at all: secrets are never open for a moment. */
async function placeOne(source: string, target: string, found: Stats): Promise<void> {
  const fresh = `${target}.recovering`;
  await rm(fresh, { force: true });
  if (found.isSymbolicLink()) await symlink(await readlink(source), fresh);
  else {
    await copyFile(source, fresh);
    await chmod(fresh, 0o600);
  }
  await lchown(fresh, found.uid, found.gid);
  if (!found.isSymbolicLink()) await chmod(fresh, found.mode & 0o777);
  await lutimes(fresh, found.atime, found.mtime);
  await rename(fresh, target);
}

async function isSame(source: string, target: string, found: Stats, there: Stats): Promise<boolean> {
  if (found.isSymbolicLink()) return there.isSymbolicLink() && (await readlink(source)) === (await readlink(target));
  return there.isFile() && (await readFile(source)).equals(await readFile(target));
}

async function look(path: string): Promise<Stats | undefined> {
  return await lstat(path).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  });
}
