import { findExcess, type IncomingBudget } from './incoming-budget.ts';

const SHORTEST_INTERVAL_MS = 200;
const LONGEST_INTERVAL_MS = 1_000;
/** Looking may take a twentieth of the time. */
const REST_PER_LOOK = 20;
/** rsync puts the file that it is at in its place before it ends. */
const GRACE_MS = 2_000;

/**
 * Looks at the incoming area while rsync runs, and ends rsync's process group when a budget is used up. `stop` looks a last
 * time, and says which budget it was.
 */
export function watchBudget(group: number, incoming: string, budget: IncomingBudget): { stop(): string | undefined } {
  let excess: string | undefined;
  let timer: NodeJS.Timeout;
  const end = (signal: NodeJS.Signals): void => {
    try {
      process.kill(-group, signal);
    } catch {
      // It has ended by itself.
    }
  };
  const look = (): void => {
    const startedMs = performance.now();
    excess = findExcess(incoming, budget);
    if (excess === undefined) {
      const restMs = (performance.now() - startedMs) * REST_PER_LOOK;
      timer = setTimeout(look, Math.min(Math.max(restMs, SHORTEST_INTERVAL_MS), LONGEST_INTERVAL_MS));
    } else {
      end('SIGTERM');
      timer = setTimeout(() => end('SIGKILL'), GRACE_MS);
    }
  };
  timer = setTimeout(look, SHORTEST_INTERVAL_MS);
  return {
    stop() {
      clearTimeout(timer);
      return (excess ??= findExcess(incoming, budget));
    },
  };
}
