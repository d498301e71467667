import type { Config } from '../../config/config.ts';
import { coversDatabase, coversMount, type VolumeNames } from './covers.ts';
import type { ProposedDatabase } from './postgres-servers.ts';
import { unmountedReason, type FoundMount, type ProposedFiles, type Proposal, type UncoveredMount } from './propose.ts';

export interface CoverageOptions {
  readonly config: Config;
  readonly proposal: Proposal;
  /** Names of volumes in the project that the configuration is about; absent: it runs elsewhere, under another name. */
  readonly volumeNames?: VolumeNames;
  /** The service of a container, by the container's name, as far as known. */
  readonly containers?: ReadonlyMap<string, string>;
}

/** What a configuration neither protects nor leaves out with a reason. */
export interface Gaps {
  readonly databases: readonly ProposedDatabase[];
  readonly files: readonly ProposedFiles[];
  /** By its name nothing that a backup has to hold: a person has to confirm it. */
  readonly presumed: readonly UncoveredMount[];
  /** May hold data, and no source can simply be proposed. */
  readonly open: readonly UncoveredMount[];
}

/** Compares what a compose project holds with a configuration. */
export function findGaps(options: CoverageOptions): Gaps {
  const { config, proposal } = options;
  const isGap = (mount: FoundMount) => !isLeftOut(mount, config) && !coversMount(mount, options);
  const uncovered = proposal.uncovered.filter((mount) => !mount.isEvident && isGap(mount));
  return {
    databases: proposal.databases.filter(
      (database) =>
        !isLeftOut({ label: nameDatabase(database), services: [] }, config) && !coversDatabase(database, options),
    ),
    files: proposal.files.filter(isGap),
    presumed: uncovered.filter(({ isOpen }) => !isOpen),
    open: uncovered.filter(({ isOpen }) => isOpen),
  };
}

/** How a server is called under `not-covered:`. */
export function nameDatabase({ service }: Pick<ProposedDatabase, 'service'>): string {
  return `database ${service}`;
}

/** "No service mounts it" is no decision once a service does. */
function isLeftOut({ label, services }: Pick<FoundMount, 'label' | 'services'>, { notCovered }: Config): boolean {
  if (!Object.hasOwn(notCovered, label)) return false;
  return !(services.length > 0 && notCovered[label] === unmountedReason);
}
