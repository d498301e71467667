import type { DatabaseRecord } from '../../archive/manifest.ts';
import { isTable, type TableId } from '../../sources/postgres/stage-part.ts';
import { sumPlaces } from './table-room.ts';

/** What there is to do for some tables of a dump, in bytes of it. */
export interface StagingWork {
  /** What is read and staged. */
  stagedBytes: number;
  /** The rows, which may be written once more. */
  rowBytes: number;
  /** The archive does not say where rows lie: all is read for those of a few tables, which tells nothing of what either takes. */
  isReadThrough: boolean;
}

/** How much is to be staged for some tables; where the archive does not say how large their rows are, their number tells. */
export function workOfTables(record: DatabaseRecord, tables: readonly TableId[]): StagingWork {
  const placed = sumPlaces(record, tables);
  if (placed !== undefined) return { stagedBytes: placed, rowBytes: placed, isReadThrough: false };
  const rows = Object.entries(record.fingerprints.tables);
  const count = (of: typeof rows): number => of.reduce((sum, [, table]) => sum + table.rows, 0);
  const chosen = rows.filter(([name]) => tables.some((table) => isTable(name, table)));
  const rowBytes = (record.sizeBytes * count(chosen)) / Math.max(1, count(rows));
  return { stagedBytes: record.sizeBytes, rowBytes, isReadThrough: true };
}
