import type { Manifest } from '../../archive/manifest.ts';
import { parseArchiveName } from '../../config/archive-name.ts';
import { Failure } from '../../logging/failure.ts';
import { countRows, type TableCount } from '../../sources/postgres/count-rows.ts';
import { hasDatabase } from '../../sources/postgres/open-as.ts';
import { stagedNameOf } from '../../sources/postgres/own-names.ts';
import { nameBeside } from '../../sources/postgres/restore-beside.ts';
import type { TableId } from '../../sources/postgres/stage-part.ts';
import { readTableGround, type TableGround } from '../../sources/postgres/table-facts.ts';
import { showIdentifier } from '../../sources/postgres/table-name.ts';
import type { OpenArchive } from '../open-archive.ts';
import type { Platform } from '../platform.ts';
import { estimatePart, type PartWork } from './estimate-part.ts';
import type { RestoreEstimate } from './estimate.ts';
import { describeArchive, lookAtDump, warnOfDamage, type PlannedArchive } from './look-at-dump.ts';
import { refuseInPlace } from './refuse-in-place.ts';
import type { Demand } from './room.ts';
import type { ChosenTable } from './table-choice.ts';
import { checkPartRoom, demandOfTables, type TableDemand } from './table-room.ts';

/** What a restore of tables would do, before it does anything. */
export interface TablesPlan extends PlannedArchive {
  isInPlace: boolean;
  /** Of putting them in place in a transaction, the step `swap` is told. */
  estimate: RestoreEstimate;
  tables: PlannedTable[];
  /** Why it cannot be done; with any of these nothing is. */
  refusals: string[];
  warnings: string[];
}

export interface PlannedTable {
  /** As it was asked for. */
  asked: string;
  /** The dump in the archive, the configured source, and the database on its server. */
  key: string;
  source: string;
  database: string;
  schema: string;
  table: string;
  archivedRows: number;
  /** What stands there now; where it could not be counted in time the rows are an estimate, -1 where there is none. Null: it is missing. */
  live: { rows: number; isEstimate: boolean; sizeBytes: number; owner: string } | null;
  /** `beside`: a new table gets the rows. `replace`: the live one does. `recreate`: the missing one is made as it was. */
  does: 'beside' | 'replace' | 'recreate';
  /** The table that has the rows afterwards: its name in the schema, and as SQL names it. */
  name: string;
  into: string;
}

type PlannedRows = Pick<NonNullable<PlannedTable['live']>, 'rows' | 'isEstimate'>;

/** All tables of a dump are counted for at most this long. */
const COUNTING_MS = 30_000;

/** Compares the chosen tables with what stands there now. Reads only. */
export async function planTables(
  platform: Platform,
  archive: OpenArchive,
  manifest: Manifest,
  chosen: readonly ChosenTable[],
  { isInPlace, work }: { isInPlace: boolean; work: PartWork },
): Promise<TablesPlan> {
  const plan: TablesPlan = {
    ...describeArchive(platform, archive, manifest),
    isInPlace,
    estimate: await estimatePart(platform.config.state, manifest, work),
    tables: [],
    refusals: [],
    warnings: warnOfDamage(archive, platform.config.timezone),
  };
  const keys = [...new Set(chosen.map(({ key }) => key))];
  if (isInPlace && keys.length > 1) {
    plan.refusals.push(
      `tables of several databases (${keys.join(', ')}) cannot change in one transaction: restore those of one at a time`,
    );
  }
  const demands: Demand[] = [];
  for (const key of keys) {
    const members = chosen.filter((table) => table.key === key);
    await planDump(platform, archive, manifest, members, plan);
    const planned = plan.tables.filter((table) => table.key === key);
    const [first] = members;
    if (first) demands.push(demandOfTables(key, first.record, planned.map(demandFor)));
  }
  const room = await checkPartRoom(platform, archive, demands, work);
  plan.refusals.push(...room.refusals);
  plan.warnings.push(...room.warnings);
  return plan;
}

