import type { FilesPlan } from './files-plan.ts';

/**
 * Whether all that a plan puts in place comes there by one rename at most: one entry that was missing, with all that lies
 * below, or one file over another. Nobody can meet half of that, so no service has to stand still for it.
 */
export function isSingleRename({
  databases,
  files,
}: {
  databases: readonly unknown[];
  files: readonly FilesPlan[];
}): boolean {
  const renames = files.reduce((sum, { renames: count }) => sum + count, 0);
  return databases.length === 0 && renames <= 1 && files.every(({ remove }) => remove === 0);
}

/**
 * Whether that still holds for what was staged by an earlier plan, when the files were compared again: what is renamed is
 * what was staged, and of what was missing nothing has appeared.
 */
export function staysSingleRename(before: readonly FilesPlan[], now: readonly FilesPlan[]): boolean {
  if (!isSingleRename({ databases: [], files: now })) return false;
  const [staged, found] = [before, now].map((files) => files.find(({ renames }) => renames > 0));
  return !staged || (staged.source === found?.source && staged.renamed === found.renamed);
}
