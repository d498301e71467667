import { Failure, messageOf } from '../../logging/failure.ts';
import type { DockerCaller } from '../../sources/compose/docker.ts';
import {
  changeContainer,
  inspectContainers,
  type ContainerChange,
  type ServiceContainer,
} from '../../sources/compose/service-containers.ts';
import type { Platform } from '../platform.ts';
import { readJournal } from '../restore/journal.ts';
import { awaitEnd } from './await-end.ts';
import { groupByDependence } from './by-dependence.ts';
import { working } from './halt-services.ts';
import { readHalted, removeHalted, writeHalted, type HaltedContainer } from './halted-record.ts';
import { lookAtHalted } from './look-at-halted.ts';

/** What came of having halted services run again. */
export interface Resumed {
  /** Services that run again. */
  running: string[];
  /** Why others do not, a sentence each. The next command tries again, except for the lasting ones. */
  faults: string[];
  /** Those of the faults that nothing is left to be tried for: somebody removed the containers. */
  lasting: string[];
  /** Services that have to wait until an interrupted restore is complete. */
  waiting: string[];
}

/** What is to be told of services that do not run again. */
export type StillHalted = Pick<Resumed, 'faults' | 'lasting'>;

const nothing: Resumed = { running: [], faults: [], lasting: [], waiting: [] };

/**
 * Has everything run again that a run of the toolkit halted, those first that others depend on; nothing else is ever
 * started. Not before a restore that is being put in place is complete: nobody is to open what is half restored. Can be
 * repeated. Never throws: it is called where something else may have failed that counts more.
 *
 * `afterFailure`: the engine may still be stopping what it was asked to, with nobody who has waited for it. What runs is
 * then watched for as long as its end may take, and the record of it stays that long.
 */
export async function resumeServices(platform: Platform, options: { afterFailure?: boolean } = {}): Promise<Resumed> {
  try {
    return await resumeRecorded(platform, options.afterFailure ?? false);
  } catch (error) {
    const fault = `services that were halted do not run again: ${describe(error)}`;
    platform.logger.error(fault);
    return { ...nothing, faults: [fault] };
  }
}

async function resumeRecorded(platform: Platform, afterFailure: boolean): Promise<Resumed> {
  const { config, logger } = platform;
  const halted = await readHalted(config.state);
  if (!halted) return nothing;
  if ((await readJournal(config.state))?.phase === 'swapping') {
    return { ...nothing, waiting: namesOf(halted.containers) };
  }
  const caller = { environment: platform.environment, isDetached: true };
  const { present, services, unknown } = await lookAtHalted(platform, halted.containers);
  const left = new Set<HaltedContainer>();
  const gone = new Set<HaltedContainer>();
  const faults: string[] = [];
  const lasting: string[] = [];
  const groups = groupByDependence(halted.containers, services);
  const resumeAll = async (looked: readonly ServiceContainer[]): Promise<void> => {
    for (const group of groups) {
      await Promise.all(
        group.map(async (container) => {
          try {
            for (const { id } of findPresent(container, present)) {
              const now = looked.find((each) => each.id === id);
              if (now) await resumeOne(platform, caller, container, now);
            }
          } catch (error) {
            left.add(container);
            faults.push(`service ${container.service} is not running again: ${describe(error)}`);
          }
        }),
      );
    }
  };
  await resumeAll(present);
  if (afterFailure) await resumeAll(await awaitEnd(caller, listRunning(halted.containers, present)));
  for (const container of halted.containers.filter((each) => findPresent(each, present).length === 0)) {
    const { service } = container;
    const fault = `service ${service} has no container any more: docker compose up -d ${service}`;
    faults.push(fault);
    // Where the compose files cannot be read, there may be one made anew. Else whoever removed it decides on it.
    if (unknown !== undefined) left.add(container);
    else {
      gone.add(container);
      lasting.push(fault);
    }
  }
  for (const container of await findEnded(caller, halted.containers, left)) {
    left.add(container);
    faults.push(`service ${container.service} ended as soon as it was started: docker logs ${container.name}`);
  }
  if (left.size === 0) await removeHalted(config.state);
  else await writeHalted(config.state, { ...halted, containers: [...left] });
  for (const fault of faults) logger.error(fault);
  const running = halted.containers.filter((container) => !left.has(container) && !gone.has(container));
  return { ...nothing, running: namesOf(running), faults, lasting };
}

/** What was to be halted, and ran when it was looked at. */
function listRunning(halted: readonly HaltedContainer[], present: readonly ServiceContainer[]): ServiceContainer[] {
  return present.filter(({ id, state }) => working.has(state) && halted.some((container) => container.id === id));
}

/** The container itself; where it was made anew since, those of its service. */
function findPresent({ id, service }: HaltedContainer, present: readonly ServiceContainer[]): ServiceContainer[] {
  const ofService = present.filter((container) => container.service === service);
  const itself = ofService.find((container) => container.id === id);
  return itself ? [itself] : ofService;
}

async function resumeOne(
  { logger }: Platform,
  caller: DockerCaller,
  { service, halt, id }: HaltedContainer,
  container: ServiceContainer,
): Promise<void> {
  const isItself = container.id === id;
  const changes = changesFor(halt === 'hold' && isItself, container.state);
  if (changes.length === 0) return;
  logger.info(`${changes.includes('unpause') ? 'Continuing' : 'Starting'} service ${service} again.`);
  for (const change of changes) await changeContainer(caller, container, change);
}

/**
 * What was held knows files and databases that are others by now, and would write what it knows into these, until it ends
 * in its own time: killed while it is paused, it does nothing any more.
 */
function changesFor(isHeld: boolean, state: ServiceContainer['state']): ContainerChange[] {
  if (state === 'paused') return isHeld ? ['kill', 'start'] : ['unpause'];
  if (state === 'running' || state === 'restarting') return isHeld ? ['restart'] : [];
  return ['start'];
}

/** Those that were started, and do not run all the same. */
async function findEnded(
  caller: DockerCaller,
  halted: readonly HaltedContainer[],
  left: ReadonlySet<HaltedContainer>,
): Promise<HaltedContainer[]> {
  const started = halted.filter((container) => !left.has(container));
  const present = await inspectContainers(
    caller,
    started.map(({ id }) => id),
  );
  const ended = present.filter(({ state }) => ['exited', 'dead', 'created'].includes(state));
  return started.filter(({ id }) => ended.some((container) => container.id === id));
}

function describe(error: unknown): string {
  return error instanceof Failure ? `${error.message}. ${error.next}` : messageOf(error);
}

function namesOf(containers: readonly HaltedContainer[]): string[] {
  return [...new Set(containers.map(({ service }) => service))].sort();
}
