import type { RefusedAnswer } from './refused-answer.ts';

/** Longer waits are left to the next run. */
const MAX_WAIT_MS = 20_000;

interface RateLimit {
  what: string;
  next: string;
  /** Absent where waiting within this run makes no sense. */
  waitMs?: number;
}

/** Whether an answer says that too much was asked: GitHub's hourly limit, or its limit of speed. */
export function judgeRateLimit({ status, headers }: RefusedAnswer, said: string, nowMs: number): RateLimit | undefined {
  if (status !== 403 && status !== 429) return undefined;
  const retryAfter = headers['retry-after'];
  if (retryAfter !== undefined) {
    const askedMs = readRetryAfterMs(String(retryAfter), nowMs);
    return {
      what: `HTTP ${status}, asked too fast: GitHub wants ${Math.ceil(askedMs / 1000)} s of rest`,
      next: 'Run it again later, and less often.',
      ...(askedMs <= MAX_WAIT_MS ? { waitMs: askedMs } : {}),
    };
  }
  if (String(headers['x-ratelimit-remaining']) === '0') {
    const resetMs = Number(headers['x-ratelimit-reset']) * 1000;
    const isKnown = Number.isFinite(resetMs) && resetMs > 0 && resetMs < 8.64e15;
    const until = isKnown ? ` until ${new Date(resetMs).toISOString()}` : '';
    const waitMs = Math.max(1000, resetMs - nowMs);
    return {
      what: `HTTP ${status}, the token's requests are used up${until}`,
      next: 'Run it again after that, or give it a token that others do not use.',
      ...(isKnown && waitMs <= MAX_WAIT_MS ? { waitMs } : {}),
    };
  }
  if (status === 429 || /rate limit/i.test(said)) {
    // GitHub asks for a minute at least where it names no time.
    return { what: `HTTP ${status}, asked too fast`, next: 'Run it again in some minutes, and less often.' };
  }
  return undefined;
}

/** Seconds, or a date. */
function readRetryAfterMs(text: string, nowMs: number): number {
  const askedMs = /^\d{1,9}$/.test(text) ? Number(text) * 1000 : Date.parse(text) - nowMs;
  return Number.isFinite(askedMs) ? Math.max(1000, askedMs) : 60_000;
}
