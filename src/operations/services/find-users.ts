import { realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { DatabaseConfig, FilesConfig } from '../../config/config.ts';
import type { ComposeModel, ComposeMount, ComposeService } from '../../sources/compose/compose-model.ts';

/** What is about to be replaced, by its configuration. */
export interface Replaced {
  readonly databases: readonly DatabaseConfig[];
  readonly files: readonly FilesConfig[];
}

/** Services of a compose project that use it. Sorted; none is in both. */
export interface Users {
  /** To be stopped while it is replaced. */
  readonly stop: readonly string[];
  /** To be paused, then started afresh: files to be replaced lie in their own containers. */
  readonly hold: readonly string[];
}

/** Whether any service uses it. */
export function isUsed({ stop, hold }: Users): boolean {
  return stop.length + hold.length > 0;
}

/**
 * Finds the services that use what is replaced: by `used-by` where the configuration has it, else by the compose file. A
 * database is used by the services that depend on its server's; files by those that mount them, or what holds them, and
 * by the one in whose container they lie. With them stop those that are in a namespace of theirs: it ends with them. The
 * services that run the configured servers are never among them: without them, nothing can be replaced.
 */
export function findUsers(model: ComposeModel, replaced: Replaced, servers: ReadonlySet<string>): Users {
  const inContainers = replaced.files.flatMap(({ place }) => (place.by === 'service' ? [place.service] : []));
  const hold = new Set(inContainers.filter((service) => !servers.has(service)));
  const users = [
    ...replaced.databases.flatMap((database) => database.usedBy ?? findDependents(model, database)),
    ...replaced.files.flatMap((source) => source.usedBy ?? findMounting(model, source)),
  ];
  const halted = [...users.filter((service) => !servers.has(service)), ...hold];
  const stop = withFollowers(model, halted, ({ isInside }) => isInside);
  const isFree = (service: string): boolean => !servers.has(service) && !hold.has(service);
  return { stop: [...stop].filter(isFree).sort(), hold: [...hold].sort() };
}

/**
 * What is replaced without a service that is known to use it, since neither `used-by` nor the compose file names one:
 * who does use it, goes on while it is replaced.
 */
export function findUnused(model: ComposeModel, { databases, files }: Replaced): string[] {
  return [
    ...databases
      .filter((database) => !database.usedBy && findDependents(model, database).length === 0)
      .map(({ name }) => `database ${name}`),
    ...files
      .filter((source) => !source.usedBy && source.place.by !== 'service' && findMounting(model, source).length === 0)
      .map(({ name }) => `files ${name}`),
  ];
}

/** The services of the project that run servers of configured databases. */
export function listServers(databases: readonly DatabaseConfig[]): ReadonlySet<string> {
  return new Set(databases.flatMap(({ reach }) => (reach.by === 'service' ? [reach.service] : [])));
}

/** Of a server that is not a service of the project, nothing is known. */
function findDependents({ services }: ComposeModel, { reach }: DatabaseConfig): string[] {
  if (reach.by !== 'service') return [];
  return services.filter(({ dependsOn }) => dependsOn.includes(reach.service)).map(({ name }) => name);
}

/** The services that mount it. Read-only mounts count: what is half replaced is not to be shown to anybody. */
export function findMounting(model: ComposeModel, { place }: Pick<FilesConfig, 'place'>): string[] {
  if (place.by === 'service') return [];
  const isMeant = (mount: ComposeMount): boolean => {
    if (mount.kind === 'bind') return place.by === 'path' && isOverlapping(mount.source, place.path);
    if (mount.kind === 'anonymous') return false;
    const volume = model.volumes.find(({ key }) => key === mount.source);
    if (place.by === 'path') return volume?.boundPath !== undefined && isOverlapping(volume.boundPath, place.path);
    // By its key in the compose file, or by its name as Docker knows it: as it may be configured.
    return mount.source === place.volume || volume?.name === place.volume;
  };
  const mounting = model.services.filter(({ mounts }) => mounts.some(isMeant)).map(({ name }) => name);
  return [...withFollowers(model, mounting, ({ volumesFrom }) => volumesFrom)];
}

/** Services, and those that are tied to one of them, also by way of others. */
function withFollowers(
  { services }: ComposeModel,
  names: readonly string[],
  tiesOf: (service: ComposeService) => readonly string[],
): ReadonlySet<string> {
  const found = new Set(names);
  // What is added meanwhile is gone through as well.
  for (const name of found) {
    for (const service of services) if (tiesOf(service).includes(name)) found.add(service.name);
  }
  return found;
}

/** Whether one of two folders is, or holds, the other; by whatever symbolic links they are named. */
function isOverlapping(one: string, other: string): boolean {
  const [real, otherReal] = [resolveLinks(one), resolveLinks(other)];
  return isAtOrBelow(real, otherReal) || isAtOrBelow(otherReal, real);
}

/** The real path; what of it does not exist yet stays as it is named. */
function resolveLinks(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    const parent = dirname(path);
    return parent === path ? path : join(resolveLinks(parent), basename(path));
  }
}

function isAtOrBelow(path: string, folder: string): boolean {
  const stem = folder.replace(/\/+$/, '');
  return path.replace(/\/+$/, '') === stem || path.startsWith(`${stem}/`);
}
