import type { Config, FilesConfig, FilesPlace } from '../../config/config.ts';
import {
  changeContainer,
  listServiceContainers,
  type ContainerState,
} from '../../sources/compose/service-containers.ts';
import { openProject } from '../open-project.ts';
import type { Platform } from '../platform.ts';
import { listServers } from '../services/find-users.ts';

/** A file source in the container of an application. */
export type HomedFiles = FilesConfig & { place: Extract<FilesPlace, { by: 'service' }> };

const still: ReadonlySet<ContainerState> = new Set(['created', 'exited']);

/** File sources for which an application has to run; those in a database server's container have it running anyway. */
export function listHomed({ databases, files }: Config): HomedFiles[] {
  const servers = listServers(databases);
  return files.filter(isInService).filter(({ place }) => !servers.has(place.service));
}

/** The applications in whose containers files lie, by the names of their services. */
export function listHomes(config: Config): string[] {
  return [...new Set(listHomed(config).map(({ place }) => place.service))];
}

/**
 * Starts the applications in whose containers files are to be put, since that is possible only while they run; nothing
 * that they depend on. Their containers are made already. The restore holds them while it puts everything in place, then
 * starts them afresh: what they have made of an empty database until then is replaced. One that a killed run still holds
 * is seen to by whoever has the lock.
 *
 * @returns the names of their services
 */
export async function startHomes(platform: Platform): Promise<string[]> {
  const homes = listHomes(platform.config);
  if (homes.length === 0) return [];
  const project = openProject(platform);
  for (const container of await listServiceContainers(project, homes)) {
    if (still.has(container.state)) await changeContainer(project, container, 'start');
  }
  return homes;
}

function isInService(source: FilesConfig): source is HomedFiles {
  return source.place.by === 'service';
}
