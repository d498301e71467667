import { OpenFolder } from '../../system/open-folder.ts';
import { openOwn, type OwnInodes } from './own-folder.ts';

/**
 * Whether a swap of one rename has not happened yet: something staged is still to be placed, and all that is kept is
 * a second name of what is live. False where the folders are not there to tell.
 *
 * @throws Failure `refused` where somebody else's folder stands in the place of one of ours.
 */
export async function isStillStaged(paths: {
  root: Buffer;
  staged: Buffer;
  kept: Buffer;
  inodes?: OwnInodes | undefined;
}): Promise<boolean> {
  const live = await OpenFolder.open(paths.root);
  const fresh = live && (await openOwn(paths.staged, paths.inodes?.staged));
  const kept = fresh && (await openOwn(paths.kept, paths.inodes?.kept));
  try {
    if (!live || !fresh || !kept) return false;
    return (await isToBePlaced(live, fresh)) && (await isLive(kept, live));
  } finally {
    for (const folder of [live, fresh, kept]) await folder?.close();
  }
}

/** Whether a staged folder holds more than the folders on the way to what was placed. */
async function isToBePlaced(live: OpenFolder, fresh: OpenFolder): Promise<boolean> {
  return await some(
    fresh,
    live,
    async (inner, counterpart) => !counterpart || (await isToBePlaced(counterpart, inner)),
  );
}

/** Whether everything in a kept folder is live under the same name as well. */
async function isLive(kept: OpenFolder, live: OpenFolder): Promise<boolean> {
  return !(await some(
    kept,
    live,
    async (inner, counterpart) => !counterpart || !(await isLive(inner, counterpart)),
    async (name) => {
      const [one, other] = [await kept.look(name), await live.look(name)];
      return one?.ino !== other?.ino || one?.dev !== other?.dev;
    },
  ));
}

/** Whether something in a folder is as asked for: of its folders, with their counterparts in another; of all else. */
async function some(
  folder: OpenFolder,
  other: OpenFolder,
  isFolder: (inner: OpenFolder, counterpart: OpenFolder | undefined) => Promise<boolean>,
  isElse: (name: Buffer) => Promise<boolean> = async () => true,
): Promise<boolean> {
  for (const name of await folder.names()) {
    const inner = await folder.child(name);
    const counterpart = inner && (await other.child(name));
    try {
      if (inner ? await isFolder(inner, counterpart) : await isElse(name)) return true;
    } finally {
      await inner?.close();
      await counterpart?.close();
    }
  }
  return false;
}
