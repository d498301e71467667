import type { Readable } from 'node:stream';
import { Failure } from '../../logging/failure.ts';
import type { Store } from './layout.ts';
import { requireSpace } from './space.ts';

/** Ten million files take a few minutes; what takes longer was made to. */
export const MAX_PLANNING_MS = 15 * 60_000;
const INTERVAL_MS = 1_000;

/**
 * Ends the work on a recipe that eats up the disk's reserve (its index is written meanwhile), or that does not end: a few
 * megabytes may unpack to any number of steps. The recipe's stream fails with the reason.
 * @returns stops the watching.
 */
export function guardPlanning(store: Store, recipe: Readable, maximumMs = MAX_PLANNING_MS): () => void {
  const startedMs = performance.now();
  const timer = setInterval(
    () => {
      if (performance.now() - startedMs > maximumMs) {
        const next = 'Run the backup again, with less at once.';
        recipe.destroy(new Failure('refused', 'following the recipe takes longer than any may', next));
      } else {
        requireSpace(store, 0).catch((error: unknown) => recipe.destroy(error as Error));
      }
    },
    Math.min(INTERVAL_MS, maximumMs),
  );
  return () => clearInterval(timer);
}
