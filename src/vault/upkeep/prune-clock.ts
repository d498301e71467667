import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { formatDuration } from '../../logging/quantity-text.ts';
import { writeDurably } from '../../system/durable-file.ts';
import type { Ledger } from '../store/ledger.ts';
import type { Store } from '../store/layout.ts';

/** What the vault remembers of its clock: only a run that believed it writes it down. */
export interface ClockRecord {
  /** When the last run was that believed the clock. RFC 3339. */
  lastRun: string;
  /** So many lines of the ledger an administrator knows of, whatever times they bear. */
  acceptedLines: number;
}

const MAX_AHEAD_MS = 2 * 86_400_000;

/** The last run's word on the clock; undefined before the first, `unreadable` where the file is none of ours. */
export async function readClockRecord(store: Store): Promise<ClockRecord | 'unreadable' | undefined> {
  let text: string;
  try {
    text = await readFile(clockPath(store), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    const { lastRun, acceptedLines } = JSON.parse(text) as ClockRecord;
    if (Number.isNaN(Date.parse(lastRun)) || !Number.isSafeInteger(acceptedLines)) return 'unreadable';
    return { lastRun, acceptedLines };
  } catch {
    return 'unreadable';
  }
}

/** Durable when this returns. */
export async function writeClockRecord(store: Store, record: ClockRecord): Promise<void> {
  await writeDurably(clockPath(store), JSON.stringify(record), 0o600);
}

/**
 * Why the clock cannot be believed; undefined where it can. Before the first run the newest line of the ledger stands in
 * for the last one: a vault whose clock jumped before it ever pruned is no better off.
 */
export function judgeClock(
  nowMs: number,
  { lines }: Pick<Ledger, 'lines'>,
  record: ClockRecord | 'unreadable' | undefined,
): string | undefined {
  if (record === 'unreadable') return 'what the last run noted of the clock cannot be read';
  const clock = `the clock says ${toText(nowMs)}`;
  const times = lines
    .slice(record?.acceptedLines ?? 0)
    .filter(({ action }) => action !== 'foreign')
    .map(({ time }) => Date.parse(time));
  const newestMs = times.reduce((latest, time) => Math.max(latest, time), -Infinity);
  if (times.some(Number.isNaN)) return 'a line of the ledger has no time';
  if (nowMs < newestMs) return `${clock}, before the newest line of the ledger (${toText(newestMs)})`;
  if (record === undefined && newestMs === -Infinity) return undefined;
  const [referenceMs, what] =
    record === undefined ? [newestMs, 'the newest line of the ledger'] : [Date.parse(record.lastRun), 'the last run'];
  const aheadMs = nowMs - referenceMs;
  if (aheadMs < 0) return `${clock}, before the last run (${toText(referenceMs)})`;
  if (aheadMs <= MAX_AHEAD_MS) return undefined;
  return `${clock}, ${formatDuration(aheadMs)} after ${what} (${toText(referenceMs)}): more than 2 days`;
}

function toText(ms: number): string {
  return new Date(ms).toISOString();
}

function clockPath(store: Store): string {
  return join(store.private, 'prune-clock.json');
}
