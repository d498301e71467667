import { lstatSync, readdirSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { countOf, formatBytes, formatCount } from '../../logging/quantity-text.ts';
import type { VaultSettings } from '../settings/settings.ts';

/** What may lie in the incoming area, and how much of its disk must stay free. */
export type IncomingBudget = Pick<VaultSettings['budgets'], 'incomingBytes' | 'incomingFiles' | 'reserveBytes'>;

const BYTES_PER_BLOCK = 512;

/**
 * Which budget is used up, for people; undefined where none is. All that lies in the incoming area counts, whoever of
 * many clients at once has brought it: a file as large as it claims to be or as what it takes, whichever is more.
 */
export function findExcess(incoming: string, budget: IncomingBudget): string | undefined {
  const names = readdirSync(incoming);
  if (names.length > budget.incomingFiles) {
    return `${countOf(names.length, 'file')} lie in the incoming area, and no more than ${formatCount(budget.incomingFiles)} may (budgets.incoming-files)`;
  }
  let bytes = 0;
  for (const name of names) {
    const about = lstatSync(join(incoming, name), { throwIfNoEntry: false });
    bytes += Math.max(about?.size ?? 0, (about?.blocks ?? 0) * BYTES_PER_BLOCK);
  }
  if (bytes > budget.incomingBytes) {
    return `${formatBytes(bytes)} lie in the incoming area, and no more than ${formatBytes(budget.incomingBytes)} may (budgets.incoming)`;
  }
  const { bavail, bsize } = statfsSync(incoming);
  if (bavail * bsize < budget.reserveBytes) {
    return `${formatBytes(bavail * bsize)} are free on its disk, of which ${formatBytes(budget.reserveBytes)} are kept in reserve (budgets.reserve)`;
  }
  return undefined;
}
