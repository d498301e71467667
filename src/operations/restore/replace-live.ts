import { messageOf } from '../../logging/failure.ts';
import { requireRecreatable } from '../../sources/postgres/dump-table.ts';
import { findMissingViews } from '../../sources/postgres/missing-views.ts';
import type { ReplaceOptions, ReplaceResult } from '../../sources/postgres/replace-tables.ts';
import { readTableGround } from '../../sources/postgres/table-facts.ts';
import type { RowSource } from '../../sources/postgres/table-rows.ts';
import { chooseForeignKeys } from './choose-foreign-keys.ts';
import type { PlannedTable } from './plan-tables.ts';
import { replaceOnce } from './replace-once.ts';
import { orDiscard } from './or-discard.ts';
import { stageOf, type TablesOfDump } from './tables-of-dump.ts';

/** Stages the rows and puts them in the place of the live ones, or makes missing tables anew: all in one transaction. */
export async function replaceLive(dump: TablesOfDump): Promise<ReplaceResult & { notes: string[] }> {
  const { platform, journal, clock } = dump;
  const { options, notes } = await orDiscard(platform, journal, () => stageLive(dump));
  platform.logger.info(`Replacing rows in database "${options.database}".`);
  const done = await clock.time('swap', () => replaceOnce(platform, journal, options));
  return { ...done, notes };
}

async function stageLive(dump: TablesOfDump): Promise<{ options: ReplaceOptions; notes: string[] }> {
  const { platform, journal, server, record, planned } = dump;
  const { tables: swaps = [] } = journal;
  const recreated = planned.filter(({ does }) => does === 'recreate');
  const staged = await stageOf(dump, recreated.length > 0);
  for (const [place, { does }] of planned.entries()) {
    if (does === 'recreate') await requireRecreatable(staged.sources[place] as RowSource);
  }
  const keys = await chooseForeignKeys(server, record.database, staged.foreignKeys, recreated);
  const views = await findLostViews(staged.sources, recreated, record.database);
  const { isSuper } = await readTableGround(server, record.database, '', '');
  platform.signal?.throwIfAborted();
  const tables = planned.map(({ schema, table, does }, place) => ({
    schema,
    table,
    kept: swaps[place]?.kept ?? '',
    mode: does === 'recreate' ? ('missing' as const) : ('rows' as const),
    from: staged.sources[place] as RowSource,
  }));
  return {
    options: {
      server,
      database: record.database,
      tables,
      silencesTriggers: isSuper,
      foreignKeys: keys.statements,
      signal: platform.signal,
    },
    notes: [...staged.proof.notes, ...keys.notes, ...views],
  };
}

/**
 * Views that showed rows of a missing table went with it; they are named, since nobody asked for them. No table is kept
 * from coming back because that cannot be told.
 */
async function findLostViews(
  sources: readonly RowSource[],
  recreated: readonly PlannedTable[],
  database: string,
): Promise<string[]> {
  const notes: string[] = [];
  for (const { schema, table } of recreated) {
    const source = sources.find((each) => each.schema === schema && each.table === table);
    if (!source) continue;
    const name = `${schema}.${table}`;
    try {
      const views = await findMissingViews(source, database);
      notes.push(...views.map((view) => `view ${view} showed rows of ${name} and is missing: make it again`));
    } catch (error) {
      notes.push(`whether views that showed rows of ${name} are missing could not be told: ${messageOf(error)}`);
    }
  }
  return notes;
}
