import type { Logger } from '../../logging/logger.ts';
import { applyChange, type Change, type ChangeStatus } from './adoption/change.ts';

export type Answer = 'yes' | 'no' | 'all' | 'quit';

export interface SessionOptions {
  readonly logger: Logger;
  readonly signal?: AbortSignal;
  readonly agreesToAll?: boolean;
  readonly ask: (change: Change) => Promise<Answer>;
}

export interface Session {
  readonly changes: readonly ChangeStatus[];
  readonly warnings: readonly string[];
  readonly warn: (message: string) => void;
  readonly hasQuit: () => boolean;
  /** What of others a person has declined to give up. */
  readonly declinedForeign: readonly string[];
  /** Something was left as it is although all was agreed to. */
  readonly isIncomplete: () => boolean;
  /** Asks for a change, if there is one, and makes it or not. */
  readonly settle: (path: string, change: Change | undefined) => Promise<void>;
}

/** The answers so far, and what came of them. */
export function openSession(directory: string, { agreesToAll, ask, logger, signal }: SessionOptions): Session {
  const changes: ChangeStatus[] = [];
  const warnings: string[] = [];
  const declinedForeign: string[] = [];
  let answer: Answer = agreesToAll === true ? 'all' : 'no';
  let isIncomplete = false;
  const warn = (message: string) => {
    warnings.push(message);
    logger.warning(message);
  };
  const decide = async (change: Change): Promise<boolean> => {
    if (answer === 'quit') return false;
    if (agreesToAll === true && change.isForeign) {
      isIncomplete = true;
      warn(`${change.path} was not written by continuity and stays as it is: rename it, or run init without --yes`);
      return false;
    }
    // "All" was said without having seen that a file of somebody else is among them.
    if (answer === 'all' && !change.isForeign) return true;
    const given = await ask(change);
    if (answer !== 'all' || given === 'quit') answer = given;
    if (given === 'no' && change.isForeign) declinedForeign.push(change.path);
    return given === 'yes' || given === 'all';
  };
  return {
    changes,
    warnings,
    warn,
    declinedForeign,
    hasQuit: () => answer === 'quit',
    isIncomplete: () => isIncomplete,
    async settle(path: string, change: Change | undefined): Promise<void> {
      signal?.throwIfAborted();
      if (!change) return void changes.push({ path, status: 'unchanged' });
      const isAgreed = await decide(change);
      if (isAgreed) await applyChange(directory, change);
      changes.push({ path, status: isAgreed ? 'written' : 'declined' });
    },
  };
}
