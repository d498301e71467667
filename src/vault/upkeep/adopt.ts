import { readdir } from 'node:fs/promises';
import { CARD_NAME } from '../../archive/layout.ts';
import { parseArchiveName, type ArchiveName } from '../../config/archive-name.ts';
import type { DumpSurveyor } from '../../archive/foreign-survey.ts';
import type { Logger } from '../../logging/logger.ts';
import type { VaultSettings } from '../settings/settings.ts';
import type { Store } from '../store/layout.ts';
import { appendToLedger, listLedgerArchives, readLedger } from '../store/ledger.ts';
import { ForeignFile, Unfit } from './foreign-file.ts';
import { readNameInstant } from './name-instant.ts';
import { surveyAdopted } from './survey-adopted.ts';
import { withVaultLock } from './vault-lock.ts';

export interface AdoptOptions {
  store: Store;
  settings: Pick<VaultSettings, 'timezone'>;
  logger: Logger;
  /** Shows what would be taken over, and changes nothing. */
  isDryRun?: boolean;
  /** Looks at dumps: with it, what no survey tells of yet is read through as well, which takes longer than hashing. */
  surveyDump?: DumpSurveyor;
  lockWaitMs?: number;
  signal?: AbortSignal;
}

/** A file that was left as it is, and why. */
export interface LeftFile {
  name: string;
  why: string;
}

export interface AdoptResult {
  isDryRun: boolean;
  /** Taken over in this run, oldest first; with `isDryRun` what would be. Sizes in bytes. */
  adopted: { name: string; sizeBytes: number; sha256?: string; time: string }[];
  /** Archives that the ledger knew before. */
  known: number;
  left: LeftFile[];
  /** How many archives were read through, and which of all can never be restored from; absent where none were. */
  surveys?: { made: number; unfit: LeftFile[] };
}

/**
 * Takes over what the former script left: each archive is made read-only, hashed, and gets a line in the ledger, its age
 * counting from the date in its name. Then it is read through, the newest first, so that a restore finds at once what it
 * holds. One after the other: a run that is killed is gone on with by the next.
 */
export async function adopt(options: AdoptOptions): Promise<AdoptResult> {
  const { store, settings, logger, isDryRun = false, surveyDump, signal } = options;
  const { candidates, left, known } = await findCandidates(store, settings.timezone);
  const adopted: AdoptResult['adopted'] = [];
  for (const [at, { name, instant }] of candidates.entries()) {
    signal?.throwIfAborted();
    try {
      const file = await ForeignFile.open(store.directory, name);
      try {
        const found = { name, sizeBytes: file.sizeBytes, time: instant.toISOString() };
        if (isDryRun) {
          adopted.push(found);
          continue;
        }
        const phase = `hashing ${at + 1}/${candidates.length}`;
        const sha256 = await takeOver(options, file, (done) =>
          logger.progress({ phase, done, total: found.sizeBytes, unit: 'bytes' }),
        );
        await enter(options, { ...found, sha256 });
        adopted.push({ ...found, sha256 });
      } finally {
        await file.close();
      }
    } catch (error) {
      if (!(error instanceof Unfit)) throw error;
      left.push({ name, why: error.message });
    }
  }
  left.sort((a, b) => (a.name < b.name ? -1 : 1));
  const result = { isDryRun, adopted, known, left };
  if (isDryRun || !surveyDump) return result;
  return { ...result, surveys: await surveyAdopted({ store, logger, surveyDump, ...(signal ? { signal } : {}) }) };
}

/**
 * What only root can do before `adopt` runs as the keeper: gives the archives of the former script to the keeper, and
 * changes nothing else. Whoever wrote them must be locked out before: a file that is open for writing stays so.
 */
export async function giveToKeeper(
  directory: string,
  { timezone, owner, now }: { timezone: string; owner: { uid: number; gid: number }; now: Date },
): Promise<void> {
  for (const name of (await readdir(directory)).sort()) {
    if (judgeName(name, timezone, now) instanceof Unfit) continue;
    try {
      const file = await ForeignFile.open(directory, name);
      try {
        await file.giveTo(owner);
      } finally {
        await file.close();
      }
    } catch (error) {
      // The keeper's part of the work lists it.
      if (!(error instanceof Unfit)) throw error;
    }
  }
}

/** What lies beside the archives and is the vault's own. */
const ownNames = new Set(['.vault', '.incoming', CARD_NAME, 'lost+found']);

interface Candidate {
  name: string;
  instant: Date;
}

async function findCandidates(
  store: Store,
  timezone: string,
): Promise<{ candidates: Candidate[]; left: LeftFile[]; known: number }> {
  const inLedger = new Set(listLedgerArchives(await readLedger(store)).map(({ name }) => name));
  const candidates: Candidate[] = [];
  const left: LeftFile[] = [];
  let known = 0;
  for (const name of await readdir(store.directory)) {
    if (ownNames.has(name)) continue;
    const judged = judgeName(name, timezone, store.now());
    if (inLedger.has(name)) known++;
    else if (judged instanceof Unfit) left.push({ name, why: judged.message });
    else candidates.push({ name, instant: judged });
  }
  candidates.sort((a, b) => a.instant.getTime() - b.instant.getTime() || (a.name < b.name ? -1 : 1));
  return { candidates, left, known };
}

/** The instant that the name of a foreign archive stands for, or why it is none. */
function judgeName(name: string, timezone: string, now: Date): Date | Unfit {
  const parsed: ArchiveName | undefined = parseArchiveName(name);
  if (!parsed) {
    const looksLikeOne = name.startsWith('backup_full_');
    return new Unfit(looksLikeOne ? 'has a name with a date or time that does not exist' : 'is no archive');
  }
  if (!parsed.foreign) return new Unfit('has the name of an archive of ours, and is not in the ledger');
  const instant = readNameInstant(parsed, timezone);
  if (instant > now) return new Unfit(`is dated in the future, by the clock of the vault (${now.toISOString()})`);
  return instant;
}

async function takeOver(
  { signal }: AdoptOptions,
  file: ForeignFile,
  progress: (doneBytes: number) => void,
): Promise<string> {
  if (!file.belongsTo(process.getuid?.() ?? 0))
    throw new Unfit('belongs to somebody else: root has to give it to the owner of the vault');
  // Before it is hashed: from here on nobody opens it for writing.
  await file.makeReadOnly();
  return await file.hash(progress, signal);
}

/** The line in the ledger. Hashing was done without the lock: nightly backups go on meanwhile. */
async function enter(
  { store, logger, lockWaitMs, signal }: AdoptOptions,
  { name, sizeBytes, sha256, time }: { name: string; sizeBytes: number; sha256: string; time: string },
): Promise<void> {
  await withVaultLock({ store, logger, holder: `adoption of ${name}`, lockWaitMs, signal }, async () => {
    if (listLedgerArchives(await readLedger(store)).some((line) => line.name === name)) return;
    const reason = `adopted ${store.now().toISOString()}`;
    await appendToLedger(store, {
      time,
      action: 'foreign',
      name,
      size: sizeBytes,
      newBytes: sizeBytes,
      sha256,
      reason,
    });
  });
}
