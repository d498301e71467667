import { formatTime } from '../../logging/format-time.ts';
import type { UpkeepRecord } from '../../vault/vault-client.ts';

/** The verdict first, then what is wrong, a line each. Times of `timezone`. */
export function headUpkeep({ verb, isFine, time, summary, faults }: UpkeepRecord, timezone: string): string[] {
  const head = `${verb.toUpperCase()}: ${isFine ? 'FINE' : 'FAULT'}   ${formatTime(time, timezone)}`;
  // A single fault is its own summary.
  const rest = faults.length === 1 && summary.includes(faults[0] ?? '') ? [] : faults.map((fault) => `  ${fault}`);
  return [head, summary, ...rest];
}
