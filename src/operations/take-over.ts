import { Failure } from '../logging/failure.ts';
import type { Platform } from './platform.ts';
import { finishInterrupted } from './restore/recover.ts';
import { resumeServices, type Resumed } from './services/resume-services.ts';

/**
 * Does what a killed run left to do, for whoever holds the lock now: its restore is carried through or
 * reverted, and then, in this order, the services that it had halted run again.
 *
 * @returns why services do not run again; no reason to do without a backup, but to be told in the end.
 * @throws Failure where an interrupted restore cannot be finished.
 */
export async function takeOver(platform: Platform): Promise<string[]> {
  const { logger } = platform;
  let resumed: Resumed | undefined;
  try {
    await finishInterrupted(platform);
  } finally {
    // Also where what was staged cannot be removed: nothing live was replaced then.
    resumed = await resumeServices(platform);
    const { running, waiting } = resumed;
    if (running.length > 0)
      logger.warning(`Run again since an interrupted run had halted them: ${running.join(', ')}.`);
    if (waiting.length > 0) logger.error(`Halted until the interrupted restore is complete: ${waiting.join(', ')}.`);
  }
  return resumed.faults;
}

/** Tries once more what could not be started before the work, which is done by now. @throws Failure `source` */
export async function requireServices(platform: Platform, faults: readonly string[]): Promise<void> {
  if (faults.length === 0) return;
  const again = await resumeServices(platform);
  if (again.faults.length === 0 && again.running.length > 0) return;
  throw servicesDown(platform, again.faults.length > 0 ? again.faults : faults);
}

/** What was asked for is done, but the platform does not serve: that is a failure, and says so. */
export function servicesDown({ holder }: Platform, faults: readonly string[]): Failure {
  return new Failure(
    'source',
    `${holder} did what it was asked for, but ${faults.join('; ')}`,
    'Start them (docker compose up -d), and look at their logs. Every next command tries again.',
  );
}
