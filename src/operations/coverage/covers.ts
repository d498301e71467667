import { posix, resolve } from 'node:path';
import type { Config, FilesPlace } from '../../config/config.ts';
import type { ProposedDatabase } from './postgres-servers.ts';
import { isBelow, type FoundMount } from './propose.ts';

/** Name of a volume as Docker knows it, by its key in the compose file. */
export type VolumeNames = ReadonlyMap<string, string>;

interface Setting {
  readonly config: Config;
  readonly volumeNames?: VolumeNames;
  readonly containers?: ReadonlyMap<string, string>;
}

/** Whether a database of the configuration is of that server. What a connection string leads to, names alone tell. */
export function coversDatabase(
  { name, service, database }: ProposedDatabase,
  { config, containers }: Setting,
): boolean {
  return config.databases.some(({ name: own, database: ownDatabase, reach }) => {
    if (reach.by === 'service') return reach.service === service;
    if (reach.by === 'container') return (containers?.get(reach.container) ?? own) === service;
    return own === name || own === service || (!['all', 'postgres'].includes(database) && ownDatabase === database);
  });
}

/** Whether a file source of the configuration, or the recovery kit, holds what is mounted there. */
export function coversMount(mount: FoundMount & { readonly path?: string }, setting: Setting): boolean {
  const { files, recovery } = setting.config;
  if (recovery.secretVolumes.some((volume) => mount.label === `volume ${volume}`)) return true;
  return files.some(({ place }) => holds(place, mount, setting));
}

function holds(
  place: FilesPlace,
  { label, services, targets, path }: FoundMount & { readonly path?: string },
  { config, volumeNames }: Setting,
): boolean {
  if (place.by === 'service') {
    return services.includes(place.service) && targets.some((target) => isWithin(target, place.path));
  }
  if (place.by === 'path' && path !== undefined && isWithin(resolve(config.root, path), place.path)) return true;
  const key = /^volume (.*)$/.exec(label)?.[1];
  if (key === undefined) return false;
  const named = place.by === 'volume' ? place.volume : volumeOfFolder(place.path);
  if (named === undefined) return false;
  if (place.by === 'volume' && named === key) return true;
  // Elsewhere the project may have another name, and with it the volume: `hub_media` there is `app_media` here.
  return volumeNames ? named === volumeNames.get(key) : named === key || named.endsWith(`_${key}`);
}

/** Docker's own folder of a volume, `…/volumes/NAME/_data`. */
function volumeOfFolder(path: string): string | undefined {
  return path.endsWith('/_data') ? posix.basename(posix.dirname(path)) : undefined;
}

function isWithin(path: string, folder: string): boolean {
  return posix.normalize(path).replace(/(?<=.)\/$/, '') === folder || isBelow(path, folder);
}
