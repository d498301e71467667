import type { Platform } from '../platform.ts';
import { awaitHealthy } from '../services/await-healthy.ts';
import type { ServicesReport } from './put-in-place.ts';

/** Waits until the services that run again are healthy; what became of that is told with the rest. Never throws. */
export async function awaitServices(platform: Platform, services: ServicesReport): Promise<ServicesReport> {
  const { faults, waitedMs } = await awaitHealthy(platform, services.started);
  return { ...services, faults: [...services.faults, ...faults], healthMs: waitedMs };
}
