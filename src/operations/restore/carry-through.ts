import { Failure, messageOf } from '../../logging/failure.ts';
import { listOwnDatabases } from '../../sources/postgres/forget-databases.ts';
import { swapDatabases } from '../../sources/postgres/swap-databases.ts';
import { isDiskFull } from '../../system/disk-room.ts';
import { groupBy } from '../../system/group-by.ts';
import { serverOf } from '../connect-server.ts';
import type { Platform } from '../platform.ts';
import { closeJournal } from './close-journal.ts';
import { describeRemedy, FINISHING_COMMANDS } from './interrupted-text.ts';
import type { FilesSwap, RestoreJournal } from './journal.ts';
import { alignSwapped, swapStagedFiles } from './stage-files.ts';
import { syncFileSystems } from './sync-file-systems.ts';

/** What putting a restore, or what it had replaced, in place did. */
export interface CarriedThrough {
  /** Who was connected to a database that was replaced: `database: user (application)`. */
  disconnected: string[];
  /** A cluster each: its databases that changed places, and for how long nobody could connect to them. */
  swaps: { databases: string[]; refusedMs: number }[];
  placed: number;
  removed: number;
}

/**
 * Puts everything that a journal speaks of in place: each cluster's databases in one transaction, then the files. Every
 * step can be repeated, so that whoever finds the journal only has to call this again.
 *
 * @throws Failure; the system's own errors do not leave here: whoever catches them takes them for those of another disk.
 */
export async function carryThrough(platform: Platform, journal: RestoreJournal): Promise<CarriedThrough> {
  try {
    return await carryAllThrough(platform, journal);
  } catch (error) {
    throw platform.signal?.aborted ? error : cutShort('the swap', journal, error);
  }
}

async function carryAllThrough(platform: Platform, journal: RestoreJournal): Promise<CarriedThrough> {
  const result: CarriedThrough = { disconnected: [], swaps: [], placed: 0, removed: 0 };
  const placed = await Promise.all(
    journal.databases.map(async (swap) => ({ swap, server: await serverOf(platform, swap.source) })),
  );
  const present = new Set<string>();
  // Databases of one cluster change places together, whatever names they have in the configuration.
  for (const members of groupBy(placed, ({ server }) => server.label).values()) {
    const [first] = members;
    if (!first) continue;
    const { server } = first;
    const { swapped, disconnected, refusedMs } = await swapDatabases({
      server,
      swaps: members.map(({ swap }) => swap),
    });
    if (swapped.length > 0) result.swaps.push({ databases: swapped, refusedMs });
    for (const { name } of await listOwnDatabases(server)) present.add(name);
    result.disconnected.push(
      ...disconnected.map(({ database, user, application }) => `${database}: ${user} (${application || 'no name'})`),
    );
  }
  const eachFolder = async (carry: (swap: FilesSwap) => Promise<void>): Promise<void> => {
    for (const swap of journal.files) {
      await carry(swap).catch((error: unknown) => {
        throw cutShort(`the swap of files ${swap.source} in ${swap.root}`, journal, error);
      });
    }
  };
  await eachFolder(async (swap) => {
    const { placed, removed } = await swapStagedFiles(swap);
    result.placed += placed;
    result.removed += removed;
  });
  // After the last rename: where that is the only one, and has not happened, nothing has.
  await eachFolder(alignSwapped);
  // The renames are on disk before the journal, which may be on another, forgets them.
  await syncFileSystems(journal.files.map(({ root }) => root));
  // One that was missing before the restore has left nothing to keep.
  const databases = journal.databases.map(({ source, live, kept }) => ({
    source,
    live,
    ...(present.has(kept) ? { kept } : {}),
  }));
  await closeJournal(platform, journal, databases);
  return result;
}

/** Of a name in a folder that is held open, an error of the system tells neither the path nor the disk. */
function cutShort(what: string, journal: RestoreJournal, error: unknown): Failure {
  if (error instanceof Failure) return error;
  return new Failure(
    isDiskFull(error) ? 'space' : 'failed',
    `${what} was cut short: ${messageOf(error)}`,
    `Look at the disks (dmesg, df); then ${FINISHING_COMMANDS} ${describeRemedy(journal)}.`,
    { cause: error },
  );
}
