import type { ComposeModel, ComposeMount, ComposeService, ComposeVolume } from '../../sources/compose/compose-model.ts';
import type { ExistingContainer, ProjectState } from '../../sources/compose/project-state.ts';
import { isAnonymous } from '../../sources/compose/service-containers.ts';

/**
 * The model with what exists besides: volumes that an image declares and nobody named, volumes and services that the
 * files no longer have.
 */
export function addExisting(model: ComposeModel, { containers, volumes }: ProjectState): ComposeModel {
  const known = new Map<string, ComposeVolume>();
  const keys = new Set(model.volumes.map(({ key }) => key));
  for (const volume of model.volumes) known.set(volume.name ?? volume.key, volume);
  const declare = (name: string, key: string, driver: string): ComposeVolume => {
    const present = known.get(name);
    if (present) return present;
    // A key of the files means the volume of the files, and this is another one.
    const added = { key: keys.has(key) ? name : key, name, driver, boundPath: undefined, isForeignFileSystem: false };
    known.set(name, added);
    keys.add(added.key);
    return added;
  };
  for (const { name, key, driver } of volumes) declare(name, key, driver);
  const services = new Map(model.services.map((service) => [service.name, service]));
  for (const container of containers) {
    const service = services.get(container.service) ?? formerService(container);
    const mounts = container.mounts.flatMap(({ volume, target, isReadOnly }): ComposeMount[] => {
      if (volume === undefined || service.mounts.some((mount) => mount.target === target)) return [];
      if (isAnonymous(volume)) return [{ kind: 'anonymous', source: '', target, isReadOnly }];
      return [{ kind: 'volume', source: declare(volume, volume, 'local').key, target, isReadOnly }];
    });
    services.set(service.name, { ...service, mounts: [...service.mounts, ...mounts] });
  }
  return { ...model, services: [...services.values()], volumes: [...known.values()] };
}

/** A service that the files no longer have, and whose container is still there. */
function formerService({ service, image }: ExistingContainer): ComposeService {
  const unknown = { dependsOn: [], volumesFrom: [], isInside: [], mounts: [] };
  return { name: service, image, environment: new Map(), hasUnreadEnvironment: true, ...unknown };
}
