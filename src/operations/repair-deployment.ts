import { existsSync } from 'node:fs';
import { Failure } from '../logging/failure.ts';
import { acquireLock } from '../system/lock.ts';
import type { DeployHost } from './deploy.ts';
import { readCurrent } from './deploy/journal.ts';
import { describePlaces } from './deploy/places.ts';
import { repairInterrupted } from './deploy/repair.ts';

/** What came of a deployment that was killed. */
export interface DeployRepair {
  readonly outcome: string;
  /** The commit that runs now; absent where nothing does. */
  readonly running?: string;
}

/**
 * Repairs at once what a killed deployment has left, instead of leaving that to the next one. Undefined where there is
 * nothing to repair, or somebody else deploys, who has done so.
 */
export async function repairDeployment(options: DeployHost): Promise<DeployRepair | undefined> {
  const places = describePlaces(options.directory);
  if (!existsSync(places.journal)) return undefined;
  const lock = await acquireLock(places.lock, { holder: options.holder }).catch((error: unknown) => {
    if (error instanceof Failure && error.kind === 'locked') return undefined;
    throw error;
  });
  if (!lock) return undefined;
  try {
    const outcome = await repairInterrupted(places, options, (message) => options.logger.warning(message));
    const current = await readCurrent(places);
    if (outcome === undefined) return undefined;
    return { outcome, ...(current && !current.isDown ? { running: current.commit } : {}) };
  } finally {
    lock.release();
  }
}