async function planDump(
  platform: Platform,
  archive: OpenArchive,
  manifest: Manifest,
  members: readonly ChosenTable[],
  plan: TablesPlan,
): Promise<void> {
  const [first] = members;
  if (!first) return;
  const { key, record } = first;
  // Staged beside the live database, which stays: what would be in the way of replacing it is not.
  const live = stagedNameOf(record.database, 'plan');
  const looked = await lookAtDump(platform, archive, manifest.globals, { key, record, live });
  if ('refusal' in looked) {
    plan.refusals.push(looked.refusal);
    return;
  }
  const { server, found } = looked;
  const { damage = [], warnings = [] } = archive.appraisal?.judge({ databases: [key], files: [], loads: true }) ?? {};
  plan.refusals.push(...damage, ...found.refusals.map((refusal) => `${key}: ${refusal}`));
  plan.warnings.push(...warnings, ...found.warnings.map((warning) => `${key}: ${warning}`));
  if (!(await hasDatabase(server, record.database))) {
    plan.refusals.push(`${key}: database "${record.database}" is missing: restore it as a whole (--select ${key})`);
    return;
  }
  const counts = await countRows({
    server,
    database: record.database,
    named: members.map(({ schema, table }) => [schema, table]),
    only: true,
    timeoutMs: COUNTING_MS,
    signal: platform.signal,
  });
  const taken = new Set<string>();
  for (const chosen of members) {
    const ground = await readTableGround(server, record.database, chosen.schema, chosen.table);
    const planned = planTable(chosen, ground, counts, plan, taken);
    plan.tables.push(planned);
    const refusals = plan.isInPlace ? refuseInPlace(ground, server.user) : refuseBeside(ground, server.user);
    plan.refusals.push(...refusals.map((refusal) => `${chosen.text}: ${refusal}`));
  }
}

function planTable(
  { text, key, record, schema, table, rows }: ChosenTable,
  { table: live, taken: names }: TableGround,
  counts: readonly TableCount[],
  { archive, isInPlace }: TablesPlan,
  taken: Set<string>,
): PlannedTable {
  const name = isInPlace ? table : nameBeside(table, dateOf(archive), new Set([...names, ...taken]));
  taken.add(name);
  return {
    asked: text,
    key,
    source: record.source,
    database: record.database,
    schema,
    table,
    archivedRows: rows,
    live: live && {
      ...countOf(counts, { schema, table }, live.estimatedRows),
      sizeBytes: live.sizeBytes,
      owner: live.owner,
    },
    does: !isInPlace ? 'beside' : live ? 'replace' : 'recreate',
    name,
    into: `${showIdentifier(schema)}.${showIdentifier(name)}`,
  };
}

function demandFor({ schema, table, does, live }: PlannedTable): TableDemand {
  return { schema, table, does, liveBytes: live?.sizeBytes ?? 0 };
}

/** Where it could not be counted, the planner's estimate counts. */
function countOf(counts: readonly TableCount[], { schema, table }: TableId, estimate: number): PlannedRows {
  const found = counts.find((count) => count.schema === schema && count.name === table && !count.isEstimate);
  return found ? { rows: found.rows, isEstimate: false } : { rows: Math.round(estimate), isEstimate: true };
}

function refuseBeside({ hasSchema, mayCreate }: TableGround, user: string): string[] {
  if (!hasSchema) return ['its schema is missing: create it first, or restore the whole database'];
  return mayCreate ? [] : [`user ${user} may not create tables in its schema: GRANT CREATE ON SCHEMA …`];
}

/** The archive's date, as names have it: rows in such a table are as they were that night. */
function dateOf(archive: string): string {
  return (parseArchiveName(archive)?.date ?? '').replaceAll('-', '');
}

/** @throws Failure `refused` where a plan has refusals. */
export function refuseImpossibleTables({ archive, refusals }: TablesPlan): void {
  if (refusals.length === 0) return;
  const message = `tables of ${archive} cannot be restored as asked: ${refusals.join('; ')}`;
  throw new Failure('refused', message, 'Nothing was changed.');
}
