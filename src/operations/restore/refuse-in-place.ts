import type { TableFacts, TableGround } from '../../sources/postgres/table-facts.ts';

const KINDS: Record<string, string> = {
  p: 'is a partitioned table',
  v: 'is a view',
  m: 'is a materialized view',
  f: 'is a foreign table',
  S: 'is a sequence',
  i: 'is an index',
  c: 'is a type',
};
const BESIDE = 'restore it beside instead (leave out --in-place)';

/** Why a table cannot be moved aside, or be made where it is missing; `advice`: what to do where it is none, or no ordinary one. */
export function refuseMove({ hasSchema, mayCreate, table }: TableGround, user: string, advice = BESIDE): string[] {
  if (!hasSchema) return ['its schema is missing: create it first, or restore the whole database'];
  const refusals = mayCreate ? [] : [`user ${user} may not create tables in its schema, where replaced rows are kept`];
  if (!table) return refusals;
  const other = describeOtherKind(table);
  if (other !== undefined) return [`${other}: ${advice}`];
  if (!table.isOurs) refusals.push(`it belongs to ${table.owner}, and user ${user} is neither that nor a superuser`);
  return refusals;
}

/** Why a table's rows cannot be replaced where it is; `advice`: how else to get them. */
export function refuseInPlace(ground: TableGround, user: string, advice = BESIDE): string[] {
  const refusals = refuseMove(ground, user, advice);
  const { isSuper, hasSchema, table } = ground;
  if (!hasSchema || !table || describeOtherKind(table) !== undefined) return refusals;
  if (table.forcesRowSecurity) refusals.push(`row-level security hides rows from user ${user}: ${advice}`);
  if (table.alwaysTriggers.length > 0) {
    refusals.push(
      `triggers or rules that fire always would change what is restored (${table.alwaysTriggers.join(', ')}): ${advice}`,
    );
  }
  const silenced = [...table.triggers, ...table.foreignKeys];
  if (!isSuper && silenced.length > 0) {
    refusals.push(
      `only a superuser keeps triggers, rules and foreign keys from firing meanwhile (${silenced.join(', ')}): ${advice}`,
    );
  }
  return refusals;
}

/** What it is, where it is no ordinary table that stands for itself. */
function describeOtherKind({ kind, isPartition, extension }: TableFacts): string | undefined {
  if (kind !== 'r') return `it ${KINDS[kind] ?? 'is no table'} there`;
  if (isPartition) return 'it is a partition';
  return extension === null ? undefined : `it belongs to extension ${extension}`;
}
