import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../../logging/failure.ts';
import { listServiceContainers, living, type ServiceContainer } from '../../sources/compose/service-containers.ts';
import { openProject } from '../open-project.ts';
import type { Platform } from '../platform.ts';

const lookEveryMs = 500;
/** The largest of the applications take minutes to start on a slow machine. */
const patienceMs = 5 * 60_000;

/** What came of waiting for services that were started again. */
export interface Health {
  /** Why some are not healthy, a sentence each. */
  faults: string[];
  waitedMs: number;
}

/**
 * Waits until services that were started again are healthy, as their containers' own checks tell; one without a check
 * is, as long as it runs. Never throws: all is done that they were halted for.
 */
export async function awaitHealthy(platform: Platform, services: readonly string[]): Promise<Health> {
  if (services.length === 0) return { faults: [], waitedMs: 0 };
  const { logger, signal } = platform;
  const begun = Date.now();
  const project = { ...openProject(platform), isDetached: true };
  logger.info(`Waiting until what was started again is healthy: ${services.join(', ')}.`);
  let faults: string[] = [];
  try {
    for (;;) {
      const containers = leaveOutFormer(await listServiceContainers(project, services));
      const isOver = Date.now() - begun > patienceMs || signal?.aborted === true;
      faults = containers.flatMap((container) => describeAilment(container, isOver) ?? []);
      if (isOver || !containers.some(isStarting)) break;
      await sleep(lookEveryMs);
    }
  } catch (error) {
    faults = [`whether ${services.join(', ')} are healthy could not be seen: ${messageOf(error)}`];
  }
  for (const fault of faults) logger.error(fault);
  return { faults, waitedMs: Date.now() - begun };
}

/** Of a service that runs, containers that do not are what was scaled down, or died, before. */
function leaveOutFormer(containers: readonly ServiceContainer[]): ServiceContainer[] {
  const alive = new Set(containers.filter(({ state }) => living.has(state)).map(({ service }) => service));
  return containers.filter(({ service, state }) => living.has(state) || !alive.has(service));
}

function isStarting({ state, health }: ServiceContainer): boolean {
  return state === 'restarting' || (state === 'running' && health === 'starting');
}

function describeAilment(container: ServiceContainer, isOver: boolean): string | undefined {
  const { service, name, state, health } = container;
  if (isStarting(container) ? !isOver : state === 'running' && health !== 'unhealthy') return undefined;
  return `service ${service} was started again and is ${state === 'running' ? `not healthy (${health ?? 'not known'})` : state}: docker logs ${name}`;
}
