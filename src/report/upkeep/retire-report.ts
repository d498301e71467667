import { formatBytes } from '../../logging/quantity-text.ts';
import type { RetireResult } from '../../vault/upkeep/retire.ts';

/** What is gone, and what the ledger says of it. */
export function renderRetire({ name, isRetired, sizeBytes, reason }: RetireResult): string {
  if (!isRetired) return `Nothing was removed: ${name} stays.`;
  return `${name} (${formatBytes(sizeBytes)}) is gone. In the ledger: ${reason}`;
}
