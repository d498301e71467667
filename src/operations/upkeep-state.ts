import { formatDuration } from '../logging/quantity-text.ts';
import { printable } from '../logging/printable.ts';
import type { UpkeepRecord, UpkeepVerb, VaultStatus } from '../vault/vault-client.ts';

/** How one kind of the vault's upkeep stands. */
export interface UpkeepState {
  verb: UpkeepVerb;
  /** `late`: fine when it last ran, which is too long ago. `outdated`: its fault may be over since. */
  state: 'fine' | 'faulty' | 'outdated' | 'late' | 'never';
  /** When it last ran, by the vault's clock; absent where it never did. */
  time?: string;
  /** In one line, for people. */
  summary: string;
  faults: string[];
}

const HOUR_MS = 3_600_000;
const DAILY_MS = 48 * HOUR_MS;

/** Every kind of upkeep, and how long ago each may have run at most. */
const longestPauseMs: Record<UpkeepVerb, number> = {
  freshness: 3 * HOUR_MS,
  sweep: DAILY_MS,
  prune: DAILY_MS,
  scrub: DAILY_MS,
  audit: DAILY_MS,
};

/**
 * How the vault's upkeep stands, by its own clock. Nothing is expected of a vault that is not provisioned: nobody has set
 * up timers there.
 */
export function judgeUpkeep({ upkeep = [], isProvisioned, clock, archives }: VaultStatus): UpkeepState[] {
  const verbs = Object.keys(longestPauseMs) as UpkeepVerb[];
  const states: UpkeepState[] = [];
  const newestSealed = archives.reduce((latest, { sealed }) => (sealed > latest ? sealed : latest), '');
  for (const verb of verbs) {
    const record = upkeep.find((known) => known.verb === verb);
    if (record) states.push(judgeRecord(record, Date.parse(clock), newestSealed));
    else if (isProvisioned) states.push({ verb, state: 'never', summary: 'never ran', faults: [] });
  }
  return states;
}

function judgeRecord(record: UpkeepRecord, nowMs: number, newestSealed: string): UpkeepState {
  const { verb, time, isFine } = record;
  const known = { verb, time: printable(time), faults: record.faults.map(printable) };
  const summary = printable(record.summary);
  // A backup that came after it looked is the very thing that it missed.
  const isOver = verb === 'freshness' && newestSealed > time;
  if (!isFine) return { ...known, state: isOver ? 'outdated' : 'faulty', summary };
  const pauseMs = nowMs - Date.parse(time);
  if (pauseMs <= longestPauseMs[verb]) return { ...known, state: 'fine', summary };
  return { ...known, state: 'late', summary: `has not run for ${formatDuration(pauseMs)}` };
}

/** More faults of one kind than this are for the command itself to list. */
const TOLD_FAULTS = 3;

/** What is to be said of upkeep, a sentence each; worst first. */
export function describeUpkeepFaults(states: readonly UpkeepState[]): string[] {
  const faulty = states.filter(({ state }) => state === 'faulty');
  const missing = states.filter(({ state }) => state === 'late' || state === 'never');
  return [
    ...faulty.flatMap(({ verb, faults, summary }) => {
      const rest = faults.length - TOLD_FAULTS;
      const told = faults.length > 0 ? faults.slice(0, TOLD_FAULTS) : [summary];
      return [...told, ...(rest > 0 ? [`and ${rest} more: see vault ${verb} on the backup server`] : [])].map(
        (fault) => `${verb}: ${fault}`,
      );
    }),
    ...missing.map(({ verb, summary }) => `warning: vault ${verb} ${summary}: look at its timer on the backup server`),
  ];
}
