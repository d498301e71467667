import type { DatabaseRecord, Manifest } from '../../archive/manifest.ts';
import { Failure } from '../../logging/failure.ts';
import type { Verdict } from '../vault-client.ts';
import { openArchive } from './archive-file.ts';
import { findDamagedExtents, nameDamage } from './check-extents.ts';
import { checkStructure } from './check-structure.ts';
import type { Store } from './layout.ts';
import { listLedgerArchives, readLedger, type LedgerLine } from './ledger.ts';
import { recordVerdict } from './verdicts.ts';

export interface VerifyOptions {
  store: Store;
  name: string;
  /** `seal`: size, footer, index against the ledger, manifest. `full`: every byte is read again as well. */
  level: 'seal' | 'full';
  progress: (doneBytes: number, totalBytes: number) => void;
}

/**
 * Verifies an archive on the vault's own disk, and records the verdict: one that is damaged is never built upon again.
 * @throws Failure `vault` where the ledger knows no archive of ours by that name.
 */
export async function verifySealed({ store, name, level, progress }: VerifyOptions): Promise<Verdict> {
  const line = await findSealed(store, name);
  const file = await openArchive(store, name);
  try {
    const { damage, extents, entries, manifest } = await checkStructure(file, line);
    if (level === 'full' && extents) {
      damage.push(...(await nameDamage(file, await findDamagedExtents(file, extents, progress))));
    }
    const verdict: Verdict = {
      name,
      index: line.index,
      level,
      isSound: damage.length === 0,
      damage,
      checked: {
        extents: extents?.count ?? 0,
        entries,
        bytes: level === 'full' ? file.sizeBytes : file.sizeBytes - (extents?.endOffset ?? 0),
        ...countDatabases(manifest),
      },
      time: store.now().toISOString(),
    };
    await recordVerdict(store, verdict);
    return verdict;
  } finally {
    await file.close();
  }
}

/** The manifest came with the upload: what is in it may have any shape. */
function countDatabases(manifest: Manifest | undefined): { databases: string[]; tables: number } {
  const records: Partial<Record<string, Partial<DatabaseRecord> | null>> =
    (manifest as Partial<Manifest> | undefined)?.databases ?? {};
  const tables = Object.values(records).map((record) => Object.keys(record?.fingerprints?.tables ?? {}).length);
  return { databases: Object.keys(records), tables: tables.reduce((sum, count) => sum + count, 0) };
}

/** The ledger's line of an archive that we sealed. */
export async function findSealed(store: Store, name: string): Promise<LedgerLine & { index: string }> {
  const line = listLedgerArchives(await readLedger(store)).find((known) => known.name === name);
  const { index } = line ?? {};
  if (line?.action === 'seal' && index !== undefined) return { ...line, index };
  throw new Failure(
    'vault',
    line ? `${name} was made by the former script: it has no index` : `the vault holds no archive ${name}`,
    'list shows the archives, and which of them are ours.',
  );
}
