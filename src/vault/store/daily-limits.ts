import { formatTime } from '../../logging/format-time.ts';
import { Failure } from '../../logging/failure.ts';
import { countOf, formatBytes } from '../../logging/quantity-text.ts';
import type { Store } from './layout.ts';
import type { Ledger } from './ledger.ts';

const DAY_MS = 86_400_000;

/** A seal of the last 24 hours: when it was, and what it took on disk. */
interface Spent {
  timeMs: number;
  bytes: number;
}

/**
 * Checks that one more seal of so many bytes stays within the day's limits, which go by the ledger and the vault's clock.
 * Where archives share nothing, a seal takes an archive's full size, whatever of it is new.
 * @throws Failure `refused` with the numbers, when it will be possible again, and the setting that says so.
 */
export function requireDailyRoom(
  store: Store,
  ledger: Ledger,
  { newBytes, sharesExtents }: { newBytes: number; sharesExtents: boolean },
): void {
  const { dailyLimits: limits } = store;
  if (!limits) return;
  const nowMs = store.now().getTime();
  const spent = ledger.lines
    .filter(({ action }) => action === 'seal')
    .map((line): Spent => ({ timeMs: Date.parse(line.time), bytes: sharesExtents ? line.newBytes : line.size }))
    // A clock that was set back has sealed in what is now the future: that counts as well, but not for ever.
    .filter(({ timeMs }) => Math.abs(nowMs - timeMs) < DAY_MS)
    .sort((one, other) => one.timeMs - other.timeMs);
  const say = (atMs: number): string => formatTime(new Date(atMs + DAY_MS), limits.timezone);
  if (spent.length >= limits.seals) {
    const again = spent[spent.length - limits.seals];
    throw refuse(
      `${countOf(spent.length, 'archive')} sealed within 24 hours, and the vault takes no more than ${limits.seals}`,
      again && `possible again from ${say(again.timeMs)} on`,
      'budgets.seals-per-day',
    );
  }
  const spentBytes = spent.reduce((sum, { bytes }) => sum + bytes, 0);
  if (spentBytes + newBytes <= limits.newBytes) return;
  throw refuse(
    `this archive takes ${formatBytes(newBytes)} of disk after ${formatBytes(spentBytes)} within 24 hours, and the vault gives no more than ${formatBytes(limits.newBytes)}`,
    findAgain(spent, limits.newBytes - newBytes, say),
    'budgets.new-bytes-per-day',
  );
}

/** When enough of what was spent is a day old; undefined where that alone will never do. */
function findAgain(spent: readonly Spent[], mayBeSpent: number, say: (atMs: number) => string): string | undefined {
  if (mayBeSpent < 0) return undefined;
  let rest = spent.reduce((sum, { bytes }) => sum + bytes, 0);
  for (const { timeMs, bytes } of spent) {
    rest -= bytes;
    if (rest <= mayBeSpent) return `possible again from ${say(timeMs)} on`;
  }
  return undefined;
}

function refuse(what: string, again: string | undefined, key: string): Failure {
  return new Failure(
    'refused',
    `the vault's limit for a day is reached: ${what}; ${again ?? 'no day has room for it'} (${key})`,
    `Nothing was sealed and nothing was lost. Where this is no mistake, have ${key} raised in the vault's settings (/etc/skills-vault.yml, by its administrator), or wait.`,
  );
}
