import { Failure } from '../../logging/failure.ts';
import type { Store } from './layout.ts';
import { requireSpace } from './space.ts';

/** Ten million files take a few minutes; what takes longer was made to. */
const MAX_PLANNING_MS = 15 * 60_000;
const INTERVAL_MS = 1_000;

/**
 * Ends the work on a recipe that eats up the disk's reserve (its index is written meanwhile), or that does not end: a few
 * kilobytes may unpack to millions of steps. The signal's reason is a Failure, `space` or `refused`.
 */
export function guardPlanning(store: Store, maximumMs = MAX_PLANNING_MS): { signal: AbortSignal; stop: () => void } {
  const abort = new AbortController();
  const startedMs = performance.now();
  const look = (): void => {
    if (performance.now() - startedMs > maximumMs) {
      const next = 'Run the backup again, with less at once.';
      abort.abort(new Failure('refused', 'following the recipe takes longer than any may', next));
    } else {
      requireSpace(store, 0).catch((error: unknown) => abort.abort(error));
    }
  };
  const timer = setInterval(look, Math.min(INTERVAL_MS, maximumMs));
  return { signal: abort.signal, stop: () => clearInterval(timer) };
}
