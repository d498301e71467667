import { link, lstat, readFile, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Failure } from '../../logging/failure.ts';
import type { Logger } from '../../logging/logger.ts';
import { syncDirectory, writeDurably } from '../../system/durable-file.ts';
import { isAlive } from '../../system/is-alive.ts';
import type { Receipt } from '../vault-client.ts';
import { archivePath, extentsPath, pendingPath, receiptPath, type Store } from './layout.ts';
import { assembledRecordPath } from './own-records.ts';
import { PROBE_PREFIX } from './share-extents.ts';
import { explainFullDisk } from './space.ts';
import { appendToLedger, listLedgerArchives, readLedger, type LedgerEntry, type LedgerLine } from './ledger.ts';

/** What the keeper notes down before an archive becomes visible. */
interface Pending {
  /** File in the assembly directory. */
  assembled: string;
  entry: Omit<LedgerEntry, 'previous'>;
}

/*
 * An archive becomes visible by a second link to its inode, which never replaces; only then comes the ledger's line.
 * Between the two it would be an archive that nobody answers for. Therefore the line is noted down before the link, and
 * the first name, in the assembly directory, goes last: whoever finds the note and both names of the one inode writes
 * the line; whoever finds the note alone knows that nothing became visible, and clears up. The record of its own extents
 * lies beside the first name until then.
 */

/** Makes an assembled archive visible under its name, for ever. The vault's lock must be held. */
export async function publishArchive(
  store: Store,
  assembledPath: string,
  entry: Omit<LedgerEntry, 'previous'>,
): Promise<Receipt> {
  // By its first name the next seal recognises what a crash has left.
  await syncDirectory(store.assembly);
  const pending: Pending = { assembled: basename(assembledPath), entry };
  try {
    await writeDurably(pendingPath(store), JSON.stringify(pending), 0o600);
    await link(assembledPath, archivePath(store, entry.name));
  } catch (error) {
    // Nothing became visible; what stayed here would take the room that somebody makes for the next try.
    for (const path of [pendingPath(store), assembledPath, assembledRecordPath(assembledPath)]) {
      await rm(path, { force: true });
    }
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    throw refuseName(entry.name, error);
  }
  try {
    await syncDirectory(store.directory);
    return await completeSeal(store, await appendToLedger(store, entry), assembledPath);
  } catch (error) {
    throw await explainCutSeal(store, entry.name, error);
  }
}

/** A full disk behind the last step back: by now the archive is there, and only its papers are not. */
async function explainCutSeal({ directory }: Store, name: string, error: unknown): Promise<unknown> {
  const next = `${name} is complete there, but what goes with it could not be written: make room on the backup server, then run the backup again, which finishes it.`;
  return await explainFullDisk(error, { directory, next });
}

/** Finishes what a killed seal has left, or clears it up: one good archive, or none. The vault's lock must be held. */
export async function settleCutSeal(store: Store, log: Logger): Promise<void> {
  const pending = await readPending(store);
  if (pending) {
    await finishPending(store, pending, log).catch(async (error: unknown) => {
      throw await explainCutSeal(store, pending.entry.name, error);
    });
  }
  await rm(pendingPath(store), { force: true });
  for (const name of await readdir(store.assembly)) {
    // Probes come and go without the lock, as long as whoever made them lives.
    const prober = name.startsWith(PROBE_PREFIX) ? Number.parseInt(name.slice(PROBE_PREFIX.length), 10) : undefined;
    if (prober === undefined || !isAlive(prober))
      await rm(join(store.assembly, name), { force: true, recursive: true });
  }
}

async function finishPending(store: Store, pending: Pending, log: Logger): Promise<void> {
  const { name, index } = pending.entry;
  const assembledPath = join(store.assembly, pending.assembled);
  const line = listLedgerArchives(await readLedger(store)).find((known) => known.name === name);
  if (line?.index === index && line) {
    await completeSeal(store, line, assembledPath);
  } else if (!line && (await isSameFile(assembledPath, archivePath(store, name)))) {
    log.warning(`the seal of ${name} was cut off after its archive was complete; finished it`);
    await syncDirectory(store.directory);
    await completeSeal(store, await appendToLedger(store, pending.entry), assembledPath);
  }
}

/** The receipt for a line of the ledger. */
export function makeReceipt(line: LedgerLine, already: boolean): Receipt {
  const { name, size, index = '', newBytes, time, digest } = line;
  return { name, index, sizeBytes: size, newBytes, sealed: time, ledger: digest, already };
}

/** A file lies where an archive is to go, and the ledger does not know it. */
export function refuseName(name: string, cause?: unknown): Failure {
  return new Failure(
    'refused',
    `${name} is there already, with other content; the first one stays`,
    'Give the new archive a name of its own (with its time of day), or have the administrator look at the first.',
    { cause },
  );
}

async function completeSeal(store: Store, line: LedgerLine, assembledPath: string): Promise<Receipt> {
  await placeOwnRecord(store, assembledPath, line.name);
  const receipt = makeReceipt(line, false);
  await writeDurably(receiptPath(store, line.name), JSON.stringify(receipt), 0o600);
  await rm(assembledPath, { force: true });
  await rm(pendingPath(store), { force: true });
  return receipt;
}

/** Moves the record of the archive's own extents to its place; done twice where the first time was cut. */
async function placeOwnRecord(store: Store, assembledPath: string, name: string): Promise<void> {
  const path = extentsPath(store, name);
  try {
    await rename(assembledRecordPath(assembledPath), path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  await syncDirectory(dirname(path));
}

async function readPending(store: Store): Promise<Pending | undefined> {
  try {
    return JSON.parse(await readFile(pendingPath(store), 'utf8')) as Pending;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

async function isSameFile(one: string, other: string): Promise<boolean> {
  const [first, second] = await Promise.all([one, other].map((path) => lstat(path).catch(() => undefined)));
  return first !== undefined && first.ino === second?.ino && first.dev === second.dev;
}
