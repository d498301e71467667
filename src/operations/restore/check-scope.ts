import { Failure } from '../../logging/failure.ts';

/** What a restore was asked to be about, by the names of the options. */
export interface RestoreScope {
  table?: readonly string[] | undefined;
  isInPlace?: boolean | undefined;
  as?: string | undefined;
  to?: string | undefined;
  select?: readonly string[] | undefined;
  hasPaths?: boolean | undefined;
  keepsExtra?: boolean | undefined;
}

/** Whether it is about tables, or a new database, and not about what is live as a whole. */
export function isPartial({ table, isInPlace, as }: RestoreScope): boolean {
  return table !== undefined || as !== undefined || isInPlace === true;
}

/**
 * Refuses to leave extra files where no live files are restored.
 * @throws Failure `usage`
 */
export function checkKeepsExtra({ keepsExtra, to, ...scope }: RestoreScope): void {
  if (!keepsExtra || (to === undefined && !isPartial(scope))) return;
  throw new Failure(
    'usage',
    '--no-remove is about live files: it goes with none of --to, --table and --as',
    'Nothing was done.',
  );
}

/**
 * Refuses what does not go together, before anything is looked at.
 * @throws Failure `usage`
 */
export function checkScope({ table, isInPlace, as, to, select, hasPaths }: RestoreScope): void {
  const refuse = (message: string): never => {
    throw new Failure('usage', message, 'Nothing was done.');
  };
  if (isInPlace && !table) refuse('--in-place is about tables: name them with --table');
  if (isInPlace && as !== undefined)
    refuse('--in-place and --as exclude each other: one replaces rows, the other touches nothing live');
  const part = table ? '--table' : '--as';
  if (to !== undefined) refuse(`${part} and --to exclude each other: --to unpacks files into a folder`);
  if (hasPaths) refuse(`${part} and --path exclude each other: one is about a database, the other about files`);
  if (table && select) refuse('--table and --select exclude each other: a table names its source itself');
}
