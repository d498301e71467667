import { setTimeout as sleep } from 'node:timers/promises';
import { Failure } from '../../logging/failure.ts';
import { endLeftSessions, hasNoSessions } from '../../sources/postgres/end-sessions.ts';
import { dropDatabases } from '../../sources/postgres/forget-databases.ts';
import { dropKeptTables, listKeptTables, type KeptTable } from '../../sources/postgres/kept-tables.ts';
import { hasDatabase, hasOpenDatabase } from '../../sources/postgres/open-as.ts';
import type { QueryOptions } from '../../sources/postgres/query.ts';
import { restoreApplicationName } from '../../sources/postgres/restore-session.ts';
import { groupBy } from '../../system/group-by.ts';
import { serverOf } from '../connect-server.ts';
import type { Platform } from '../platform.ts';
import { closeJournal } from './close-journal.ts';
import type { RestoreJournal, TableSwap } from './journal.ts';
import type { KeptRecord, KeptTableRecord } from './kept.ts';

/**
 * Whether the one transaction of a journal's tables has happened: with it, and only with it, the kept tables are there.
 * For whoever knows that no session of it goes on.
 */
export async function areTablesReplaced(platform: Platform, tables: readonly TableSwap[]): Promise<boolean> {
  const [first] = tables;
  if (!first) return false;
  const server = await serverOf(platform, first.source);
  if (!(await hasDatabase(server, first.database))) return false;
  const found = await listKeptTables(server, first.database);
  return tables.every(({ schema, kept }) => found.some((each) => each.schema === schema && each.name === kept));
}

/**
 * Waits until nothing of a killed run works on a server any more: its transaction is over then, one way or the other.
 * @throws Failure `source` where that does not happen, or cannot be told.
 */
export async function awaitSilence(platform: Platform, tables: readonly TableSwap[]): Promise<void> {
  for (const source of new Set(tables.map((table) => table.source))) {
    const server = await serverOf(platform, source);
    for (let look = 0; ; look++) {
      if (await hasNoSessions(server)) break;
      if (look === 100) {
        const message = `sessions of an earlier run go on at ${server.label}, though they were ended`;
        throw new Failure('source', message, `Look for ${restoreApplicationName} in pg_stat_activity.`);
      }
      await endLeftSessions(server);
      await sleep(50);
    }
  }
}

/** Removes what was staged of tables, and closes their journal: its transaction has happened. */
export async function closeTables(platform: Platform, journal: RestoreJournal): Promise<void> {
  for (const { source, staged } of journal.databases) {
    if (staged !== undefined) await dropDatabases({ server: await serverOf(platform, source), names: [staged] });
  }
  await closeJournal(platform, journal, []);
}

/** Drops what was kept of tables; a database that is gone has taken its own along. */
export async function dropTablesOf(platform: Platform, tables: readonly KeptTableRecord[]): Promise<void> {
  for (const members of groupByDatabase(tables)) {
    const [first] = members;
    if (!first) continue;
    const server = await serverOf(platform, first.source);
    if (await hasOpenDatabase(server, first.database)) await dropKeptTables(server, first.database, members);
  }
}

/** What is kept of tables, as their databases say, with its size; what is gone is left out. */
export async function findTablesOf(
  platform: Platform,
  { tables = [] }: KeptRecord,
  options: QueryOptions = {},
): Promise<(KeptTable & { table: string })[]> {
  const found: (KeptTable & { table: string })[] = [];
  for (const members of groupByDatabase(tables)) {
    const [first] = members;
    if (!first) continue;
    const server = await serverOf(platform, first.source);
    if (!(await hasOpenDatabase(server, first.database, options))) continue;
    const present = await listKeptTables(server, first.database, options);
    for (const { schema, table, kept } of members) {
      const own = present.find((each) => each.schema === schema && each.name === kept);
      if (own) found.push({ ...own, table });
    }
  }
  return found;
}

function groupByDatabase(tables: readonly KeptTableRecord[]): KeptTableRecord[][] {
  return [...groupBy(tables, ({ source, database }) => `${source}\0${database}`).values()].map((members) => [
    ...members,
  ]);
}
