import { formatDuration } from '../../logging/quantity-text.ts';
import type { VaultSettings } from '../settings/settings.ts';
import { findFault } from '../store/greet.ts';
import type { Store } from '../store/layout.ts';
import { listLedgerArchives, readLedger, type LedgerLine } from '../store/ledger.ts';
import { readVerdict } from '../store/verdicts.ts';
import type { UpkeepRecord, Verdict } from '../vault-client.ts';
import { recordUpkeep } from './record.ts';

export interface FreshnessOptions {
  store: Store;
  settings: Pick<VaultSettings, 'freshness'>;
}

export interface FreshnessResult extends UpkeepRecord {
  verb: 'freshness';
  /** The newest backup of production; safety copies and foreign archives are none. Age in milliseconds. */
  newest?: { name: string; sealed: string; ageMs: number; verdict?: Pick<Verdict, 'level' | 'isSound' | 'time'> };
  /** The newest one that a verification found sound. */
  verified?: { name: string; sealed: string };
}

/**
 * Whether backups still arrive, and are still verified: from the vault's own ledger and verdicts, whatever production
 * says of itself.
 */
export async function checkFreshness({ store, settings }: FreshnessOptions): Promise<FreshnessResult> {
  const now = store.now();
  const ledger = await readLedger(store);
  // A safety copy says that somebody restored, a foreign archive that another script once ran: neither that we back up.
  const backups = listLedgerArchives(ledger).filter(({ action, trigger }) => action === 'seal' && trigger !== 'safety');
  backups.sort((a, b) => Date.parse(a.time) - Date.parse(b.time));
  const newest = backups.at(-1);
  const verified = await findVerified(store, backups);
  const faults = [
    ...judgeAge(newest, now, settings.freshness.maximumAgeMs),
    ...(newest ? await judgeContent(store, newest) : []),
    ...judgeVerification(backups, verified, now, settings.freshness.maximumAgeMs),
  ];
  const verdict = newest ? await readVerdict(store, newest.name, newest.index) : undefined;
  const result: FreshnessResult = {
    verb: 'freshness',
    time: now.toISOString(),
    isFine: faults.length === 0,
    summary: faults[0] ?? describe(newest, verified, now),
    faults,
    ...(newest
      ? { newest: { name: newest.name, sealed: newest.time, ageMs: ageOf(newest, now), ...pick(verdict) } }
      : {}),
    ...(verified ? { verified: { name: verified.name, sealed: verified.time } } : {}),
  };
  await recordUpkeep(store, result);
  return result;
}

function judgeAge(newest: LedgerLine | undefined, now: Date, maximumAgeMs: number): string[] {
  if (!newest) return ['the vault holds no backup of ours at all'];
  const ageMs = ageOf(newest, now);
  if (ageMs < 0)
    return [`the newest backup, ${newest.name}, was sealed in the future (${newest.time}): look at the clock`];
  if (ageMs <= maximumAgeMs) return [];
  return [
    `no backup for ${formatDuration(ageMs)}: the newest is ${newest.name}; at most ${formatDuration(maximumAgeMs)} are allowed`,
  ];
}

async function judgeContent(store: Store, newest: LedgerLine): Promise<string[]> {
  const fault = await findFault(store, newest);
  if (fault !== undefined) return [`the newest backup, ${newest.name}: ${fault}`];
  const verdict = await readVerdict(store, newest.name, newest.index);
  if (verdict?.isSound !== false) return [];
  return [`the newest backup, ${newest.name}, was found damaged (${verdict.level}, ${verdict.time})`];
}

/**
 * A backup that nobody has verified for too long, nor any newer one: then the verification does not run, or does not get
 * through. One of last night may well wait for its turn.
 */
function judgeVerification(
  backups: readonly LedgerLine[],
  verified: LedgerLine | undefined,
  now: Date,
  maximumAgeMs: number,
): string[] {
  const waiting = backups[verified ? backups.indexOf(verified) + 1 : 0];
  if (!waiting || ageOf(waiting, now) <= maximumAgeMs) return [];
  const last = verified ? `the last one found sound is ${verified.name}` : 'none ever was';
  return [
    `no backup since ${waiting.name} (${formatDuration(ageOf(waiting, now))} ago) was verified and found sound; ${last}`,
  ];
}

async function findVerified(store: Store, backups: readonly LedgerLine[]): Promise<LedgerLine | undefined> {
  for (const line of backups.toReversed()) {
    if ((await readVerdict(store, line.name, line.index))?.isSound === true) return line;
  }
  return undefined;
}

function describe(newest: LedgerLine | undefined, verified: LedgerLine | undefined, now: Date): string {
  if (!newest) return '';
  const state = verified === newest ? 'verified' : 'to be verified';
  return `${newest.name}, ${formatDuration(ageOf(newest, now))} old, ${state}`;
}

function pick(verdict: Verdict | undefined): Pick<NonNullable<FreshnessResult['newest']>, 'verdict'> {
  return verdict ? { verdict: { level: verdict.level, isSound: verdict.isSound, time: verdict.time } } : {};
}

function ageOf({ time }: LedgerLine, now: Date): number {
  return now.getTime() - Date.parse(time);
}
