import { posix, relative, sep } from 'node:path';
import type { ComposeModel, ComposeMount, ComposeVolume } from '../../../sources/compose/compose-model.ts';

/** One volume or folder of the host, with everybody who mounts it. */
export interface MountUse {
  /** What a person calls it: `volume app-cache`, `bind mount ./data/uploads`. */
  readonly label: string;
  readonly kind: ComposeMount['kind'];
  /** Key of the volume; path on the host, relative to the repository (`./…`) where it lies inside. */
  readonly source: string;
  readonly services: readonly string[];
  readonly targets: readonly string[];
  /** For all who mount it. */
  readonly isReadOnly: boolean;
  /** Where servers among the services keep their data (`PGDATA`). */
  readonly dataFolders: readonly string[];
  readonly volume?: ComposeVolume;
}

/** Gathers the mounts of all services by what is mounted, in the order of the file. */
export function collectMounts({ services, volumes }: ComposeModel, directory: string): MountUse[] {
  const uses = new Map<string, MountUse>();
  for (const { name, mounts, environment } of services) {
    for (const mount of mounts) {
      const source = mount.kind === 'bind' ? showPath(mount.source, directory) : mount.source;
      const label = describeMount(mount, source, name);
      const former = uses.get(label);
      const volume = mount.kind === 'volume' ? volumes.find(({ key }) => key === source) : undefined;
      const dataFolder = environment.get('PGDATA');
      uses.set(label, {
        label,
        kind: mount.kind,
        source,
        services: [...new Set([...(former?.services ?? []), name])],
        targets: [...new Set([...(former?.targets ?? []), mount.target])],
        isReadOnly: mount.isReadOnly && (former?.isReadOnly ?? true),
        dataFolders: [...(former?.dataFolders ?? []), ...(dataFolder === undefined ? [] : [dataFolder])],
        ...(volume ? { volume } : {}),
      });
    }
  }
  return [...uses.values()];
}

function describeMount({ kind, target }: ComposeMount, source: string, service: string): string {
  if (kind === 'volume') return `volume ${source}`;
  return kind === 'bind' ? `bind mount ${source}` : `anonymous volume ${service}:${target}`;
}

/** Docker prints absolute paths, people write relative ones: both become `./data`, and absolute where outside. */
function showPath(path: string, directory: string): string {
  if (path.startsWith('./') || path === '.' || path.startsWith('../')) {
    const normal = posix.normalize(path).replace(/(?<=.)\/$/, '');
    return normal.startsWith('..') || normal === '.' ? normal : `./${normal}`;
  }
  if (!path.startsWith('/')) return path;
  const inside = relative(directory, path);
  if (inside === '') return '.';
  return inside.startsWith(`..${sep}`) || inside === '..' ? posix.normalize(path) : `./${inside}`;
}
