import type { Logger } from '../../logging/logger.ts';
import type { ComposeProject } from '../../sources/compose/project.ts';
import { changeContainer, inspectContainers } from '../../sources/compose/service-containers.ts';
import { listServiceStates } from '../dev/service-states.ts';

/**
 * Stops the containers that run and are unhealthy. `docker compose up` leaves a container as it is whose service has not
 * changed: of one that hangs it would only say that it does, where a new start may be all that it needs.
 */
export async function stopUnhealthy(project: ComposeProject, logger: Logger): Promise<void> {
  const states = await listServiceStates(project);
  const unhealthy = states.filter(({ state, health }) => state === 'running' && health === 'unhealthy');
  const containers = await inspectContainers(
    project,
    unhealthy.map(({ container }) => container),
  );
  for (const container of containers) {
    logger.info(`${container.name} is unhealthy: it is stopped, and started anew.`);
    await changeContainer(project, container, 'stop');
  }
}
