import type { Manifest } from '../../archive/manifest.ts';
import type { RestoreResult } from '../restore.ts';

/** What a recovery brought back, for whoever asks whether all of it is there. */
export interface RecoveredParts {
  databases: { key: string; tables: number; rows: number }[];
  files: { source: string; files: number; bytes: number }[];
  fetchedBytes: number;
  /** What the restore left to people: roles without a password, entries that could not keep their owner. */
  notes: string[];
}

/** What an archive holds; all of it was compared with its fingerprints before it was put in place. */
export function listParts(
  { databases, files }: Manifest,
  result?: Pick<RestoreResult, 'fetchedBytes' | 'notes'>,
): RecoveredParts {
  return {
    databases: Object.entries(databases).map(([key, { fingerprints }]) => {
      const tables = Object.values(fingerprints.tables);
      return { key, tables: tables.length, rows: tables.reduce((sum, { rows }) => sum + rows, 0) };
    }),
    files: Object.entries(files).map(([source, record]) => ({ source, files: record.files, bytes: record.bytes })),
    fetchedBytes: result?.fetchedBytes ?? 0,
    notes: result?.notes ?? [],
  };
}
