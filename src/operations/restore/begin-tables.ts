import type { DatabaseRecord } from '../../archive/manifest.ts';
import { keptNameOf, stagedNameOf } from '../../sources/postgres/own-names.ts';
import type { Platform } from '../platform.ts';
import { beginJournal, type NewPlace, type RestoreJournal, type TableSwap } from './journal.ts';
import type { TablesPlan } from './plan-tables.ts';
import { commentBeside } from './put-beside.ts';

/** The journal of a restore of tables, with the names of all that it will make: tables are replaced, or new ones made. */
export function beginTables(
  platform: Platform,
  { archive, made, isInPlace, tables }: TablesPlan,
  dumps: readonly { record: DatabaseRecord }[],
  id: string,
): RestoreJournal {
  const swaps: TableSwap[] = tables.map(({ source, database, schema, table }) => ({
    source,
    database,
    schema,
    table,
    kept: keptNameOf(table, `${id} ${schema}`),
  }));
  const makes: NewPlace[] = tables.map(({ source, database, schema, table, name }) => ({
    source,
    database,
    table: { schema, name, comment: commentBeside({ archive, made }, { schema, table }, platform.config.timezone) },
  }));
  return {
    ...beginJournal(platform, { id, archive }),
    // Of these, only the staged ones are ever made, and go again.
    databases: dumps.map(({ record }) => ({
      source: record.source,
      live: record.database,
      staged: stagedNameOf(record.database, id),
      kept: keptNameOf(record.database, id),
    })),
    files: [],
    tables: isInPlace ? swaps : [],
    makes: isInPlace ? [] : makes,
  };
}
