import { join } from 'node:path';
import type { Logger } from '../../logging/logger.ts';
import { countOf, formatBytes } from '../../logging/quantity-text.ts';
import { acquireLock } from '../../system/lock.ts';
import type { VaultSettings } from '../settings/settings.ts';
import type { DamagedExtent } from '../store/damage.ts';
import type { Store } from '../store/layout.ts';
import { loadOwnHead, secondsOf } from '../store/own-records.ts';
import type { UpkeepRecord } from '../vault-client.ts';
import { listDamagedArchives, type DamagedArchive } from './damaged-archives.ts';
import { readUpkeep, recordUpkeep } from './record.ts';
import { readShare } from './scrub-reading.ts';
import { searchSharers } from './scrub-search.ts';
import { surveyRecords, type Survey } from './scrub-survey.ts';
import { Turns, shareOfNight } from './scrub-turns.ts';

export interface ScrubOptions {
  store: Store;
  settings: Pick<VaultSettings, 'scrub'>;
  logger: Logger;
  /** Read everything, whatever this night's share is. */
  readsAll?: boolean;
  signal?: AbortSignal;
}

/** What a run has read, and what it found. Sizes in bytes. */
export interface ScrubResult extends UpkeepRecord {
  verb: 'scrub';
  /** Archives of which something was read. */
  archives: number;
  extents: number;
  bytes: number;
  /** Of all extents, shared ones counted once. */
  totalBytes: number;
  /** Every extent has been read since then, or written; RFC 3339. Absent in an empty vault. */
  allReadSince?: string;
  /** What was found in this run. */
  damage: DamagedExtent[];
  /** Every archive of which extents are known as damaged, from this run or before. */
  damagedArchives: DamagedArchive[];
  /** False where the kernel's memory may have hidden damage: the program dd is missing. */
  isPastCache: boolean;
  durationMs: number;
}

/**
 * Reads this night's share of all unique extents, so that each is read once in `settings.scrub.withinDays` days, and
 * compares them with their digests. A damaged extent is barred, and all archives that share it are named.
 * @throws Failure `locked` where another scrub is at work.
 */
export async function scrub(options: ScrubOptions): Promise<ScrubResult> {
  const { store } = options;
  const lock = await acquireLock(join(store.private, 'scrub.lock'), { holder: 'scrub' });
  try {
    const result = await scrubLocked(options);
    await recordUpkeep(store, result);
    return result;
  } finally {
    lock.release();
  }
}

async function scrubLocked({ store, settings, logger, readsAll = false, signal }: ScrubOptions): Promise<ScrubResult> {
  const begun = Date.now();
  const now = store.now();
  const began = secondsOf(now);
  const survey = await surveyRecords(store, logger, signal);
  const last = (await readUpkeep(store)).find(({ verb }) => verb === 'scrub');
  const share = shareOfNight({
    totalBytes: survey.totalBytes,
    withinDays: settings.scrub.withinDays,
    now,
    sinceLastMs: last && now.getTime() - Date.parse(last.time),
    readsAll,
  });
  const turns = new Turns(survey.archives, began);
  const reading = await readShare({ store, turns, share, began, logger, signal });
  const sharers = await searchSharers(store, survey.lines, logger, signal);
  const damage = [...reading.damage, ...sharers.damage];
  const damagedArchives = await listDamagedArchives(store, survey.lines, damage);
  const newest = survey.lines.findLast(({ action, trigger }) => action === 'seal' && trigger !== 'safety');
  const faults = [
    ...damagedArchives.filter(({ isNew }) => isNew).map(describeDamage),
    ...damagedArchives.filter(({ isNew, name }) => !isNew && name === newest?.name).map(describeDamage),
    ...survey.faults,
    ...reading.faults,
    ...sharers.faults,
  ];
  const allReadSince = await findOldestReading(store, survey);
  const { extents, bytes, isPastCache } = reading;
  if (!isPastCache) logger.warning('dd (coreutils) did not clear the cache: damage may be hidden by it');
  const result: Omit<ScrubResult, 'summary'> = {
    verb: 'scrub',
    time: now.toISOString(),
    isFine: faults.length === 0,
    faults,
    archives: reading.archives.size,
    extents,
    bytes,
    totalBytes: survey.totalBytes,
    ...(allReadSince === undefined ? {} : { allReadSince }),
    damage,
    damagedArchives,
    isPastCache,
    durationMs: Date.now() - begun,
  };
  return { ...result, summary: summarise(result) };
}

async function findOldestReading(store: Store, { archives }: Survey): Promise<string | undefined> {
  let oldest = Infinity;
  for (const { head } of archives) {
    oldest = Math.min(oldest, (await loadOwnHead(store, head.archive, head.index))?.oldest ?? Infinity);
  }
  return oldest === Infinity ? undefined : new Date(oldest * 1000).toISOString();
}

function describeDamage({ name, extents, entries, nearestGood }: DamagedArchive): string {
  const good = nearestGood === undefined ? 'no good archive is known' : `the nearest good archive is ${nearestGood}`;
  return `${name} is damaged: ${countOf(extents, 'extent')} (${entries.slice(0, 3).join(', ')}${entries.length > 3 ? ', …' : ''}); ${good}`;
}

function summarise({
  bytes,
  extents,
  totalBytes,
  damage,
  damagedArchives,
  allReadSince,
}: Omit<ScrubResult, 'summary'>) {
  const found =
    damage.length > 0
      ? `${countOf(damage.length, 'damaged extent')} found`
      : damagedArchives.length > 0
        ? `no new damage, ${countOf(damagedArchives.length, 'archive')} known as damaged`
        : 'no damage';
  const since = allReadSince === undefined ? '' : `, all of it since ${allReadSince.slice(0, 10)}`;
  return `${found}; read ${formatBytes(bytes)} of ${formatBytes(totalBytes)} in ${countOf(extents, 'extent')}${since}`;
}
