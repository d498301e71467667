import type { BackupResult } from '../../src/operations/backup.ts';

/** Outputs that tell of the backup made before anything is replaced; none where none was made. */
export function listSafetyOutputs(safety: BackupResult | undefined): Record<string, string | undefined> {
  if (!safety) return {};
  const { archive, index, sizeBytes, storedBytes } = safety;
  return { 'safety-archive': archive, 'safety-receipt': JSON.stringify({ archive, index, sizeBytes, storedBytes }) };
}
