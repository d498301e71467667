import type { DatabaseRecord } from '../../archive/manifest.ts';
import { formatTime } from '../../logging/format-time.ts';
import { Failure } from '../../logging/failure.ts';
import { requireRecreatable } from '../../sources/postgres/dump-table.ts';
import { findMissingViews } from '../../sources/postgres/missing-views.ts';
import { createBeside, findMissingTypes, type BesideTable } from '../../sources/postgres/restore-beside.ts';
import type { ReplacedTable } from '../../sources/postgres/replace-script.ts';
import { replaceTables } from '../../sources/postgres/replace-tables.ts';
import type { PostgresServer } from '../../sources/postgres/server.ts';
import { readTableGround } from '../../sources/postgres/table-facts.ts';
import { showIdentifier } from '../../sources/postgres/table-name.ts';
import type { RowSource } from '../../sources/postgres/table-rows.ts';
import type { OpenArchive } from '../open-archive.ts';
import type { Platform } from '../platform.ts';
import { chooseForeignKeys } from './choose-foreign-keys.ts';
import type { RestoreJournal } from './journal.ts';
import { areTablesReplaced, awaitSilence } from './kept-tables.ts';
import type { PlannedTable, TablesPlan } from './plan-tables.ts';
import { stageTables } from './stage-tables.ts';

/** Tables of one dump, about to be staged and put where they belong. */
export interface TablesOfDump {
  platform: Platform;
  archive: OpenArchive;
  plan: TablesPlan;
  journal: RestoreJournal;
  server: PostgresServer;
  key: string;
  record: DatabaseRecord;
  planned: readonly PlannedTable[];
}

/** A new table with restored rows. */
export interface MadeTable {
  asked: string;
  source: string;
  database: string;
  /** As SQL names it. */
  table: string;
  rows: number;
  /** Statements that people may want next: to look at the rows, to take those that are missing, to drop it. */
  examples: string[];
}

/** Stages the rows and puts them into new tables of the live database, which holds nothing else new afterwards. */
export async function putBeside(dump: TablesOfDump): Promise<MadeTable[]> {
  const { platform, archive, plan, server, record, planned } = dump;
  const { sources } = await stageTables({ ...dump, tables: planned, staged: stagedOf(dump), hasTail: false });
  const tables: BesideTable[] = [];
  for (const [place, { schema, table, name }] of planned.entries()) {
    const source = sources[place] as RowSource;
    const missing = await findMissingTypes(source, record.database);
    if (missing.length > 0) {
      const listed = missing.map(({ column, type }) => `${column} (${type})`).join(', ');
      throw new Failure(
        'refused',
        `${schema}.${table} of ${plan.archive} has columns of types that database "${record.database}" does not have: ${listed}`,
        'Nothing live was changed. Restore it into a database of its own: --as NAME.',
      );
    }
    const { isSuper, databaseOwner, table: live } = await readTableGround(server, record.database, schema, table);
    const wanted = live?.owner ?? databaseOwner;
    const owner = isSuper || live?.isOurs ? wanted : server.user;
    const comment = `Rows of ${schema}.${table} as they are in ${archive.name} (${formatTime(plan.made, platform.config.timezone)}); nothing uses this table.`;
    tables.push({ source, name, owner, comment });
  }
  platform.logger.info(`Making ${tables.map(({ name }) => name).join(', ')} in database "${record.database}".`);
  await createBeside(record.database, tables, platform.signal);
  return planned.map(({ asked, source, database, schema, table, into, archivedRows }, place) => ({
    asked,
    source,
    database,
    table: into,
    rows: archivedRows,
    examples: writeExamples(`${showIdentifier(schema)}.${showIdentifier(table)}`, into, sources[place] as RowSource),
  }));
}

function writeExamples(live: string, into: string, { columns }: RowSource): string[] {
  const names = columns.filter(({ isGenerated }) => !isGenerated).map(({ name }) => showIdentifier(name));
  const listed = names.join(', ');
  return [
    `SELECT * FROM ${into} LIMIT 20;`,
    `INSERT INTO ${live} (${listed}) OVERRIDING SYSTEM VALUE SELECT ${listed} FROM ${into} ON CONFLICT DO NOTHING;`,
    `DROP TABLE ${into};`,
  ];
}

/** Stages the rows and puts them in the place of the live ones, or makes missing tables anew: all in one transaction. */
export async function putInPlace(
  dump: TablesOfDump,
): Promise<{ tables: ReplacedTable[]; lockedMs?: number; notes: string[] }> {
  const { platform, journal, server, record, planned } = dump;
  const { tables: swaps = [] } = journal;
  const isMissing = ({ does }: PlannedTable): boolean => does === 'recreate';
  const staged = await stageTables({
    ...dump,
    tables: planned,
    staged: stagedOf(dump),
    hasTail: planned.some(isMissing),
  });
  const recreated = planned.filter(isMissing);
  for (const [place, table] of planned.entries()) {
    if (isMissing(table)) await requireRecreatable(staged.sources[place] as RowSource);
  }
  const keys = await chooseForeignKeys(server, record.database, staged.foreignKeys, recreated);
  const { isSuper } = await readTableGround(server, record.database, '', '');
  platform.signal?.throwIfAborted();
  platform.logger.info(`Replacing rows in database "${record.database}".`);
  const done = await replaceTables({
    server,
    database: record.database,
    tables: planned.map(({ schema, table, does }, place) => ({
      schema,
      table,
      kept: swaps[place]?.kept ?? '',
      mode: does === 'recreate' ? 'missing' : 'rows',
      from: staged.sources[place] as RowSource,
    })),
    silencesTriggers: isSuper,
    foreignKeys: keys.statements,
    signal: platform.signal,
  }).catch(async (error: unknown) => {
    // The answer to a COMMIT may get lost on its way.
    await awaitSilence(platform, swaps);
    if (await areTablesReplaced(platform, swaps)) return { tables: [] };
    throw error;
  });
  const views = await findLostViews(staged.sources, recreated, record.database);
  return { ...done, notes: [...keys.notes, ...views] };
}

function stagedOf({ journal, record }: TablesOfDump): string {
  const found = journal.databases.find(({ source, live }) => source === record.source && live === record.database);
  if (found?.staged === undefined) throw new RangeError(`the journal has no name for ${record.dump}`);
  return found.staged;
}

/** Views that showed rows of a table went with it; they are named, since nobody asked for them. */
async function findLostViews(
  sources: readonly RowSource[],
  recreated: readonly PlannedTable[],
  database: string,
): Promise<string[]> {
  const lost: string[] = [];
  for (const { schema, table } of recreated) {
    const source = sources.find((each) => each.schema === schema && each.table === table);
    if (!source) continue;
    const views = await findMissingViews(source, database);
    lost.push(...views.map((view) => `view ${view} showed rows of ${schema}.${table} and is missing: make it again`));
  }
  return lost;
}
