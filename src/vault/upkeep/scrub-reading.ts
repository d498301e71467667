import { messageOf } from '../../logging/failure.ts';
import type { Logger } from '../../logging/logger.ts';
import { openArchive, type ArchiveFile } from '../store/archive-file.ts';
import { checkExtents, dropFromCache, type WrongExtent } from '../store/check-extents.ts';
import type { DamagedExtent } from '../store/damage.ts';
import { archivePath, type Store } from '../store/layout.ts';
import type { OwnExtent, OwnExtents } from '../store/own-extents.ts';
import { loadOwnExtents, saveOwnExtents } from '../store/own-records.ts';
import { recordDamage } from '../store/record-damage.ts';
import { dropRottenRecord, withRecordLock } from './extent-records.ts';
import { recordTailDamage } from './scrub-tail.ts';
import { isStillKnown, type Surveyed } from './scrub-survey.ts';
import type { NightlyShare, Turns } from './scrub-turns.ts';

/** After so many bytes it is noted down what has been read: a killed run loses no more. */
const NOTED_EVERY_BYTES = 4 * 1024 ** 3;

/** What a run has read, and what it found. Sizes in bytes. */
export interface Reading {
  archives: Set<string>;
  extents: number;
  bytes: number;
  damage: DamagedExtent[];
  faults: string[];
  /** False where dd could not have the kernel forget what it had in memory. */
  isPastCache: boolean;
}

export interface ReadingOptions {
  store: Store;
  turns: Turns<Surveyed>;
  share: NightlyShare;
  /** When the run began, in seconds since 1970. */
  began: number;
  logger: Logger;
  signal?: AbortSignal | undefined;
}

/** Reads this night's share of all own extents. The vault's lock is not held: seals and prune go on beside it. */
export async function readShare(options: ReadingOptions): Promise<Reading> {
  const reading: Reading = {
    archives: new Set(),
    extents: 0,
    bytes: 0,
    damage: [],
    faults: [],
    isPastCache: true,
  };
  const { turns, share } = options;
  for (let turn = turns.take(); turn; turn = turns.take()) {
    const { archive, upTo } = turn;
    if (reading.bytes >= share.bytes && turns.rankOf(archive.head.oldest) > share.dueBefore) break;
    turns.put(archive, await readTurn(archive, upTo, options, reading));
  }
  return reading;
}

type Chosen = OwnExtent & { ordinal: number };

/** Reads what has its turn in one archive; returns the oldest reading that is left there, if any is. */
async function readTurn(
  { line, head }: Surveyed,
  upTo: number,
  options: ReadingOptions,
  reading: Reading,
): Promise<number | undefined> {
  const { store, logger, signal, began } = options;
  const own = await loadOwnExtents(store, line.name, head.index);
  if (!own) {
    await dropRottenRecord(store, head);
    return undefined;
  }
  const file = await openToRead(store, line, reading);
  if (!file) return undefined;
  const path = archivePath(store, line.name);
  let unnotedBytes = 0;
  let touched = new Set<number>();
  let wrong: WrongExtent[] = [];
  // What was found comes first: a run that is killed between the two finds it again.
  const note = async (): Promise<void> => {
    if (wrong.length > 0) await recordWrong(store, { line, head }, wrong, reading);
    await noteReading(store, own, touched, began);
    [unnotedBytes, touched, wrong] = [0, new Set(), []];
  };
  try {
    reading.isPastCache = (await dropFromCache(path)) && reading.isPastCache;
    reading.archives.add(line.name);
    for await (const block of checkExtents({ path, handle: file.handle }, choose(own, upTo, options, reading))) {
      for (const { ordinal, offset, length } of block.places) {
        own.touch(ordinal, began);
        touched.add(offset);
        reading.extents++;
        unnotedBytes += length;
      }
      wrong.push(...block.wrong);
      if (unnotedBytes >= NOTED_EVERY_BYTES) await note();
      logger.progress({ phase: 'scrub', done: reading.bytes, unit: 'bytes' });
      signal?.throwIfAborted();
    }
  } finally {
    await file.close();
    await note();
  }
  return findOldest(own, options.turns);
}

/** Counts bytes as they are chosen: what is due is read however much that is. */
function* choose(
  own: OwnExtents,
  upTo: number,
  { turns, share }: ReadingOptions,
  reading: Reading,
): Generator<Chosen, void, undefined> {
  for (let ordinal = 0; ordinal < own.count; ordinal++) {
    const read = own.readAt(ordinal);
    if (!turns.isWaiting(read, upTo)) continue;
    if (reading.bytes >= share.bytes && turns.rankOf(read) > share.dueBefore) continue;
    const extent = own.at(ordinal);
    reading.bytes += extent.length;
    yield { ...extent, ordinal };
  }
}

async function openToRead(store: Store, { name, size }: Surveyed['line'], reading: Reading) {
  let file: ArchiveFile;
  try {
    file = await openArchive(store, name);
  } catch (error) {
    if (await isStillKnown(store, name)) reading.faults.push(`${name} cannot be opened: ${messageOf(error)}`);
    return undefined;
  }
  if (file.sizeBytes === size) return file;
  await file.close();
  reading.faults.push(`${name} has ${file.sizeBytes} bytes on disk, ${size} in the ledger`);
  return undefined;
}

async function recordWrong(
  store: Store,
  { line, head }: Surveyed,
  wrong: readonly WrongExtent[],
  reading: Reading,
): Promise<void> {
  const isTail = ({ offset }: WrongExtent): boolean => offset === head.tail || line.index === undefined;
  const tail = wrong.find(isTail);
  if (tail) reading.faults.push(...(await recordTailDamage(store, line, tail)));
  const extents = wrong.filter((each) => !isTail(each));
  if (extents.length === 0) return;
  const found = { name: line.name, index: head.index, wrong: extents, by: 'scrub' } as const;
  reading.damage.push(...(await recordDamage(store, found)));
}

/** Into the record as it is by now: another archive may have handed extents over meanwhile. */
async function noteReading(
  store: Store,
  { about }: OwnExtents,
  touched: ReadonlySet<number>,
  began: number,
): Promise<void> {
  if (touched.size === 0) return;
  await withRecordLock(store, async () => {
    const own = await loadOwnExtents(store, about.archive, about.index);
    if (!own) return;
    for (let ordinal = 0; ordinal < own.count; ordinal++) {
      if (touched.has(own.at(ordinal).offset)) own.touch(ordinal, began);
    }
    await saveOwnExtents(store, own);
  });
}

function findOldest(own: OwnExtents, turns: Turns<Surveyed>): number | undefined {
  let oldest: number | undefined;
  for (let ordinal = 0; ordinal < own.count; ordinal++) {
    const read = own.readAt(ordinal);
    if (turns.isWaiting(read) && (oldest === undefined || turns.rankOf(read) < turns.rankOf(oldest))) oldest = read;
  }
  return oldest;
}
