import { identifyFaults } from './fault-key.ts';
import type { FaultState } from './state.ts';

/** More changes of one fault than this are not told until its next reminder: a text that is never the same twice must not shout. */
const MAX_CHANGES = 5;
const MAX_KEYS = 200;

export type Judgement =
  | { readonly verdict: 'fine' }
  | { readonly verdict: 'recovery'; readonly since?: Date }
  /** `state` is what is to be kept where nobody was told, `ifTold` where somebody was. */
  | {
      readonly verdict: 'fault' | 'changed' | 'reminder' | 'standing';
      readonly since: Date;
      readonly state: FaultState;
      readonly ifTold: FaultState;
    };

/**
 * What is to be told, from what is known of a subject and what it is like now. A state that cannot be read counts as
 * never told: rather twice than never.
 */
export function judge(
  known: FaultState | undefined | 'unreadable',
  faults: readonly string[],
  now: Date,
  repeatAfterMs: number,
): Judgement {
  const former = known === 'unreadable' ? undefined : known;
  if (faults.length === 0) {
    if (known === 'unreadable') return { verdict: 'recovery' };
    // A fault of which nobody was told is not told as over.
    return former?.toldAt === undefined ? { verdict: 'fine' } : { verdict: 'recovery', since: new Date(former.since) };
  }
  const keys = identifyFaults(faults);
  const time = now.toISOString();
  const since = former?.since ?? time;
  const state: FaultState = {
    version: 1,
    since,
    observedAt: time,
    ...(former?.toldAt === undefined ? {} : { toldAt: former.toldAt }),
    keys: former?.keys ?? [],
    changes: former?.changes ?? 0,
  };
  const told = (changes: number): FaultState => ({
    ...state,
    toldAt: time,
    keys: [...new Set([...keys, ...state.keys])].slice(0, MAX_KEYS),
    changes,
  });
  const because = (verdict: 'fault' | 'changed' | 'reminder' | 'standing', changes: number) => ({
    verdict,
    since: new Date(since),
    state,
    ifTold: told(changes),
  });
  if (former?.toldAt === undefined) return because('fault', 0);
  if (isReminderDue(former, now, repeatAfterMs)) return because('reminder', 0);
  const isNew = keys.some((key) => !former.keys.includes(key));
  if (isNew && former.changes < MAX_CHANGES) return because('changed', former.changes + 1);
  return because('standing', former.changes);
}

/**
 * Due at the observation that lies nearest to its time: one that is made each night, now a minute earlier and now a
 * minute later, would otherwise be told every second night. A clock that was set back makes it due.
 */
function isReminderDue({ toldAt, observedAt }: FaultState, now: Date, repeatAfterMs: number): boolean {
  const sinceToldMs = now.getTime() - Date.parse(toldAt ?? '');
  const gapMs = Math.max(0, now.getTime() - Date.parse(observedAt));
  return !(sinceToldMs >= 0) || sinceToldMs + Math.min(gapMs, repeatAfterMs) / 2 >= repeatAfterMs;
}
