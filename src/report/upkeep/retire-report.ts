import { formatBytes } from '../../logging/quantity-text.ts';
import type { RetireResult } from '../../vault/upkeep/retire.ts';

export function renderRetire({ name, isRetired, sizeBytes, reason }: RetireResult): string {
  if (!isRetired) return `Nothing was removed: ${name} stays.`;
  return `${name} (${formatBytes(sizeBytes)}) is gone. In the ledger: ${reason}`;
}
