import { withoutSlash } from '../../archive/entry-names.ts';
import { OpenFolder } from '../../system/open-folder.ts';
import { openOwn } from './own-folder.ts';
import { areAllRemoved, findRemoval } from './removals.ts';
import type { SwapOptions } from './swap-files.ts';
import { walkIncoming } from './walk-incoming.ts';

/** A swap that may not have a kept folder yet. */
export type PlannedSwap = Omit<SwapOptions, 'kept'> & Partial<Pick<SwapOptions, 'kept'>>;

/**
 * How many renames a swap has still to do, by a look at both trees; of what goes with a folder, each name counts.
 * @throws Failure `refused` where somebody else's folder stands in the place of one of ours.
 */
export async function countRenames(swap: PlannedSwap): Promise<number> {
  return (await withOpened(swap, countIn)) ?? 0;
}

/**
 * Whether a swap of one rename has not happened yet: something is left to do, and of what is kept every name is taken
 * live, be it by something else by now. False where the folders are not there to tell.
 */
export async function isUntouched(swap: SwapOptions): Promise<boolean> {
  const isIt = await withOpened(swap, async (opened, removals) => {
    const { live, fresh, kept } = opened;
    if (!fresh || !kept || (await countIn(opened, removals)) === 0) return false;
    for await (const { live: folder, name } of walkIncoming(live, kept)) if (!(await folder.look(name))) return false;
    return true;
  });
  return isIt ?? false;
}

interface Opened {
  live: OpenFolder;
  fresh?: OpenFolder | undefined;
  kept?: OpenFolder | undefined;
}

/** Undefined where there is no live folder. */
async function withOpened<T>(
  { root, staged, kept, inodes, removals }: PlannedSwap,
  look: (opened: Opened, removals: AsyncIterable<Buffer>) => Promise<T>,
): Promise<T | undefined> {
  const live = await OpenFolder.open(root);
  if (!live) return undefined;
  const opened: Opened = { live };
  try {
    opened.fresh = await openOwn(staged, inodes?.staged);
    opened.kept = kept && (await openOwn(kept, inodes?.kept));
    return await look(opened, removals);
  } finally {
    for (const folder of [live, opened.fresh, opened.kept]) await folder?.close();
  }
}

async function countIn({ live, fresh, kept }: Opened, removals: AsyncIterable<Buffer>): Promise<number> {
  let count = 0;
  if (!kept || !(await areAllRemoved(kept))) {
    for await (const name of removals) {
      const folder = await findRemoval(live, kept, withoutSlash(name));
      if (folder) count++;
      await folder?.close();
    }
  }
  if (!fresh) return count;
  for await (const { live: folder, name, isFolder } of walkIncoming(live, fresh)) {
    const present = await folder.look(name);
    // A file gives way in the same moment; anything else, and whatever a folder is to replace, is moved away before.
    count += !present || (present.isFile() && !isFolder) ? 1 : 2;
  }
  return count;
}
