import type { FilesConfig } from '../config/config.ts';
import { confirmRunning, rootOfContainer } from '../sources/compose/container-root.ts';
import { findRunning, type Container } from '../sources/compose/container.ts';
import { isAnonymous } from '../sources/compose/service-containers.ts';
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
  const peril = describePeril(container.mounts, place.path);
  const where = `files.${source.name} lie in the container of service ${place.service} (${place.path})`;
  return {
    ...source,
    path: (await rootOfContainer(container)) + place.path,
    container: container.id,
    confirm: () => confirmRunning(container),
    ...(peril === undefined ? {} : { warning: `${where}, ${peril}` }),
  };
}

/** What may become of a folder in a container; undefined where something with a name of its own is mounted there. */
function describePeril(mounts: Container['mounts'], path: string): string | undefined {
  const [mount] = mounts
    .filter(({ target }) => `${path}/`.startsWith(`${target.replace(/\/+$/, '')}/`))
    .sort((a, b) => b.target.length - a.target.length);
  if (!mount) return 'in no volume: they vanish when it is made anew; give that folder a volume';
  if (mount.volume === undefined || !isAnonymous(mount.volume)) return undefined;
  return 'in a volume without a name: "docker compose down" leaves it behind, with -v it goes; give it a name';
}

/** How people and files name a place. */
export function describePlace({ place }: FilesConfig): string {
  if (place.by === 'path') return place.path;
  return place.by === 'volume' ? `volume ${place.volume}` : `${place.path} in service ${place.service}`;
}
