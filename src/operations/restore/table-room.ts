import type { DatabaseRecord } from '../../archive/manifest.ts';
import { findPlaces, type TableId } from '../../sources/postgres/stage-part.ts';
import type { OpenArchive } from '../open-archive.ts';
import type { Platform } from '../platform.ts';
import { checkRoom, checkStateRoom, DATABASE_FACTOR, LEAST_FACTOR, type Demand } from './room.ts';

/** Rows without indexes take about this much more than in a dump. */
const ROWS_FACTOR = 1.5;

/** A table that is to be restored: how, and what the live one takes, with its indexes. */
export interface TableDemand extends TableId {
  does: 'beside' | 'replace' | 'recreate';
  liveBytes: number;
}

/**
 * What single tables take on the disk of their server at most: rows are staged and put beside; to replace them, the
 * transaction has them once more in between, copies the live ones, and writes before it frees anything: at least, into
 * holes that the live table has. Where the archive does not say how large rows are, only what is known of live ones counts.
 */
export function demandOfTables(key: string, record: DatabaseRecord, tables: readonly TableDemand[]): Demand {
  const demand = { key, source: record.source, expectedBytes: 0, leastBytes: 0 };
  for (const table of tables) {
    const bytes = sumPlaces(record, [table]) ?? 0;
    demand.expectedBytes += expect(table, bytes);
    const least = bytes * LEAST_FACTOR;
    demand.leastBytes += 2 * least + (table.does === 'replace' ? Math.max(0, least - table.liveBytes) : 0);
  }
  return demand;
}

/** What a new database with the rows of some tables takes. */
export function demandOfPart(key: string, record: DatabaseRecord, tables: readonly TableId[]): Demand {
  const bytes = sumPlaces(record, tables) ?? 0;
  const [expectedBytes, leastBytes] = [bytes * DATABASE_FACTOR, bytes * LEAST_FACTOR];
  return { key, source: record.source, expectedBytes, leastBytes };
}

/**
 * What it takes to put kept rows in place again: live ones are copied first, and nothing is freed before the end. Yet all
 * that the live table takes may be holes, which the restore itself has made: rows go there before it grows.
 */
export function demandOfUndo(source: string, keptBytes: number, liveBytes: number): Demand {
  const expectedBytes = liveBytes + Math.max(liveBytes, keptBytes);
  return { key: source, source, expectedBytes, leastBytes: Math.max(0, keptBytes / 2 - liveBytes) };
}

/** Looks whether that fits; and, where the state folder takes more than lists, whether it has room. */
export async function checkPartRoom(
  platform: Platform,
  { isForeign, appraisal }: Pick<OpenArchive, 'isForeign' | 'appraisal'>,
  demands: readonly Demand[],
  { hasSafety }: { hasSafety: boolean },
): Promise<{ refusals: string[]; warnings: string[] }> {
  const { refusals, warnings } = await checkRoom(platform, demands);
  if (!hasSafety && !isForeign) return { refusals, warnings };
  const state = await checkStateRoom(platform.config.state, appraisal?.copyBytes);
  return { refusals: [...refusals, ...state.refusals], warnings: [...warnings, ...state.warnings] };
}

function expect({ does, liveBytes }: TableDemand, bytes: number): number {
  const [rows, whole] = [bytes * ROWS_FACTOR, bytes * DATABASE_FACTOR];
  if (does === 'beside') return 2 * rows;
  return does === 'recreate' ? 2 * whole : 2 * rows + liveBytes + Math.max(liveBytes, whole);
}

/** How much of a dump is read for some tables; undefined where the archive does not say where rows lie. */
export function sumPlaces(record: DatabaseRecord, tables: readonly TableId[]): number | undefined {
  return findPlaces(record, tables, false)?.reduce((sum, { length }) => sum + length, 0);
}
