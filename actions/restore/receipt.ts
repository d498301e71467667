import type { BackupResult } from '../../src/operations/backup.ts';

/** What the vault said of the backup made before anything is replaced, as JSON; undefined where none was made. */
export function formatReceipt(safety: BackupResult | undefined): string | undefined {
  if (!safety) return undefined;
  const { archive, index, sizeBytes, storedBytes } = safety;
  return JSON.stringify({ archive, index, sizeBytes, storedBytes });
}
