import { formatTime } from '../../logging/format-time.ts';
import { countOf, formatBytes } from '../../logging/quantity-text.ts';
import type { PruneResult } from '../../vault/upkeep/prune.ts';
import { formatTable } from '../table.ts';
import { headUpkeep } from './upkeep-head.ts';

/** What was pruned, or why nothing was; times of `timezone`. */
export function renderPrune(result: PruneResult, timezone: string): string {
  const { pruned, later, isDryRun, kept } = result;
  const lines = headUpkeep(result, timezone);
  if (pruned.length > 0) {
    const rows = pruned.map(({ name, sizeBytes, agedFrom }) => [
      name,
      formatBytes(sizeBytes),
      formatTime(agedFrom, timezone),
    ]);
    lines.push('', formatTable([[isDryRun ? 'WOULD GO' : 'GONE', 'SIZE', 'FROM'], ...rows], [1]));
  }
  if (later > 0) lines.push('', `${countOf(later, 'more archive')} past their age: left for the next runs.`);
  if (isDryRun) lines.push('', `Nothing was changed; ${countOf(kept, 'archive')} there.`);
  if (!result.isFine) lines.push('', 'What to do about each: docs/upkeep.md, "When prune refuses".');
  return lines.join('\n');
}
