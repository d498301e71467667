import type { Logger } from '../../logging/logger.ts';
import { countOf, formatBytes, formatDuration } from '../../logging/quantity-text.ts';
import { findFault } from '../store/greet.ts';
import type { Store } from '../store/layout.ts';
import { listLedgerArchives, readLedger, type Ledger, type LedgerLine } from '../store/ledger.ts';
import { readVerdict } from '../store/verdicts.ts';
import type { VaultSettings } from '../settings/settings.ts';
import type { UpkeepRecord } from '../vault-client.ts';
import { judgeClock, readClockRecord, writeClockRecord } from './prune-clock.ts';
import { recordUpkeep } from './record.ts';
import { removeArchive } from './remove-archive.ts';
import { chooseExpired, dateArchives, type AgedArchive } from './retention.ts';
import { withVaultLock } from './vault-lock.ts';

/** A set whose newest archive is older than this is dying, and never made smaller. */
const DYING_AFTER_MS = 48 * 3_600_000;

export interface PruneOptions {
  store: Store;
  settings: Pick<VaultSettings, 'retention'>;
  logger: Logger;
  /** Shows what would go, and changes nothing. */
  isDryRun?: boolean;
  /** An administrator on the vault has looked at the clock: from now on this is the time. */
  acceptsClock?: boolean;
  lockWaitMs?: number;
  signal?: AbortSignal;
}

/** An archive that went, or would go. Sizes in bytes, times RFC 3339. */
export interface PrunedArchive {
  name: string;
  sizeBytes: number;
  /** What its age counts from. */
  agedFrom: string;
}

export interface PruneResult extends UpkeepRecord {
  verb: 'prune';
  isDryRun: boolean;
  /** Gone; with `isDryRun` what would go. Oldest first. */
  pruned: PrunedArchive[];
  /** Past their age as well, left for the next runs. */
  later: number;
  /** Past their age, but needed: too few would be left. */
  heldBack: number;
  /** Archives that are there now. */
  kept: number;
}

/**
 * Removes archives that are past their age: some days' worth at most, oldest first, and nothing at all where anything
 * speaks against it, which `faults` say. Never to make room.
 * @throws Failure `locked`; the system's errors, after which the next run goes on.
 */
export async function prune(options: PruneOptions): Promise<PruneResult> {
  const { store, logger, lockWaitMs, signal } = options;
  // Looking needs no lock, and leaves no trace.
  if (options.isDryRun) return await pruneNow(options);
  return await withVaultLock({ store, logger, holder: 'prune', lockWaitMs, signal }, async () => {
    const result = await pruneNow(options);
    await recordUpkeep(store, result);
    return result;
  });
}

async function pruneNow(options: PruneOptions): Promise<PruneResult> {
  const { store, settings, logger, isDryRun = false, signal } = options;
  const ledger = await readLedger(store);
  const now = store.now();
  const archives = await lookAtArchives(store, ledger, now.getTime());
  const faults = await findReasonsAgainst(options, ledger, archives, now.getTime());
  const choice = chooseExpired(archives, { nowMs: now.getTime(), ...settings.retention });
  const pruned: PrunedArchive[] = [];
  for (const { line, agedFromMs } of faults.length > 0 ? [] : choice.prune) {
    signal?.throwIfAborted();
    if (!isDryRun) await removeArchive(store, { line, action: 'prune' }, logger);
    pruned.push({ name: line.name, sizeBytes: line.size, agedFrom: new Date(agedFromMs).toISOString() });
  }
  if (choice.heldBack.length > 0) faults.push(describeHeldBack(choice.heldBack.length, archives, settings));
  const outcome = { pruned, later: choice.later.length, heldBack: choice.heldBack.length };
  const kept = archives.length - (isDryRun ? 0 : pruned.length);
  const about = { verb: 'prune', time: now.toISOString(), isDryRun, isFine: faults.length === 0, kept } as const;
  return { ...about, summary: summarise({ ...outcome, isDryRun, kept }, faults), faults, ...outcome };
}

