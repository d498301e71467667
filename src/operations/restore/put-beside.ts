import { formatTime } from '../../logging/format-time.ts';
import { Failure } from '../../logging/failure.ts';
import { createBeside, findMissingTypes, type BesideTable } from '../../sources/postgres/restore-beside.ts';
import { isTable, type TableId } from '../../sources/postgres/stage-part.ts';
import { readTableGround } from '../../sources/postgres/table-facts.ts';
import { showIdentifier } from '../../sources/postgres/table-name.ts';
import type { RowSource } from '../../sources/postgres/table-rows.ts';
import { discardStaged, orDiscard } from './or-discard.ts';
import type { TablesPlan } from './plan-tables.ts';
import { stageOf, type TablesOfDump } from './tables-of-dump.ts';

/** A new table with restored rows. */
export interface MadeTable {
  asked: string;
  source: string;
  database: string;
  /** As SQL names it. */
  table: string;
  rows: number;
  /** Whether the rows are equal to the fingerprint; else they are as many. */
  isCompared: boolean;
  /** Statements that people may want next: to look at the rows, to take those that are missing, to drop it. */
  examples: string[];
}

/** New tables of one database, as staged and as they will be. */
interface StagedBeside {
  dump: TablesOfDump;
  tables: BesideTable[];
  made: MadeTable[];
  notes: string[];
}

/**
 * Puts the rows of tables into new ones of their live databases, which hold nothing else new afterwards. Nothing is made
 * before the rows of all are staged and proven.
 */
export async function putBeside(dumps: readonly TablesOfDump[]): Promise<{ made: MadeTable[]; notes: string[] }> {
  const [first] = dumps;
  if (!first) return { made: [], notes: [] };
  const { platform, journal } = first;
  const all = await orDiscard(platform, journal, async () => {
    const staged: StagedBeside[] = [];
    for (const dump of dumps) staged.push(await stageBeside(dump));
    // A transaction for each database: where a later one fails, the journal says what is there already.
    for (const { dump, tables } of staged) {
      const { database } = dump.record;
      platform.logger.info(`Making ${tables.map(({ name }) => name).join(', ')} in database "${database}".`);
      await dump.clock.time('swap', () => createBeside(database, tables, platform.signal));
    }
    return staged;
  });
  await discardStaged(platform, journal);
  return { made: all.flatMap(({ made }) => made), notes: all.flatMap(({ notes }) => notes) };
}

async function stageBeside(dump: TablesOfDump): Promise<StagedBeside> {
  const { platform, plan, server, record, planned } = dump;
  const { sources, proof } = await stageOf(dump, false);
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
    tables.push({ source, name, owner, comment: commentBeside(plan, { schema, table }, platform.config.timezone) });
  }
  const made = planned.map(({ asked, source, database, schema, table, into, archivedRows }, place) => ({
    asked,
    source,
    database,
    table: into,
    rows: archivedRows,
    isCompared: !proof.uncompared.some((name) => isTable(name, { schema, table })),
    examples: writeExamples(`${showIdentifier(schema)}.${showIdentifier(table)}`, into, sources[place] as RowSource),
  }));
  return { dump, tables, made, notes: proof.notes };
}

/** What people are told of a new table, in the database itself; whoever goes on after a killed run knows it by that. */
export function commentBeside(
  { archive, made }: Pick<TablesPlan, 'archive' | 'made'>,
  { schema, table }: TableId,
  timezone: string,
): string {
  return `Rows of ${schema}.${table} as they are in ${archive} (${formatTime(made, timezone)}); nothing uses this table.`;
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
