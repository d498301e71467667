import { countOf, formatBytes } from '../../logging/quantity-text.ts';
import type { SweepResult } from '../../vault/upkeep/sweep.ts';
import { formatTable } from '../table.ts';
import { headUpkeep } from './upkeep-head.ts';

/** What was cleared out of the incoming area; times of `timezone`. */
export function renderSweep(result: SweepResult, timezone: string): string {
  const { removed, kept, junk, isSettled } = result;
  const rows = [
    ['Removed', `${countOf(removed.files, 'segment')}, ${formatBytes(removed.bytes)}`],
    ['Younger', `${countOf(kept.files, 'segment')}, ${formatBytes(kept.bytes)}`],
    ...junk.map(({ name, what, isRemoved }) => [
      'Planted',
      `${what} ${name}${isRemoved ? ', removed' : ', still there'}`,
    ]),
    ...(isSettled ? [] : [['Note', 'a seal was at work: what cut ones have left stays for the next run']]),
  ];
  return [...headUpkeep(result, timezone), '', formatTable(rows)].join('\n');
}
