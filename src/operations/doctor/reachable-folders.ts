import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isInContainer } from '../../system/container-path.ts';

/** An account as the kernel knows it. */
export interface Identity {
  readonly uid: number;
  readonly groupIds: readonly number[];
}

/** Those folders that an account gets as far as and may list, enter or write to, by owners and modes along their paths. */
export async function findReachable(folders: readonly string[], identity: Identity): Promise<string[]> {
  const answers = await Promise.all(folders.map((folder) => mayEnter(folder, identity)));
  return folders.filter((_folder, index) => answers[index]);
}

async function mayEnter(folder: string, identity: Identity): Promise<boolean> {
  // The kernel lets nobody else through the root of a process.
  if (isInContainer(folder)) return identity.uid === 0;
  for (let path = folder, wanted = 0o7; ; path = dirname(path), wanted = 0o1) {
    const about = await stat(path).catch(() => undefined);
    if (about === undefined || !permits(about, identity, wanted)) return false;
    if (path === dirname(path)) return true;
  }
}

/** Whether one of the wanted rights (4 read, 2 write, 1 enter) is there: the owner's where it is the owner, and so on. */
export function permits(
  { mode, uid, gid }: { mode: number; uid: number; gid: number },
  identity: Identity,
  wanted: number,
): boolean {
  if (identity.uid === 0) return true;
  if (identity.uid === uid) return ((mode >> 6) & wanted) !== 0;
  return ((identity.groupIds.includes(gid) ? mode >> 3 : mode) & wanted) !== 0;
}
