import { Failure } from '../../logging/failure.ts';
import type { DockerCaller } from '../../sources/compose/docker.ts';
import { readComposeModel } from '../../sources/compose/model.ts';
import {
  changeContainer,
  listServiceContainers,
  type ContainerState,
  type ServiceContainer,
} from '../../sources/compose/service-containers.ts';
import { openProject } from '../open-project.ts';
import type { Platform } from '../platform.ts';
import { groupByDependence } from './by-dependence.ts';
import { findOneOffs } from './find-one-offs.ts';
import type { Users } from './find-users.ts';
import { readHalted, writeHalted, type Halt, type HaltedContainer } from './halted-record.ts';

/** Names of services, by what is to be done to them. */
export type HaltRequest = Readonly<Partial<Record<Halt, readonly string[]>>>;

/** A container that starts again and again does not work, but would, in the middle of what is done meanwhile. */
export const working: ReadonlySet<ContainerState> = new Set(['running', 'restarting']);

/**
 * Halts the containers of services that run now, those first that depend on others. Which they are is on disk before the
 * first of them is: `resumeServices` has exactly these run again, after whatever happened.
 *
 * @throws Failure where one cannot be halted, others may be by then; `refused` where one is used by what nobody could
 * have run again.
 */
export async function haltServices(platform: Platform, request: HaltRequest): Promise<HaltedContainer[]> {
  const haltOf = new Map(
    Object.entries(request).flatMap(([halt, services]) => services.map((service) => [service, halt as Halt] as const)),
  );
  if (haltOf.size === 0) return [];
  const project = { ...openProject(platform), isDetached: true };
  const [model, containers] = await Promise.all([readComposeModel(project), listServiceContainers(project)]);
  const oneOffs = await findOneOffs(project, model, request);
  if (oneOffs.length > 0) throw new Failure('refused', oneOffs.join('; '), 'Run again when nothing of that goes on.');
  const chosen = containers.flatMap((container) => {
    const halt = haltOf.get(container.service);
    return halt !== undefined && working.has(container.state) ? [{ ...container, halt }] : [];
  });
  if (chosen.length === 0) return [];
  const halted = chosen.map(({ id, name, service, halt }) => ({ id, name, service, halt }));
  await record(platform, halted, containers);
  for (const group of groupByDependence(chosen, model.services).reverse()) {
    // All of a group are waited for, also where one fails: what is still stopping would end after it was to run again.
    const ended = await Promise.allSettled(group.map((container) => haltOne(platform, project, container)));
    for (const each of ended) if (each.status === 'rejected') throw each.reason;
  }
  return halted;
}

/**
 * Halts again what somebody, or the engine after a reboot, has started before the run that halts its users was finished.
 * What its journal does not tell, for it is an older one, the record of what was halted tells in part.
 * @throws Failure where that is not possible.
 */
export async function haltAgain(platform: Platform, users: Users | undefined): Promise<void> {
  const recorded = users ? [] : ((await readHalted(platform.config.state))?.containers ?? []);
  const namesOf = (halt: Halt) => recorded.filter((each) => each.halt === halt).map(({ service }) => service);
  const { stop, hold } = users ?? { stop: namesOf('stop'), hold: namesOf('hold') };
  await startHeld(platform, hold);
  await haltServices(platform, { stop, hold });
}

/**
 * Has those run that ended, in whose own containers files lie: they are reached through its first program, which has to be
 * there for that.
 */
export async function startHeld(platform: Platform, hold: Users['hold']): Promise<void> {
  if (hold.length === 0) return;
  const project = { ...openProject(platform), isDetached: true };
  const containers = await listServiceContainers(project);
  const ended = containers.filter(({ service, state }) => hold.includes(service) && state === 'exited');
  for (const container of ended) {
    platform.logger.info(
      `Starting service ${container.service}: the files that are to be looked at lie in its container.`,
    );
    await changeContainer(project, container, 'start');
  }
}

/** What was not had running again before stays on the list, except for containers that others have taken the place of. */
async function record(
  { config, holder, now }: Platform,
  halted: readonly HaltedContainer[],
  present: readonly ServiceContainer[],
): Promise<void> {
  const before = (await readHalted(config.state))?.containers ?? [];
  const isReplaced = ({ id, service }: HaltedContainer): boolean =>
    !present.some((container) => container.id === id) && halted.some((container) => container.service === service);
  const left = before.filter((container) => !halted.some(({ id }) => id === container.id) && !isReplaced(container));
  await writeHalted(config.state, {
    version: 1,
    holder,
    since: now().toISOString(),
    containers: [...left, ...halted],
  });
}

async function haltOne(
  { logger }: Platform,
  caller: DockerCaller,
  container: ServiceContainer & { halt: Halt },
): Promise<void> {
  const { service, halt, state } = container;
  logger.info(`${halt === 'stop' ? 'Stopping' : 'Pausing'} service ${service}.`);
  // What is between two attempts to start has nothing that could be paused.
  const change = halt === 'stop' || state === 'restarting' ? 'stop' : 'pause';
  await changeContainer(caller, container, change).catch((error: unknown) => {
    if (!(error instanceof Failure)) throw error;
    throw new Failure(error.kind, `service ${service} cannot be halted: ${error.message}`, error.next, {
      cause: error,
    });
  });
}
