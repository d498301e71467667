import { silent, type Logger } from '../../src/logging/logger.ts';

/** Keeps what operations warn of, and leaves out the rest of what they say: the story tells it. */
export interface WarningCollector {
  logger: Logger;
  /** What was collected since the last call, each once. */
  take(): string[];
}

export function collectWarnings(): WarningCollector {
  const told = new Set<string>();
  let fresh: string[] = [];
  const collect = (message: string) => {
    if (told.has(message)) return;
    told.add(message);
    fresh.push(message);
  };
  return {
    logger: { ...silent, warning: collect, error: collect },
    take() {
      const taken = fresh;
      fresh = [];
      return taken;
    },
  };
}
