import { Failure, messageOf } from '../../logging/failure.ts';
import { readComposeModel } from '../../sources/compose/model.ts';
import type { ComposeProject } from '../../sources/compose/project.ts';
import {
  changeContainer,
  listServiceContainers,
  type ContainerChange,
  type ServiceContainer,
} from '../../sources/compose/service-containers.ts';
import { openProject } from '../open-project.ts';
import type { Platform } from '../platform.ts';
import { readJournal } from '../restore/journal.ts';
import { groupByDependence } from './by-dependence.ts';
import { readHalted, removeHalted, writeHalted, type HaltedContainer } from './halted-record.ts';

/** What came of having halted services run again. */
export interface Resumed {
  /** Services that run again. */
  running: string[];
  /** Why others do not, a sentence each. The next command tries again. */
  faults: string[];
  /** Services that have to wait until an interrupted restore is complete. */
  waiting: string[];
}

/**
 * Has everything run again that a run of the toolkit halted, those first that others depend on; nothing else is ever
 * started. Not before a restore that is being put in place is complete: nobody is to open what is half restored. Can be
 * repeated. Never throws: it is called where something else may have failed that counts more.
 */
export async function resumeServices(platform: Platform): Promise<Resumed> {
  try {
    return await resumeRecorded(platform);
  } catch (error) {
    const fault = `services that were halted do not run again: ${describe(error)}`;
    platform.logger.error(fault);
    return { running: [], faults: [fault], waiting: [] };
  }
}

async function resumeRecorded(platform: Platform): Promise<Resumed> {
  const { config, logger } = platform;
  const halted = await readHalted(config.state);
  if (!halted) return { running: [], faults: [], waiting: [] };
  if ((await readJournal(config.state))?.phase === 'swapping') {
    return { running: [], faults: [], waiting: namesOf(halted.containers) };
  }
  const project = openProject(platform);
  const present = await listServiceContainers(project);
  const { services } = await readComposeModel(project);
  const left: HaltedContainer[] = [];
  const gone: HaltedContainer[] = [];
  const faults: string[] = [];
  for (const group of groupByDependence(halted.containers, services)) {
    await Promise.all(
      group.map(async (container) => {
        const { service } = container;
        try {
          const found = findPresent(container, present);
          if (found.length === 0) {
            // Whoever removed it decides whether it comes back.
            gone.push(container);
            faults.push(`service ${service} has no container any more: docker compose up -d ${service}`);
            return;
          }
          for (const each of found) await resumeOne(platform, project, container, each);
        } catch (error) {
          left.push(container);
          faults.push(`service ${service} is not running again: ${describe(error)}`);
        }
      }),
    );
  }
  for (const container of await findEnded(project, halted.containers, left)) {
    left.push(container);
    faults.push(`service ${container.service} ended as soon as it was started: docker logs ${container.name}`);
  }
  if (left.length === 0) await removeHalted(config.state);
  else await writeHalted(config.state, { ...halted, containers: left });
  for (const fault of faults) logger.error(fault);
  const running = halted.containers.filter((container) => !left.includes(container) && !gone.includes(container));
  return { running: namesOf(running), faults, waiting: [] };
}

/** The container itself; where it was made anew since, those of its service. */
function findPresent({ id, service }: HaltedContainer, present: readonly ServiceContainer[]): ServiceContainer[] {
  const ofService = present.filter((container) => container.service === service);
  const itself = ofService.find((container) => container.id === id);
  return itself ? [itself] : ofService;
}

async function resumeOne(
  { logger }: Platform,
  project: ComposeProject,
  { service, halt, id }: HaltedContainer,
  container: ServiceContainer,
): Promise<void> {
  const isItself = container.id === id;
  const changes = changesFor(halt === 'hold' && isItself, container.state);
  if (changes.length === 0) return;
  logger.info(`${changes.includes('unpause') ? 'Continuing' : 'Starting'} service ${service} again.`);
  for (const change of changes) await changeContainer(project, container, change);
}

/** What was held has read files that are others by now. */
function changesFor(isHeld: boolean, state: ServiceContainer['state']): ContainerChange[] {
  if (state === 'paused') return isHeld ? ['unpause', 'restart'] : ['unpause'];
  if (state === 'running' || state === 'restarting') return isHeld ? ['restart'] : [];
  return ['start'];
}

/** Those that were started, and do not run all the same. */
async function findEnded(
  project: ComposeProject,
  halted: readonly HaltedContainer[],
  left: readonly HaltedContainer[],
): Promise<HaltedContainer[]> {
  const present = await listServiceContainers(project);
  return halted.filter(
    ({ id }) =>
      !left.some((container) => container.id === id) &&
      present.some((container) => container.id === id && ['exited', 'dead', 'created'].includes(container.state)),
  );
}

function describe(error: unknown): string {
  return error instanceof Failure ? `${error.message}. ${error.next}` : messageOf(error);
}

function namesOf(containers: readonly HaltedContainer[]): string[] {
  return [...new Set(containers.map(({ service }) => service))].sort();
}
