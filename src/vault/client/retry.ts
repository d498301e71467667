import { setTimeout as sleep } from 'node:timers/promises';

import { messageOf } from '../../logging/failure.ts';
import type { SshOptions } from './ssh-options.ts';

/** Marks a failure of the network: trying again may help. */
export class NetworkTrouble extends Error {
  override readonly name = 'NetworkTrouble';
  /** What to throw where all attempts failed. */
  readonly failure: Error;

  constructor(failure: Error) {
    super(failure.message, { cause: failure });
    this.failure = failure;
  }
}

/** Tries several times, with a growing pause, as long as what is thrown is NetworkTrouble. */
export async function retryOnTrouble<T>(options: SshOptions, attempt: () => Promise<T>): Promise<T> {
  const { attempts = 3, retryDelayMs = 1_000, log, signal } = options;
  for (let made = 1; ; made++) {
    try {
      signal?.throwIfAborted();
      return await attempt();
    } catch (error) {
      if (!(error instanceof NetworkTrouble)) throw error;
      if (made >= attempts || signal?.aborted) throw error.failure;
      log.warning(`${messageOf(error)} (attempt ${made} of ${attempts}; trying again)`);
      await sleep(retryDelayMs * 2 ** (made - 1), undefined, signal ? { signal } : {});
    }
  }
}
