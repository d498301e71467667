import { setTimeout as sleep } from 'node:timers/promises';
import type { DockerCaller } from '../../sources/compose/docker.ts';
import { inspectServices, type ServiceContainer } from '../../sources/compose/service-containers.ts';
import { working } from './halt-services.ts';

const lookEveryMs = 500;
/** From the kill at the end of the grace until the engine calls the container ended. */
const killMs = 2_000;

/**
 * Waits for what the engine may still be stopping or pausing, since whoever asked for it is gone or was not answered: no
 * state of a container tells. After its grace, one that runs goes on running.
 *
 * @returns those that stand still after all, as they are then.
 */
export async function awaitEnd(
  caller: DockerCaller,
  containers: readonly ServiceContainer[],
): Promise<ServiceContainer[]> {
  const begun = Date.now();
  const ended: ServiceContainer[] = [];
  let waiting = containers;
  while (waiting.length > 0) {
    await sleep(lookEveryMs);
    const waitedMs = Date.now() - begun;
    const present = await inspectServices(
      caller,
      waiting.map(({ id }) => id),
    );
    ended.push(...present.filter(({ state }) => !working.has(state)));
    waiting = present.filter(({ state, graceMs }) => working.has(state) && waitedMs < graceMs + killMs);
  }
  return ended;
}
