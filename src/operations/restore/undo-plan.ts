import { Failure } from '../../logging/failure.ts';
import { listOwnDatabases } from '../../sources/postgres/forget-databases.ts';
import { readLive } from '../../sources/postgres/read-live.ts';
import type { Connection } from '../../sources/postgres/restore-facts.ts';
import { groupBy } from '../../system/group-by.ts';
import { serverOf } from '../connect-server.ts';
import type { Platform } from '../platform.ts';
import type { Users } from '../services/find-users.ts';
import { planHalt, spareServices } from '../services/plan-halt.ts';
import { findLater } from './find-later.ts';
import type { KeptDatabase, KeptRecord } from './kept.ts';
import { planFolderBack, type UndoneFiles } from './plan-folder-back.ts';
import { planTablesBack, type UndoneTable } from './put-tables-back.ts';
import { isSingleRename } from './single-rename.ts';

/** What taking back a restore, or an undo, would do, before it does anything: by the record of it. Sizes in bytes, times RFC 3339. */
export interface UndoPlan extends Pick<KeptRecord, 'id' | 'archive' | 'undoes' | 'isReverted' | 'since'> {
  databases: UndoneDatabase[];
  files: UndoneFiles[];
  /** Tables, of one database; where there are any, there is nothing else. */
  tables: UndoneTable[];
  /** All of it is put in place by one rename at most: no service has to stand still, unless more has changed by then. */
  isSingleRename: boolean;
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

/** Looks at what a restore has kept and at what stands there now. Changes nothing. */
export async function planUndo(platform: Platform, record: KeptRecord, all: readonly KeptRecord[]): Promise<UndoPlan> {
  const { config } = platform;
  const { id, archive, undoes, isReverted, since } = record;
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
      files.push(await planFolderBack(platform, record, folder));
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      refusals.push(`files ${folder.source}: ${error.message}`);
    }
  }
  const back = await planTablesBack(platform, record.tables ?? []);
  refusals.push(...back.refusals);
  const isSingle = back.tables.length === 0 && isSingleRename({ databases, files });
  const ordinary = await planHalt(platform, {
    databases: config.databases.filter(({ name }) => databases.some(({ source }) => source === name)),
    files: config.files.filter(({ name }) => files.some(({ source }) => source === name)),
  });
  const halts = isSingle ? spareServices(ordinary) : ordinary;
  return {
    id,
    archive,
    ...(undoes ? { undoes } : {}),
    ...(isReverted ? { isReverted } : {}),
    since,
    databases,
    files,
    tables: back.tables,
    isSingleRename: isSingle,
    services: halts.services,
    haltOrder: halts.order,
    users: halts.users,
    refusals: [...refusals, ...halts.oneOffs, ...halts.refusals],
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
