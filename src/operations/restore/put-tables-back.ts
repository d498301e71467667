import { keptNameOf } from '../../sources/postgres/own-names.ts';
import { listKeptTables, type KeptTable } from '../../sources/postgres/kept-tables.ts';
import { hasDatabase } from '../../sources/postgres/open-as.ts';
import type { ReplaceResult } from '../../sources/postgres/replace-tables.ts';
import { readTableGround, type TableColumn, type TableGround } from '../../sources/postgres/table-facts.ts';
import { qualify } from '../../sources/postgres/table-rows.ts';
import { serverOf } from '../connect-server.ts';
import type { Platform } from '../platform.ts';
import { writeJournal, type RestoreJournal } from './journal.ts';
import type { KeptTableRecord } from './kept.ts';
import { orDiscard } from './or-discard.ts';
import { refuseInPlace, refuseMove } from './refuse-in-place.ts';
import { replaceOnce } from './replace-once.ts';
import { checkRoom, type Demand } from './room.ts';
import { demandOfUndo } from './table-room.ts';

/** A table that an undo would give what it had, before it does. */
export interface UndoneTable extends KeptTableRecord {
  /** `rows`: replaced ones come back. `missing`: there was no table, so that it goes aside. `whole`: it comes back as it is. */
  kind: KeptTable['kind'];
  sizeBytes: number;
  columns: TableColumn[];
}

/** Looks at what is kept of tables and at what stands there now. Changes nothing. */
export async function planTablesBack(
  platform: Platform,
  tables: readonly KeptTableRecord[],
): Promise<{ tables: UndoneTable[]; refusals: string[]; warnings: string[] }> {
  const plan = { tables: [] as UndoneTable[], refusals: [] as string[] };
  const demands: Demand[] = [];
  for (const table of tables) {
    const { source, database, schema, kept } = table;
    const name = `table ${schema}.${table.table}`;
    const server = await serverOf(platform, source);
    if (!(await hasDatabase(server, database))) {
      plan.refusals.push(`database ${database} is gone from ${server.label}`);
      continue;
    }
    const own = (await listKeptTables(server, database)).find((each) => each.schema === schema && each.name === kept);
    if (!own) {
      plan.refusals.push(`${kept}, which holds what ${name} was, is gone from database ${database}`);
      continue;
    }
    const ground = await readTableGround(server, database, schema, table.table);
    const { columns } = await readTableGround(server, database, schema, kept);
    const undone = { ...table, kind: own.kind, sizeBytes: own.sizeBytes, columns };
    plan.refusals.push(...refuseBack(undone, ground, server.user));
    plan.tables.push(undone);
    if (own.kind === 'rows') demands.push(demandOfUndo(source, own.sizeBytes, ground.table?.sizeBytes ?? 0));
  }
  const room = await checkRoom(platform, demands);
  return { ...plan, refusals: [...plan.refusals, ...room.refusals], warnings: room.warnings };
}

/** Why what is kept of a table cannot take its place again. */
function refuseBack({ schema, table, kept, kind, columns }: UndoneTable, ground: TableGround, user: string): string[] {
  const name = `table ${schema}.${table}`;
  const rows = `its rows are in ${qualify(schema, kept)} (INSERT … SELECT)`;
  const named = (refusals: string[]): string[] => refusals.map((refusal) => `${name}: ${refusal}`);
  if (kind === 'whole') {
    if (ground.table)
      return [`${name} has been made anew since, and was ${qualify(schema, kept)}: rename the new one first`];
    return named(refuseMove(ground, user));
  }
  if (kind === 'missing') {
    if (!ground.table) return [`${name}, which the restore had made, is gone already: forget what is kept`];
    const { dependents } = ground.table;
    return [
      ...named(refuseMove(ground, user, 'drop or rename it by hand, then forget what is kept')),
      ...(dependents.length > 0
        ? [`${dependents.join(', ')} depends on ${name}, which would go: drop that first, or rename the table by hand`]
        : []),
    ];
  }
  if (!ground.table) return [`${name} is gone: make it anew (restore --table … --in-place, or CREATE TABLE); ${rows}`];
  const differences = compareColumns(ground.columns, columns);
  return [
    ...named(refuseInPlace(ground, user, rows)),
    ...(differences.length > 0
      ? [`the columns of ${name} have changed since: ${differences.join('; ')}; ${rows}`]
      : []),
  ];
}

/** How the columns of a table differ from those of its kept rows; their order is no matter. */
function compareColumns(live: readonly TableColumn[], kept: readonly TableColumn[]): string[] {
  const gone = kept.flatMap(({ name, type }) => {
    const there = live.find((column) => column.name === name);
    if (!there) return [`${name} is missing there`];
    return there.type === type ? [] : [`${name} is ${there.type} there, ${type} in what is kept`];
  });
  const added = live.filter(({ name }) => !kept.some((column) => column.name === name));
  return [...gone, ...added.map(({ name }) => `${name} is new there`)];
}

/**
 * Puts what is kept of the tables of one record in place again, in one transaction, in which what they hold now is kept
 * in turn; under a journal that names both.
 * @throws Failure where it cannot be done: nothing has been changed then.
 */
export async function putTablesBack(
  platform: Platform,
  tables: readonly UndoneTable[],
  begun: Omit<RestoreJournal, 'databases' | 'files' | 'tables'>,
): Promise<ReplaceResult> {
  const swaps = tables.map(({ source, database, schema, table }) => ({
    source,
    database,
    schema,
    table,
    kept: keptNameOf(table, `${begun.id} ${schema}`),
  }));
  const journal: RestoreJournal = { ...begun, databases: [], files: [], tables: swaps };
  await writeJournal(platform.config.state, journal);
  const options = await orDiscard(platform, journal, async () => {
    const [first] = tables;
    if (!first) throw new RangeError('an undo of no tables');
    const { source, database, schema, table } = first;
    const server = await serverOf(platform, source);
    const { isSuper } = await readTableGround(server, database, schema, table);
    platform.signal?.throwIfAborted();
    return { server, database, silencesTriggers: isSuper, signal: platform.signal };
  });
  return await replaceOnce(platform, journal, {
    ...options,
    tables: tables.map(({ schema, table, kept, kind, columns }, place) => ({
      schema,
      table,
      kept: swaps[place]?.kept ?? '',
      mode: kind === 'rows' ? 'rows' : kind === 'missing' ? 'aside' : 'back',
      from: { kept, columns },
    })),
  });
}
