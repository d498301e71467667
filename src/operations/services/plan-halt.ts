import { Failure } from '../../logging/failure.ts';
import type { ComposeModel } from '../../sources/compose/compose-model.ts';
import { readComposeModel } from '../../sources/compose/model.ts';
import { listServiceContainers, type ServiceContainer } from '../../sources/compose/service-containers.ts';
import { openProject } from '../open-project.ts';
import type { Platform } from '../platform.ts';
import { groupByDependence } from './by-dependence.ts';
import { findOneOffs } from './find-one-offs.ts';
import { findUnused, findUsers, listServers, type Replaced, type Users } from './find-users.ts';
import { working } from './halt-services.ts';

/** What is to be told and done about the services that use what is replaced. */
export interface HaltPlan {
  /** All that use it; of these, those that run are halted when the time comes. */
  readonly users: Users;
  /** Those of them that run now. */
  readonly services: Users;
  /** The same, in the order in which they are halted: those of one group together. */
  readonly order: string[][];
  /** What could not be halted: what goes on is not to meet what is half replaced. */
  readonly oneOffs: string[];
  /** Why nobody can tell who would have to be. */
  readonly refusals: string[];
  readonly warnings: string[];
}

const none: Users = { stop: [], hold: [] };
const nobody: HaltPlan = { users: none, services: none, order: [], oneOffs: [], refusals: [], warnings: [] };

/**
 * The services that use what is to be replaced. One that is started between the plan and the swap is halted as well: so
 * those that do not run now are among the users. None where the configuration knows no compose project.
 */
export async function planHalt(platform: Platform, replaced: Replaced): Promise<HaltPlan> {
  const { config } = platform;
  if (!config.compose || replaced.databases.length + replaced.files.length === 0) return nobody;
  try {
    const project = openProject(platform);
    const [model, containers] = await Promise.all([readComposeModel(project), listServiceContainers(project)]);
    const planned = plan(config, replaced, model, containers);
    return { ...nobody, ...planned, oneOffs: await findOneOffs(project, model, planned.users) };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const refusal = `which services use it, and must stop, cannot be told: ${error.message}`;
    return { ...nobody, refusals: [refusal] };
  }
}

/** The same where nobody has to stand still, as far as can be told; whether that holds is looked at before the swap. */
export function spareServices(plan: HaltPlan): HaltPlan {
  return { ...plan, services: none, order: [], oneOffs: [] };
}

function plan(
  { databases }: Platform['config'],
  replaced: Replaced,
  model: ComposeModel,
  containers: readonly ServiceContainer[],
): Omit<HaltPlan, 'oneOffs' | 'refusals'> {
  const users = findUsers(model, replaced, listServers(databases));
  const unused = findUnused(model, replaced);
  const halting = new Set(containers.filter(({ state }) => working.has(state)).map(({ service }) => service));
  const paused = new Set(containers.filter(({ state }) => state === 'paused').map(({ service }) => service));
  const known = new Set([...model.services.map(({ name }) => name), ...containers.map(({ service }) => service)]);
  const services = {
    stop: users.stop.filter((service) => halting.has(service)),
    hold: users.hold.filter((service) => halting.has(service)),
  };
  const members = [...services.stop, ...services.hold].sort().map((service) => ({ service }));
  return {
    users,
    services,
    order: groupByDependence(members, model.services)
      .reverse()
      .map((group) => group.map(({ service }) => service)),
    warnings: [
      ...users.stop
        .filter((service) => !known.has(service))
        .map((service) => `used-by names service ${service}, which the compose project does not have`),
      // Somebody's pause, and theirs to end: to stop it would take it from them, to start it afterwards as well.
      ...[...users.stop, ...users.hold]
        .filter((service) => paused.has(service))
        .map(
          (service) =>
            `service ${service} is paused, and stays so: what it has open is replaced all the same, so when it may go on, docker compose restart ${service}`,
        ),
      ...(unused.length > 0 ? [`no service is known to use ${unused.join(', ')}: name it under used-by`] : []),
    ],
  };
}
