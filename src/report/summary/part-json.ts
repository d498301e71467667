import { shorten } from '../../logging/code-span.ts';
import type { AsPlan } from '../../operations/restore/plan-as.ts';
import type { TablesPlan } from '../../operations/restore/plan-tables.ts';

const MOST_TABLES = 200;
const MOST_SENTENCES = 50;
const MOST_CHARACTERS = 300;

/** The plan of a restore of tables for a step's output: the fields of `--json`, lists and texts cut short. */
export function tablesPlanAsJson({ tables, refusals, warnings, ...plan }: TablesPlan): unknown {
  return {
    ...plan,
    tables: tables.slice(0, MOST_TABLES).map((table) => ({ ...table, asked: cut(table.asked) })),
    refusals: refusals.slice(0, MOST_SENTENCES).map(cut),
    warnings: warnings.slice(0, MOST_SENTENCES).map(cut),
    omitted: { tables: Math.max(0, tables.length - MOST_TABLES) },
  };
}

/** The same of a restore into a new database. */
export function asPlanAsJson({ tables, refusals, warnings, ...plan }: AsPlan): unknown {
  return {
    ...plan,
    tables: tables.slice(0, MOST_TABLES).map(({ table, rows }) => ({ table: cut(table), rows })),
    refusals: refusals.slice(0, MOST_SENTENCES).map(cut),
    warnings: warnings.slice(0, MOST_SENTENCES).map(cut),
    omitted: { tables: Math.max(0, tables.length - MOST_TABLES) },
  };
}

function cut(text: string): string {
  return shorten(text, MOST_CHARACTERS);
}
