import { MANIFEST_NAME } from '../../archive/layout.ts';
import type { Manifest } from '../../archive/manifest.ts';
import { verifyArchive } from '../../archive/verify-archive.ts';
import { Failure } from '../../logging/failure.ts';
import { countOf } from '../../logging/quantity-text.ts';
import { acquireLock } from '../../system/lock.ts';
import type { Verdict } from '../vault-client.ts';
import { openArchive, type ArchiveFile } from './archive-file.ts';
import type { WrongExtent } from './check-extents.ts';
import { confirmDamage, explainReadError } from './confirm-damage.ts';
import { clearDamage } from './damage.ts';
import { verifyingLockPath, type Store } from './layout.ts';
import { listLedgerArchives, readLedger, type LedgerLine } from './ledger.ts';
import { noteDamage } from './record-damage.ts';
import { explainFullDisk } from './space.ts';
import { recordVerdict } from './verdicts.ts';

/** Judges a dump by its content; returns what is wrong with it. Databases are none of the store's business. */
export type DumpCheck = (name: string, content: AsyncIterable<Buffer>, manifest: Manifest) => Promise<string[]>;

export interface VerifyOptions {
  store: Store;
  name: string;
  /** `seal`: size, footer, index against the ledger, manifest. `full`: every byte is read again as well. */
  level: 'seal' | 'full';
  checkDump?: DumpCheck;
  progress: (doneBytes: number, totalBytes: number) => void;
  /** How long to wait for another full verification to end. */
  lockWaitMs?: number;
}

const DEFAULT_LOCK_WAIT_MS = 60_000;

type Findings = Pick<Verdict, 'damage' | 'checked'> & { wrongExtents: WrongExtent[]; isExtentsOnly: boolean };

/**
 * Verifies an archive on the vault's own disk, and records the verdict: one that is damaged is never built upon
 * again, unless single extents are all that is damaged; these are barred.
 * Full verifications run one at a time: each takes memory and the disk for itself.
 * @throws Failure `vault` where the ledger knows no archive of ours by that name, `locked` where another full
 * verification does not end in time.
 */
export async function verifySealed(options: VerifyOptions): Promise<Verdict> {
  const { store, name, level, lockWaitMs = DEFAULT_LOCK_WAIT_MS } = options;
  if (level === 'seal') return await verifyAndRecord(options);
  const holder = `full verification of ${name}`;
  const lock = await acquireLock(verifyingLockPath(store), { holder, waitMs: lockWaitMs });
  try {
    return await verifyAndRecord(options);
  } finally {
    lock.release();
  }
}

async function verifyAndRecord(options: VerifyOptions): Promise<Verdict> {
  const { store, name, level } = options;
  const line = await findSealed(store, name);
  const file = await openArchive(store, name);
  try {
    const { damage, checked, wrongExtents, isExtentsOnly } = await verifyFile(options, file, line);
    const { index } = line;
    const time = store.now().toISOString();
    const onlyExtents = isExtentsOnly ? { isExtentsOnly } : {};
    const isSound = damage.length === 0;
    const verdict: Verdict = { name, index, level, isSound, ...onlyExtents, damage, checked, time };
    try {
      // Whoever has read all of it has the last word on its extents; before the verdict, which may say that all is well.
      if (level === 'full') {
        await clearDamage(store, name, index);
        await noteDamage(store, { name, index, wrong: wrongExtents, by: 'verify' });
      }
      await recordVerdict(store, verdict);
    } catch (error) {
      throw await explainUnrecorded(store, verdict, error);
    }
    return verdict;
  } finally {
    await file.close();
  }
}

/** What was found must be heard, though a full disk takes no note of it. */
async function explainUnrecorded(store: Store, { name, isSound, damage }: Verdict, error: unknown): Promise<unknown> {
  const found = isSound
    ? 'is sound'
    : `is damaged (${countOf(damage.length, 'place')}, the first: ${damage[0]?.where})`;
  const next = `${name} ${found}, but that is recorded nowhere: make room on the backup server, then verify it again.`;
  return await explainFullDisk(error, { directory: store.directory, next });
}

async function verifyFile(
  { store, level, checkDump, progress }: VerifyOptions,
  file: ArchiveFile,
  line: LedgerLine & { index: string },
): Promise<Findings> {
  const reading = verifyArchive({
    archive: file,
    index: line.index,
    skipsContent: level === 'seal',
    ...(checkDump ? { checkDump } : {}),
    onProgress: progress,
  });
  const found = await reading.catch((error: unknown) => explainReadError(error, { store, file, line, progress }));
  const { damage, checked, manifest, damagedExtents } = found;
  const wrongExtents = await confirmDamage(store, line.name, file, damagedExtents);
  let isExtentsOnly = found.isExtentsOnly && wrongExtents.length === damagedExtents.length;
  if (file.sizeBytes !== line.size) {
    damage.unshift({ where: line.name, what: `has ${file.sizeBytes} bytes, ${line.size} in the ledger` });
    isExtentsOnly = false;
  }
  if (manifest && manifest.name !== line.name) {
    damage.unshift({ where: MANIFEST_NAME, what: `it is that of ${JSON.stringify(manifest.name).slice(0, 60)}` });
    isExtentsOnly = false;
  }
  return { damage, checked, wrongExtents, isExtentsOnly };
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
