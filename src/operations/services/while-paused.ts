import type { Platform } from '../platform.ts';
import { haltServices } from './halt-services.ts';
import { resumeServices, type StillHalted } from './resume-services.ts';

/**
 * Does some work while the services of `compose.pause` stand still, so that no file changes under it. They go on whatever
 * happens; where this process is killed, the next command sees to it. Without such services, it is only the work.
 *
 * @returns with the result, why services do not go on.
 */
export async function whilePaused<T>(
  platform: Platform,
  work: () => Promise<T>,
): Promise<{ result: T; stillHalted?: StillHalted }> {
  const pause = platform.config.compose?.pauses ?? [];
  if (pause.length === 0) return { result: await work() };
  let result: T;
  try {
    await haltServices(platform, { pause });
    result = await work();
  } catch (error) {
    await resumeServices(platform, { afterFailure: true });
    throw error;
  }
  const { faults, lasting } = await resumeServices(platform);
  return { result, ...(faults.length > 0 ? { stillHalted: { faults, lasting } } : {}) };
}
