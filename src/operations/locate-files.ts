import type { FilesConfig } from '../config/config.ts';
import { confirmRunning, rootOfContainer } from '../sources/compose/container-root.ts';
import { findRunning } from '../sources/compose/container.ts';
import { locateVolume } from '../sources/compose/volume.ts';
import { openProject } from './open-project.ts';
import type { Platform } from './platform.ts';

/** A file source whose folder on this host is known. */
export interface LocatedFiles extends Omit<FilesConfig, 'place'> {
  readonly path: string;
  /** The container that it is in, by its number, where it is in one. */
  readonly container?: string;
  /** To be asked when all was read. @throws Failure `source` where the container did not run all the time. */
  readonly confirm?: () => Promise<void>;
  /** What is to be known of that place, each time. */
  readonly warning?: string;
}

/**
 * Finds the folder of a file source: as configured, where Docker keeps the volume, or below the root of a container.
 * @throws Failure `config` or `source` where Docker does not know it, or its engine is another machine's.
 */
export async function locateFiles(platform: Platform, { place, ...source }: FilesConfig): Promise<LocatedFiles> {
  if (place.by === 'path') return { ...source, path: place.path };
  const project = openProject(platform);
  if (place.by === 'volume') return { ...source, path: await locateVolume(project, place.volume) };
  const container = await findRunning({ by: 'service', service: place.service, project }, { mayBePaused: true });
  return {
    ...source,
    path: (await rootOfContainer(container)) + place.path,
    container: container.id,
    confirm: () => confirmRunning(container),
    warning:
      `files.${source.name} lie in the container of service ${place.service} (${place.path}), in no volume: ` +
      'they vanish when it is made anew; give that folder a volume',
  };
}

/** How people and files name a place. */
export function describePlace({ place }: FilesConfig): string {
  if (place.by === 'path') return place.path;
  return place.by === 'volume' ? `volume ${place.volume}` : `${place.path} in service ${place.service}`;
}
