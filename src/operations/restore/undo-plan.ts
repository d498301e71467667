import { access } from 'node:fs/promises';
import { Failure } from '../../logging/failure.ts';
import { formatBytes } from '../../logging/quantity-text.ts';
import { measureTree } from '../../sources/files/measure-tree.ts';
import { listMounted } from '../../sources/files/way-back.ts';
import { listOwnDatabases } from '../../sources/postgres/forget-databases.ts';
import { quoteIdentifier } from '../../sources/postgres/query.ts';
import { readLive } from '../../sources/postgres/read-live.ts';
import type { Connection } from '../../sources/postgres/restore-facts.ts';
import { measureRoom, RESERVE_BYTES } from '../../system/disk-room.ts';
import { groupBy } from '../../system/group-by.ts';
import { serverOf } from '../connect-server.ts';
import type { Platform } from '../platform.ts';
import type { Users } from '../services/find-users.ts';
import { planHalt } from '../services/plan-halt.ts';
import { findLater } from './find-later.ts';
import { followContainer } from './follow-container.ts';
import type { KeptDatabase, KeptFiles, KeptRecord } from './kept.ts';
import { readNames } from './lists.ts';
import { planTablesBack, type UndoneTable } from './put-tables-back.ts';
import { directoriesPathIn, removalsPathIn, wayBackPathOf } from './own-paths.ts';

/** What taking back a restore, or an undo, would do, before it does anything: by the record of it. Sizes in bytes, times RFC 3339. */
export interface UndoPlan extends Pick<KeptRecord, 'id' | 'archive' | 'undoes' | 'since'> {
  databases: UndoneDatabase[];
  files: UndoneFiles[];
  /** Tables, of one database; where there are any, there is nothing else. */
  tables: UndoneTable[];
  /** Services that use it and run now: stopped, or paused and started afresh, while it is put in place. */
  services: Users;
  /** The same, in the order in which they are halted: those of one group together. */
  haltOrder: string[][];
  /** All that use it. */
  users: Users;
  /** Why it cannot be done; with any of these nothing is. */
  refusals: string[];
  warnings: string[];
}

export interface UndoneDatabase extends KeptDatabase {
  /** Of what comes back. */
  sizeBytes?: number;
  keptOid?: number;
  /** Whether there is one now that goes aside. */
  exists: boolean;
  connections: Connection[];
}

export interface UndoneFiles extends KeptFiles {
  /** Entries that come back, and what they take on disk. */
  back: number;
  backBytes: number;
  /** Entries that go aside with nothing in their place, folders counted once. */
  aside: number;
}

/** Looks at what a restore has kept and at what stands there now. Changes nothing. */
export async function planUndo(platform: Platform, record: KeptRecord, all: readonly KeptRecord[]): Promise<UndoPlan> {
  const { config } = platform;
  const { id, archive, undoes, since } = record;
  const refusals: string[] = [];
  const later = await findLater(platform, record, all);
  if (later) {
    refusals.push(`${later.id} has replaced some of it since, and comes first: undo ${later.id}`);
  }
  const databases: UndoneDatabase[] = [];
  for (const [source, kept] of groupBy(record.databases, (database) => database.source)) {
    databases.push(...(await planDatabases(platform, source, kept, refusals)));
  }
  const files: UndoneFiles[] = [];
  for (const folder of record.files) {
    try {
      files.push(await planFolder(platform, record, folder));
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      refusals.push(`files ${folder.source}: ${error.message}`);
    }
  }
  const back = await planTablesBack(platform, record.tables ?? []);
  refusals.push(...back.refusals);
  const halts = await planHalt(platform, {
    databases: config.databases.filter(({ name }) => databases.some(({ source }) => source === name)),
    files: config.files.filter(({ name }) => files.some(({ source }) => source === name)),
  });
  return {
    id,
    archive,
    ...(undoes ? { undoes } : {}),
    since,
    databases,
    files,
    tables: back.tables,
    services: halts.services,
    haltOrder: halts.order,
    users: halts.users,
    refusals: [...refusals, ...halts.refusals],
    warnings: [...halts.warnings, ...back.warnings],
  };
}

/** Looks at the databases of one server. */
async function planDatabases(
  platform: Platform,
  source: string,
  kept: readonly KeptDatabase[],
  refusals: string[],
): Promise<UndoneDatabase[]> {
  const server = await serverOf(platform, source);
  const names = kept.map(({ live }) => live);
  const [present, own] = await Promise.all([readLive(server, names), listOwnDatabases(server)]);
  return kept.map((database) => {
    const { live } = database;
    const now = present.find(({ name }) => name === live);
    const former = own.find(({ name }) => name === database.kept);
    if (database.kept !== undefined && !former?.isOurs) {
      const why = former ? 'has been opened by somebody' : `is gone from ${server.label}`;
      refusals.push(`database ${database.kept}, which ${live} was, ${why}`);
    }
    const prepared = now?.preparedTransactions ?? 0;
    if (prepared > 0) refusals.push(`database ${live} has ${prepared} prepared transactions: end them first`);
    return {
      ...database,
      ...(former ? { sizeBytes: former.sizeBytes, keptOid: former.oid } : {}),
      exists: now !== undefined,
      connections: now?.connections ?? [],
    };
  });
}

/** @throws Failure where it cannot come back. */
async function planFolder(platform: Platform, record: KeptRecord, folder: KeptFiles): Promise<UndoneFiles> {
  const { source } = folder;
  const found = await followContainer(platform, record, folder);
  if (!found) throw refusal('their container was made anew, and what was kept went with the old one');
  const size = await measureTree(found.kept);
  if (!size) throw refusal(`${found.kept}, where they were kept, is gone${describeByHand(record)}`);
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
  for await (const name of listMounted(Buffer.from(found.root), Buffer.from(found.kept), readNames(removals))) {
    throw refusal(`a file system is mounted at ${JSON.stringify(name.toString())} by now: unmount it first`);
  }
  let aside = 0;
  for await (const name of readNames(removals)) if (name.length > 0) aside++;
  return { ...found, back: size.entries, backBytes: size.bytes, aside };
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
  return lines.length === 0 ? '' : `. Its databases by hand, services stopped (psql postgres): ${lines.join(' ')}`;
}

function refusal(why: string): Failure {
  return new Failure('refused', why, 'Nothing was changed.');
}
