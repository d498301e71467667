import { Failure } from '../logging/failure.ts';
import type { Platform } from './platform.ts';
import { finishInterrupted } from './restore/recover.ts';
import { resumeServices, type Resumed, type StillHalted } from './services/resume-services.ts';

/**
 * Does what a killed run left to do, for whoever holds the lock now: its restore is carried through or
 * reverted, and then, in this order, the services that it had halted run again.
 *
 * @returns what came of these; that some do not run is no reason to do without a backup, but to be told in the end.
 * @throws Failure where an interrupted restore cannot be finished.
 */
export async function takeOver(platform: Platform): Promise<Resumed> {
  const { logger } = platform;
  let resumed: Resumed | undefined;
  try {
    await finishInterrupted(platform);
  } finally {
    // Also where what was staged cannot be removed: nothing live was replaced then.
    resumed = await resumeServices(platform, { afterFailure: true });
    const { running, waiting } = resumed;
    if (running.length > 0)
      logger.warning(`Run again since an interrupted run had halted them: ${running.join(', ')}.`);
    if (waiting.length > 0) logger.error(`Halted until the interrupted restore is complete: ${waiting.join(', ')}.`);
  }
  return resumed;
}

/**
 * Tries once more what could not be started before the work, which is done by now. The work itself may have started it
 * meanwhile: then there is no record of it any more, and only what was lasting is left to be told.
 * @throws Failure `source`
 */
export async function requireServices(platform: Platform, before: StillHalted): Promise<void> {
  if (before.faults.length === 0) return;
  const again = await resumeServices(platform);
  const faults = [...before.lasting, ...again.faults];
  if (faults.length > 0) throw servicesDown(platform, faults);
}

/** What was asked for is done, but the platform does not serve: that is a failure, and says so. */
export function servicesDown({ holder }: Platform, faults: readonly string[]): Failure {
  return new Failure(
    'source',
    `${holder} did what it was asked for, but ${faults.join('; ')}`,
    'Start them (docker compose up -d), and look at their logs. Every next command tries again.',
  );
}
