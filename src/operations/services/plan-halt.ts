import { readComposeModel } from '../../sources/compose/model.ts';
import { listServiceContainers } from '../../sources/compose/service-containers.ts';
import { openProject } from '../open-project.ts';
import type { Platform } from '../platform.ts';
import { findUsers, listServers, type Replaced, type Users } from './find-users.ts';

/**
 * The services that are to be halted while something is replaced; of those that use it, the ones that have not been
 * stopped by hand. None where the configuration knows no compose project.
 * @throws Failure where docker or the compose files are not there, or the files are wrong.
 */
export async function planHalt(platform: Platform, replaced: Replaced): Promise<Users & { warnings: string[] }> {
  const { config } = platform;
  if (!config.compose || replaced.databases.length + replaced.files.length === 0) {
    return { stop: [], hold: [], warnings: [] };
  }
  const project = openProject(platform);
  const [model, containers] = await Promise.all([readComposeModel(project), listServiceContainers(project)]);
  const users = findUsers(model, replaced, listServers(config.databases));
  const halting = new Set(
    containers.filter(({ state }) => state === 'running' || state === 'restarting').map(({ service }) => service),
  );
  const known = new Set([...model.services.map(({ name }) => name), ...containers.map(({ service }) => service)]);
  return {
    stop: users.stop.filter((service) => halting.has(service)),
    hold: users.hold.filter((service) => halting.has(service)),
    warnings: users.stop
      .filter((service) => !known.has(service))
      .map((service) => `used-by names service ${service}, which the compose project does not have`),
  };
}
