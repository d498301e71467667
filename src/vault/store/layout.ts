import { chmod, chown, lstat, mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '../../logging/failure.ts';
import { isDiskFull } from '../../system/disk-room.ts';
import { parseArchiveName } from '../../config/archive-name.ts';
import { explainFullDisk } from './space.ts';

/** A vault on disk, and what its own side decides about it. */
export interface Store {
  /** The archives lie here, under their plain names. */
  readonly directory: string;
  /** The keeper's own: ledger, receipts, verdicts, lock. */
  readonly private: string;
  /** Archives under way; all on one file system with the archives. */
  readonly assembly: string;
  /** Indexes of archives that are being planned; whoever holds the planning lock clears it. */
  readonly planning: string;
  /** Segments on their way, as clients send them. */
  readonly incoming: string;
  /** Owner that segments must have. */
  readonly uploadUid: number;
  readonly isProvisioned: boolean;
  /** Links that a segment may have: a client in this very process may link its own files instead of copying them. */
  readonly segmentLinks: number;
  /** Free space that no seal may touch, in bytes; absent: 1 GiB, less on a small disk. */
  readonly reserveBytes?: number;
  /** What may be sealed in any 24 hours; absent: as much as there is space for. */
  readonly dailyLimits?: DailyLimits;
  /** The vault's clock. */
  readonly now: () => Date;
}

/** Settings of the vault's administrator against a client that fills the disk. */
export interface DailyLimits {
  readonly seals: number;
  /** What the seals may take on disk together. */
  readonly newBytes: number;
  /** For times in messages. */
  readonly timezone: string;
}

export interface StoreOptions {
  directory: string;
  /** User id of the upload account where that is another one than ours. */
  expectedUid?: number;
  /** Group of the upload account, which may put segments into the incoming area; needed with `expectedUid`. */
  uploadGid?: number;
  segmentLinks?: number;
  reserveBytes?: number;
  dailyLimits?: DailyLimits;
  now?: () => Date;
}

/**
 * Opens a vault, and makes its places on the first use. Its directory is made too, but not the folder above: a volume
 * that is not mounted must not become a vault that looks empty.
 * @throws Failure `config` where the directory cannot be made or is none.
 */
export async function openStore(options: StoreOptions): Promise<Store> {
  const { directory } = options;
  const ownUid = process.getuid?.() ?? 0;
  const uploadUid = options.expectedUid ?? ownUid;
  const hidden = join(directory, '.vault');
  const store: Store = {
    directory,
    private: hidden,
    assembly: join(hidden, 'assembly'),
    planning: join(hidden, 'planning'),
    incoming: join(directory, '.incoming'),
    uploadUid,
    isProvisioned: uploadUid !== ownUid,
    segmentLinks: options.segmentLinks ?? 1,
    ...(options.reserveBytes === undefined ? {} : { reserveBytes: options.reserveBytes }),
    ...(options.dailyLimits ? { dailyLimits: options.dailyLimits } : {}),
    now: options.now ?? (() => new Date()),
  };
  await makePlaces(store, options.uploadGid);
  return store;
}

/** Where an archive lies. The name must be one that `parseArchiveName` takes. */
export function archivePath(store: Store, name: string): string {
  return join(store.directory, requireName(name));
}

/** The answer to a seal, kept so that it can be given again. */
export function receiptPath(store: Store, name: string): string {
  return join(store.private, 'receipts', `${requireName(name)}.json`);
}

/** What the last verification of an archive found. */
export function verdictPath(store: Store, name: string): string {
  return join(store.private, 'verdicts', `${requireName(name)}.json`);
}

/** The record of the extents that an archive holds by itself. */
export function extentsPath(store: Store, name: string): string {
  return join(store.private, 'extents', requireName(name));
}

/** What an archive of the former script holds, found by reading it once. */
export function surveyPath(store: Store, name: string): string {
  return join(store.private, 'surveys', `${requireName(name)}.jsonl.gz`);
}

/** Extents whose bytes are known as wrong. */
export function damagePath(store: Store): string {
  return join(store.private, 'damage.jsonl');
}

export function ledgerPath(store: Store): string {
  return join(store.private, 'ledger.jsonl');
}

export function lockPath(store: Store): string {
  return join(store.private, 'lock');
}

/** Held by the seal that follows its recipe: one at a time, while upkeep goes on beside it. */
export function planningLockPath(store: Store): string {
  return join(store.private, 'planning.lock');
}

/** Held by a full verification: it reads a whole archive, and a client may ask for as many as it likes. */
export function verifyingLockPath(store: Store): string {
  return join(store.private, 'verifying.lock');
}

/** Held while a survey is made: it reads a whole archive, and holds a line for each of its entries. */
export function surveyingLockPath(store: Store): string {
  return join(store.private, 'surveying.lock');
}

/** What a seal is about to make visible: where a crash leaves it, the next seal finishes the work. */
export function pendingPath(store: Store): string {
  return join(store.private, 'pending.json');
}

/** @throws Failure `usage`: nothing that is no archive's name ever becomes part of a path. */
function requireName(name: string): string {
  if (parseArchiveName(name)) return name;
  throw new Failure(
    'usage',
    `${JSON.stringify(name.slice(0, 60))} names no archive`,
    'Give a full name such as backup_full_2026-01-31.tar.gz, with a date that exists.',
  );
}

const privatePlaces = ['assembly', 'extents', 'planning', 'receipts', 'surveys', 'verdicts'];

async function makePlaces(store: Store, uploadGid: number | undefined): Promise<void> {
  try {
    await makeDirectory(store.directory, 0o751);
    if (!(await stat(store.directory)).isDirectory()) throw new Error('it is not a directory');
    await makeDirectory(store.private, 0o700);
    await refuseLink(store.private);
    for (const name of privatePlaces) {
      await makeDirectory(join(store.private, name), 0o700);
      await refuseLink(join(store.private, name));
    }
    // Sticky: the upload account adds to it, and can neither remove nor rename what others have put there.
    if (store.isProvisioned) await makeDirectory(store.incoming, 0o1770, uploadGid);
    else await makeDirectory(store.incoming, 0o700);
    await refuseLink(store.incoming);
  } catch (error) {
    if (isDiskFull(error)) throw await explainFullDisk(error, store);
    const reason = error instanceof Error ? error.message : String(error);
    throw new Failure(
      'config',
      `the vault's directory ${store.directory} cannot be used: ${reason}`,
      'Check the path, that its disk is mounted, and who owns it.',
      { cause: error },
    );
  }
}

async function makeDirectory(path: string, mode: number, gid?: number): Promise<void> {
  try {
    await mkdir(path, { mode: 0o700 });
    if (gid !== undefined) await chown(path, process.getuid?.() ?? 0, gid);
    await chmod(path, mode);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

/** A link there would have the keeper clear up, or write, somewhere else. */
async function refuseLink(path: string): Promise<void> {
  if (!(await lstat(path)).isDirectory()) throw new Error(`${path} is not a directory of its own`);
}
