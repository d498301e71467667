import { formatTime } from '../../logging/format-time.ts';
import { countOf, formatBytes } from '../../logging/quantity-text.ts';
import type { SealedSince } from '../../vault/upkeep/sealed-since.ts';
import { formatTable } from '../table.ts';

/** What came into the vault since a time, for whoever has to choose an archive from before an attack. */
export function renderSealed({ since, archives, newestBefore, ledgerFault }: SealedSince, timezone: string): string {
  const rows = archives.map(({ time, name, size, newBytes, trigger }) => [
    formatTime(time, timezone),
    name,
    formatBytes(size),
    `${formatBytes(newBytes)} new`,
    trigger ?? '',
  ]);
  return [
    ...(ledgerFault === undefined ? [] : [`THE LEDGER CANNOT BE TRUSTED: ${ledgerFault}`]),
    `${countOf(archives.length, 'archive')} sealed since ${formatTime(since, timezone)}, none of them changed or removed:`,
    ...(rows.length > 0 ? [formatTable(rows, [2, 3])] : ['(none)']),
    newestBefore
      ? `The newest from before: ${newestBefore.name}, sealed ${formatTime(newestBefore.time, timezone)}`
      : 'There is none from before.',
  ].join('\n');
}
