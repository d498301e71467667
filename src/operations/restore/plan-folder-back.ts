import { access } from 'node:fs/promises';
import { Failure } from '../../logging/failure.ts';
import { formatBytes } from '../../logging/quantity-text.ts';
import { measureTree } from '../../sources/files/measure-tree.ts';
import { countRenames } from '../../sources/files/pending-renames.ts';
import { listMounted } from '../../sources/files/way-back.ts';
import { quoteIdentifier } from '../../sources/postgres/query.ts';
import { measureRoom, RESERVE_BYTES } from '../../system/disk-room.ts';
import type { Platform } from '../platform.ts';
import { followContainer } from './follow-container.ts';
import type { KeptFiles, KeptRecord } from './kept.ts';
import { readNames } from './lists.ts';
import { directoriesPathIn, removalsPathIn, wayBackPathOf } from './own-paths.ts';

export interface UndoneFiles extends KeptFiles {
  /** Entries that come back, and what they take on disk. */
  back: number;
  backBytes: number;
  /** Entries that go aside with nothing in their place, folders counted once. */
  aside: number;
  /** How many renames it takes in all. */
  renames: number;
}

/** Looks at a folder in which entries are to come back. @throws Failure where they cannot. */
export async function planFolderBack(platform: Platform, record: KeptRecord, folder: KeptFiles): Promise<UndoneFiles> {
  const { source } = folder;
  const found = await followContainer(platform, record, folder);
  if (!found) throw refusal('their container was made anew, and what was kept went with the old one');
  const size = await measureTree(found.kept);
  if (!size) {
    throw refusal(
      `${found.kept}, where they were kept, is gone: check that the disk of ${found.root} is mounted, then undo again` +
        describeByHand(record),
    );
  }
  const { freeBytes } = await measureRoom(found.root);
  if (freeBytes < RESERVE_BYTES)
    throw refusal(
      `${found.root} has ${formatBytes(freeBytes)} free: make room first (forget what is not needed any more)`,
    );
  const directory = wayBackPathOf(platform.config.state, record.id);
  const removals = removalsPathIn(directory, source);
  try {
    for (const list of [removals, directoriesPathIn(directory, source)]) await access(list);
  } catch {
    throw refusal(
      `what the way back needs was not noted down (${directory} is not whole). By hand: stop the services, move what ` +
        `the restore brought away, and ${found.kept}/* to where it was below ${found.root}`,
    );
  }
  const [root, staged] = [Buffer.from(found.root), Buffer.from(found.kept)];
  for await (const name of listMounted(root, staged, readNames(removals))) {
    throw refusal(`a file system is mounted at ${JSON.stringify(name.toString())} by now: unmount it first`);
  }
  let aside = 0;
  for await (const name of readNames(removals)) if (name.length > 0) aside++;
  const renames = await countRenames({ root, staged, removals: readNames(removals) });
  return { ...found, back: size.entries, backBytes: size.bytes, aside, renames };
}

/** Databases of a record whose files are lost are whole: this is the only way left to them. */
function describeByHand({ databases }: KeptRecord): string {
  const lines = databases.flatMap(({ live, kept }) =>
    kept === undefined
      ? []
      : [
          `ALTER DATABASE ${quoteIdentifier(live)} RENAME TO ${quoteIdentifier(`${live}_aside`)}; ` +
            `ALTER DATABASE ${quoteIdentifier(kept)} RENAME TO ${quoteIdentifier(live)}; ` +
            `ALTER DATABASE ${quoteIdentifier(live)} ALLOW_CONNECTIONS true IS_TEMPLATE false;`,
        ],
  );
  if (lines.length === 0) return '';
  return `. Only where it is lost for good: its databases by hand, services stopped (psql postgres): ${lines.join(' ')}`;
}

function refusal(why: string): Failure {
  return new Failure('refused', why, 'Nothing was changed.');
}
