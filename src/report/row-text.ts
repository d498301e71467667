import { countOf, formatCount } from '../logging/quantity-text.ts';
import type { RestorePlan } from '../operations/restore/restore-plan.ts';
import type { TableRows } from '../operations/restore/row-counts.ts';

/** A table of one database, and what is to be said of its rows. */
export interface RowLine {
  key: string;
  table: string;
  text: string;
}

/** What a plan says of the rows of live tables. */
export interface RowLines {
  /** More rows live than in the archive, most first. */
  lost: RowLine[];
  /** Fewer. */
  back: RowLine[];
  /** Not counted, but estimated. */
  uncertain: RowLine[];
  /** Databases with tables that have as many. */
  equal: { key: string; tables: number }[];
}

/** Sorts the tables of all databases by what a restore does to their rows. */
export function listRows({ databases }: Pick<RestorePlan, 'databases'>): RowLines {
  const all = databases.flatMap(({ key, rows }) => (rows?.tables ?? []).map((row) => ({ key, row })));
  const linesOf = (chosen: typeof all): RowLine[] =>
    chosen.map(({ key, row }) => ({ key, table: row.table, text: describeRows(row) }));
  const lossOf = ({ live = 0, archived = 0 }: TableRows): number => live - archived;
  const counted = all.filter(({ row }) => !row.isEstimate);
  const isLost = ({ row }: (typeof all)[number]): boolean => row.archived === undefined || lossOf(row) > 0;
  return {
    lost: linesOf(counted.filter(isLost).sort((a, b) => lossOf(b.row) - lossOf(a.row))),
    back: linesOf(counted.filter((each) => !isLost(each)).sort((a, b) => lossOf(a.row) - lossOf(b.row))),
    uncertain: linesOf(all.filter(({ row }) => row.isEstimate)),
    equal: databases.flatMap(({ key, rows }) => (rows && rows.equal > 0 ? [{ key, tables: rows.equal }] : [])),
  };
}

function describeRows({ archived, live, isEstimate, isLeftOut }: TableRows): string {
  if (live === undefined) return `not there now, ${countOf(archived ?? 0, 'row')} in the archive`;
  const here = `${isEstimate ? 'about ' : ''}${countOf(live, 'row')} now`;
  if (archived !== undefined) return `${here}, ${formatCount(archived)} in the archive`;
  return `${here}, ${isLeftOut ? 'never backed up (exclude-table-data)' : 'no such table in the archive'}`;
}
