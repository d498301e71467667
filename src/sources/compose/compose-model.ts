/** What is read out of a compose file: services, and what each of them mounts. */
export interface ComposeModel {
  /** Name of the project; undefined where it depends on the folder and docker was not asked. */
  readonly project?: string | undefined;
  readonly services: readonly ComposeService[];
  readonly volumes: readonly ComposeVolume[];
  /** Services come from files that were not read (`include`, `extends`): a volume may have users that are not known. */
  readonly hasUnreadServices: boolean;
}

export interface ComposeService {
  readonly name: string;
  /** Empty where the image is only built. */
  readonly image: string;
  /** A value is undefined where it comes from elsewhere: the shell, a variable that is not set here. */
  readonly environment: ReadonlyMap<string, string | undefined>;
  /** Part of the environment is in files that were not read. */
  readonly hasUnreadEnvironment: boolean;
  /** Also those that the two below name: without them it cannot start. */
  readonly dependsOn: readonly string[];
  /** Services whose mounts it has as well. */
  readonly volumesFrom: readonly string[];
  /** Services in whose namespaces it is (network, processes, IPC): these end when theirs do. */
  readonly isInside: readonly string[];
  readonly mounts: readonly ComposeMount[];
}

/** A mount that can hold data; memory (tmpfs) cannot. */
export interface ComposeMount {
  /** `anonymous`: a volume without a name, lost with its container. */
  readonly kind: 'bind' | 'volume' | 'anonymous';
  /** Key of the volume, or path on the host as written; empty where anonymous. */
  readonly source: string;
  /** Path in the container. */
  readonly target: string;
  readonly isReadOnly: boolean;
}

export interface ComposeVolume {
  /** As the services name it. */
  readonly key: string;
  /** As Docker knows it; undefined where it depends on a project name that is not known here. */
  readonly name: string | undefined;
  readonly driver: string;
  /** Of the local driver: a folder of the host (`o: bind`). */
  readonly boundPath: string | undefined;
  /** Of the local driver: something that is mounted only while a container runs, such as NFS. */
  readonly isForeignFileSystem: boolean;
}

/** Keys of the volumes that some service mounts, in the order of the services. */
export function listMountedVolumes(services: readonly ComposeService[]): ReadonlySet<string> {
  return new Set(
    services.flatMap(({ mounts }) => mounts.flatMap(({ kind, source }) => (kind === 'volume' ? [source] : []))),
  );
}

/** A variable that was not resolved; no path and no name can be read where one stands. */
export const unresolvedPattern = /\$\{?[A-Za-z_]/;
