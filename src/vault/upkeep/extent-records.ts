import { ExtentTable } from '../../archive/extent-table.ts';
import { ArchiveDamage } from '../../archive/archive-damage.ts';
import { acquireLock } from '../../system/lock.ts';
import { join } from 'node:path';
import { openArchive } from '../store/archive-file.ts';
import { digestBytes } from '../store/check-extents.ts';
import { clearDamage } from '../store/damage.ts';
import type { Store } from '../store/layout.ts';
import type { LedgerLine } from '../store/ledger.ts';
import { OwnExtents, type OwnHead } from '../store/own-extents.ts';
import {
  listOwnRecords,
  loadOwnExtents,
  loadOwnHead,
  removeOwnRecord,
  saveOwnExtents,
  secondsOf,
} from '../store/own-records.ts';
import { readExtentTable } from '../store/read-extent-table.ts';

/** Whoever changes a record does so for moments. */
const LOCK_WAIT_MS = 60_000;

/** What tells an archive from another that had its name before; undefined for one that nobody took a digest of. */
export function identityOf({ index, sha256 }: LedgerLine): string | undefined {
  return index ?? sha256;
}

/** Changes records while nobody else does. Seals may go on: theirs come whole, and once. */
export async function withRecordLock<Result>(store: Store, work: () => Promise<Result>): Promise<Result> {
  const path = join(store.private, 'extents.lock');
  const lock = await acquireLock(path, { holder: 'records of extents', waitMs: LOCK_WAIT_MS });
  try {
    return await work();
  } finally {
    lock.release();
  }
}

/**
 * Makes the record of an archive that has none (sealed by an older version, or its record rotted): all its extents are
 * taken for its own, which is safe and only slower where it shares some. They count as read a moment ago.
 * @throws ArchiveDamage where the archive's index cannot be read.
 */
export async function rebuildOwnExtents(store: Store, line: LedgerLine): Promise<OwnHead> {
  const { name, index, sha256, size } = line;
  const read = Math.max(0, secondsOf(store.now()) - 1);
  const file = await openArchive(store, name);
  try {
    let own: OwnExtents;
    if (index === undefined) {
      // A foreign archive is one extent, and all of it.
      own = new OwnExtents({ archive: name, index: sha256 ?? '', tail: size });
      own.append({ offset: 0, length: size, sha256: sha256 ?? '', read });
    } else {
      const extents = await readExtentTable(file, index);
      const tail = extents.endOffset;
      own = new OwnExtents({ archive: name, index, tail });
      for (const extent of extents) own.append({ ...extent, read });
      const digest = await digestBytes(file.handle, { offset: tail, length: file.sizeBytes - tail });
      own.append({ offset: tail, length: file.sizeBytes - tail, sha256: digest.sha256, read });
    }
    await withRecordLock(store, () => saveOwnExtents(store, own));
    return own.head();
  } finally {
    await file.close();
  }
}

/** Removes a record whose first line can be read and the rest not, so that the next run makes it anew. */
export async function dropRottenRecord(store: Store, { archive, index }: OwnHead): Promise<void> {
  await withRecordLock(store, async () => {
    if (!(await loadOwnExtents(store, archive, index))) await removeOwnRecord(store, archive);
  });
}

/**
 * Before an archive goes: those of its own extents that others still share become the own ones of the archives that were
 * built upon it, which from now on share the rest with whatever it was built upon. The vault's lock must be held, and the
 * archive still be there. Cut off anywhere, it can be done again.
 */
export async function handOver(store: Store, name: string): Promise<void> {
  await withRecordLock(store, async () => {
    const heirs: OwnHead[] = [];
    for (const other of await listOwnRecords(store)) {
      const head = await loadOwnHead(store, other);
      if (head?.base === name) heirs.push(head);
    }
    if (heirs.length === 0) return;
    const head = await loadOwnHead(store, name);
    const leaving = head && (await loadOwnExtents(store, name, head.index));
    // Looked up by digest; the count of entries, which means nothing here, stands for the time of reading.
    const given = new ExtentTable();
    for (const { read, ...place } of leaving ?? []) given.append({ ...place, entries: read });
    for (const heir of heirs) {
      const inherited = leaving && (await inherit(store, heir, given, leaving.about.base));
      // Without a record all of it counts as its own.
      if (inherited) await saveOwnExtents(store, inherited);
      else await removeOwnRecord(store, heir.archive);
    }
  });
}

/** The heir's record with what it shared; undefined where that cannot be told. */
async function inherit(
  store: Store,
  { archive, index }: OwnHead,
  given: ExtentTable,
  base: string | undefined,
): Promise<OwnExtents | undefined> {
  const before = await loadOwnExtents(store, archive, index);
  const file = await openArchive(store, archive).catch(() => undefined);
  if (!before || !file) {
    await file?.close();
    return undefined;
  }
  try {
    const after = new OwnExtents({ archive, index, tail: before.about.tail, ...(base === undefined ? {} : { base }) });
    let next = 0;
    for (const extent of await readExtentTable(file, index)) {
      const own = before.at(next);
      const heirloom = own.offset === extent.offset ? undefined : given.findByDigest(extent.sha256);
      if (own.offset === extent.offset) {
        after.append(own);
        next++;
      } else if (heirloom) {
        after.append({ ...extent, read: heirloom.entries });
      }
    }
    after.append(before.at(before.count - 1));
    return after;
  } catch (error) {
    if (error instanceof ArchiveDamage) return undefined;
    throw error;
  } finally {
    await file.close();
  }
}

/** Forgets an archive that has gone. */
export async function forgetExtents(store: Store, line: Pick<LedgerLine, 'name' | 'index' | 'sha256'>): Promise<void> {
  await removeOwnRecord(store, line.name);
  const identity = line.index ?? line.sha256;
  if (identity !== undefined) await clearDamage(store, line.name, identity);
}
