import { setTimeout as sleep } from 'node:timers/promises';
import { Failure, messageOf } from '../../logging/failure.ts';
import { printable } from '../../logging/printable.ts';
import { formatDuration } from '../../logging/quantity-text.ts';

const TRY_MS = 10_000;
const PAUSE_MS = 500;

/** What an address answered; `isGood`: a page, or the way to one. */
export interface UrlAnswer {
  readonly isGood: boolean;
  readonly said: string;
}

/** Asks an address once. Never throws. */
export async function askUrl(url: string, signal?: AbortSignal): Promise<UrlAnswer> {
  const timeout = AbortSignal.timeout(TRY_MS);
  try {
    const response = await fetch(url, {
      // A login page elsewhere is not ours to follow.
      redirect: 'manual',
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    });
    await response.body?.cancel();
    return { isGood: response.status < 400, said: `HTTP ${response.status}` };
  } catch (error) {
    const { cause } = error as { cause?: { code?: string } };
    return { isGood: false, said: printable(cause?.code ?? messageOf(error)).slice(0, 200) };
  }
}

/** Waits until an address answers. @throws Failure `source` with what it said last; the signal's reason where that came first. */
export async function waitForUrl(url: string, waitMs: number, signal?: AbortSignal): Promise<void> {
  const deadline = Date.now() + waitMs;
  for (;;) {
    const { isGood, said } = await askUrl(url, signal);
    signal?.throwIfAborted();
    if (isGood) return;
    if (Date.now() >= deadline) {
      throw new Failure(
        'source',
        `${url} does not answer as it should within ${formatDuration(waitMs)}: ${said}`,
        'Every service says that it is healthy: look at the proxy (npm run -s dev:logs -- proxy) and at its port.',
      );
    }
    await sleep(PAUSE_MS, undefined, signal ? { signal } : {});
  }
}