/** Everything that the ledger says is there, with what it is worth. */
async function lookAtArchives(store: Store, ledger: Ledger, nowMs: number): Promise<AgedArchive[]> {
  const present = listLedgerArchives(ledger);
  const agedFrom = dateArchives(present, ledger.lines, nowMs);
  const archives: AgedArchive[] = [];
  for (const line of present) {
    const agedFromMs = agedFrom.get(line) ?? Number.NaN;
    archives.push({ line, agedFromMs, isCounted: line.trigger !== 'safety' && (await isWhole(store, line)) });
  }
  return archives;
}

async function isWhole(store: Store, line: LedgerLine): Promise<boolean> {
  if ((await findFault(store, line)) !== undefined) return false;
  return (await readVerdict(store, line.name, line.index))?.isSound !== false;
}

/** One sentence for each reason why nothing may go. Notes the clock down where it is to be believed. */
async function findReasonsAgainst(
  { store, logger, isDryRun, acceptsClock }: PruneOptions,
  ledger: Ledger,
  archives: readonly AgedArchive[],
  nowMs: number,
): Promise<string[]> {
  const reasons: string[] = [];
  if (ledger.fault !== undefined) reasons.push(`the ledger was changed by another hand: ${ledger.fault}`);
  if (ledger.tornBytes > 0)
    logger.warning("the ledger's last line was cut off by a crash; the chain goes on before it");
  const record = await readClockRecord(store);
  const clockFault = judgeClock(nowMs, ledger, record);
  const isAccepted = clockFault !== undefined && acceptsClock === true;
  if (isAccepted) logger.warning(`accepted by an administrator: ${clockFault}`);
  else if (clockFault !== undefined) reasons.push(clockFault);
  // An empty vault knows nothing that would speak for or against its clock.
  if (!isDryRun && (isAccepted || (clockFault === undefined && ledger.lines.length > 0))) {
    const former = typeof record === 'object' ? record.acceptedLines : 0;
    const acceptedLines = isAccepted ? ledger.lines.length : former;
    await writeClockRecord(store, { lastRun: new Date(nowMs).toISOString(), acceptedLines });
  }
  const dying = describeDying(archives, nowMs);
  return dying === undefined ? reasons : [...reasons, dying];
}

function describeDying(archives: readonly AgedArchive[], nowMs: number): string | undefined {
  if (archives.length === 0) return undefined;
  const ours = archives.filter(
    ({ line, agedFromMs, isCounted }) => isCounted && line.action === 'seal' && agedFromMs <= nowMs,
  );
  const newestMs = ours.reduce((latest, { agedFromMs }) => Math.max(latest, agedFromMs), -Infinity);
  if (newestMs === -Infinity) return 'there is no whole archive of ours: a dying set is never made smaller';
  const ageMs = nowMs - newestMs;
  if (ageMs <= DYING_AFTER_MS) return undefined;
  return `the newest whole archive is ${formatDuration(ageMs)} old: a set that gets no new ones is never made smaller`;
}

function describeHeldBack(
  count: number,
  archives: readonly AgedArchive[],
  { retention }: Pick<VaultSettings, 'retention'>,
): string {
  const whole = archives.filter(({ isCounted }) => isCounted).length;
  return `${countOf(count, 'archive')} past ${retention.days} days must stay: of ${countOf(whole, 'whole archive')} the newest ${retention.keepNewest} are kept whatever their age`;
}

function summarise(
  { pruned, later, kept, isDryRun }: Pick<PruneResult, 'pruned' | 'later' | 'kept' | 'isDryRun'>,
  faults: readonly string[],
): string {
  if (faults.length > 0 && pruned.length === 0) return `nothing pruned: ${faults[0]}`;
  const bytes = pruned.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const done = pruned.length === 0 ? 'nothing' : `${countOf(pruned.length, 'archive')} (${formatBytes(bytes)})`;
  const rest = later === 0 ? '' : `, ${later} more at the next runs`;
  return `${done} ${isDryRun ? 'would be pruned' : 'pruned'}${rest}; ${countOf(kept, 'archive')} kept`;
}
