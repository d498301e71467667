import { lstat, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ArchiveDamage } from '../../archive/archive-damage.ts';
import { messageOf } from '../../logging/failure.ts';
import type { Logger } from '../../logging/logger.ts';
import { findFault } from '../store/greet.ts';
import type { Store } from '../store/layout.ts';
import { listLedgerArchives, readLedger, type LedgerLine } from '../store/ledger.ts';
import type { OwnHead } from '../store/own-extents.ts';
import { listOwnRecords, loadOwnHead, removeOwnRecord } from '../store/own-records.ts';
import { identityOf, rebuildOwnExtents, withRecordLock } from './extent-records.ts';

/** An archive that is there, and what begins the record of its own extents. */
export interface Surveyed {
  line: LedgerLine;
  head: OwnHead;
}

export interface Survey {
  /** All that the ledger knows, oldest line first. */
  lines: LedgerLine[];
  archives: Surveyed[];
  /** Of all own extents together. */
  totalBytes: number;
  faults: string[];
}

/** A temporary file that nobody has finished for so long belongs to a run that died. */
const ABANDONED_AFTER_MS = 600_000;

/** Looks at the first line of each archive's record; makes those that are missing, removes those of archives that went. */
export async function surveyRecords(store: Store, logger: Logger, signal?: AbortSignal): Promise<Survey> {
  await sweepTemporaries(store);
  // In this order: a record whose archive is not in the ledger by now belongs to none.
  const records = await listOwnRecords(store);
  const lines = listLedgerArchives(await readLedger(store));
  const names = new Set(lines.map(({ name }) => name));
  for (const stray of records.filter((name) => !names.has(name))) {
    // As long as the file is there, somebody is about to remove both, and needs the record for that.
    const file = await lstat(join(store.directory, stray)).catch(() => undefined);
    if (!file) await removeOwnRecord(store, stray);
  }
  const survey: Survey = { lines, archives: [], totalBytes: 0, faults: [] };
  for (const line of lines) {
    signal?.throwIfAborted();
    const head = await surveyOne(store, line, survey.faults, logger);
    if (!head) continue;
    survey.archives.push({ line, head });
    survey.totalBytes += head.bytes;
  }
  return survey;
}

async function surveyOne(
  store: Store,
  line: LedgerLine,
  faults: string[],
  logger: Logger,
): Promise<OwnHead | undefined> {
  const { name } = line;
  const identity = identityOf(line);
  if (identity === undefined) return undefined;
  const fault = await findFault(store, line);
  if (fault !== undefined) {
    if (await isStillKnown(store, name)) faults.push(`${name}: ${fault}`);
    return undefined;
  }
  const head = await loadOwnHead(store, name, identity);
  if (head) return head;
  try {
    logger.info(`${name}: makes the record of its extents.`);
    return await rebuildOwnExtents(store, line);
  } catch (error) {
    if (!(error instanceof ArchiveDamage)) throw error;
    faults.push(`${name}: ${messageOf(error)}; verify it`);
    return undefined;
  }
}

/** Prune may have removed it meanwhile. */
export async function isStillKnown(store: Store, name: string): Promise<boolean> {
  return listLedgerArchives(await readLedger(store)).some((line) => line.name === name);
}

async function sweepTemporaries(store: Store): Promise<void> {
  await withRecordLock(store, () => sweep(join(store.private, 'extents'), 0));
  for (const folder of ['verdicts', 'upkeep']) await sweep(join(store.private, folder), ABANDONED_AFTER_MS);
}

async function sweep(folder: string, ageMs: number): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names.filter((each) => /^\..*\.[0-9a-f]{12}\.tmp$/.test(each))) {
    const about = await lstat(join(folder, name)).catch(() => undefined);
    if (about && Date.now() - about.mtimeMs >= ageMs) await rm(join(folder, name), { force: true });
  }
}
