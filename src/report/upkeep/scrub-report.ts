import { formatTime } from '../../logging/format-time.ts';
import { countOf, formatBytes, formatDuration } from '../../logging/quantity-text.ts';
import type { ScrubResult } from '../../vault/upkeep/scrub.ts';
import { formatTable } from '../table.ts';
import { headUpkeep } from './upkeep-head.ts';

/** What was read again, and what is damaged; times of `timezone`. */
export function renderScrub(result: ScrubResult, timezone: string): string {
  const { archives, extents, bytes, totalBytes, allReadSince, isPastCache, durationMs } = result;
  const share = `${formatBytes(bytes)} of ${formatBytes(totalBytes)} in ${formatDuration(durationMs)}`;
  const rows = [
    ['Read', `${share}: ${countOf(extents, 'extent')} of ${countOf(archives, 'archive')}`],
    ...(allReadSince === undefined ? [] : [['All read since', formatTime(allReadSince, timezone)]]),
    ...(isPastCache ? [] : [['Note', 'the program dd is missing: the memory of the kernel may have hidden damage']]),
  ];
  return [...headUpkeep(result, timezone), '', formatTable(rows)].join('\n');
}
