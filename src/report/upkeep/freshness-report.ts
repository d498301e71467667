import { formatTime } from '../../logging/format-time.ts';
import { formatDuration } from '../../logging/quantity-text.ts';
import type { FreshnessResult } from '../../vault/upkeep/freshness.ts';
import { formatTable } from '../table.ts';
import { headUpkeep } from './upkeep-head.ts';

/** Whether backups arrive and are verified; times of `timezone`. */
export function renderFreshness(result: FreshnessResult, timezone: string): string {
  const { newest, verified } = result;
  const rows: string[][] = [];
  if (newest) {
    const age = formatDuration(newest.ageMs);
    rows.push(['Newest', `${newest.name}, sealed ${formatTime(newest.sealed, timezone)}, ${age} old`]);
    rows.push(['Its verdict', describeVerdict(newest.verdict, timezone)]);
  }
  if (verified && verified.name !== newest?.name) {
    rows.push(['Last found sound', `${verified.name}, sealed ${formatTime(verified.sealed, timezone)}`]);
  }
  const lines = headUpkeep(result, timezone);
  return (rows.length > 0 ? [...lines, '', formatTable(rows)] : lines).join('\n');
}

function describeVerdict(verdict: NonNullable<FreshnessResult['newest']>['verdict'], timezone: string): string {
  if (!verdict) return 'none yet';
  return `${verdict.isSound ? 'sound' : 'DAMAGED'} (${verdict.level}, ${formatTime(verdict.time, timezone)})`;
}
