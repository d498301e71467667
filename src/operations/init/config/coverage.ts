import { posix, resolve } from 'node:path';
import type { Config } from '../../../config/config.ts';
import { isBelow, type Proposal } from '../proposal/propose.ts';
import { readUncovered } from './not-covered.ts';

/** The part of a proposal that a configuration says nothing about. */
export interface CoverageOptions {
  readonly config: Config;
  /** Its text: what is left out with a reason stands in its comments. */
  readonly content: string;
  readonly proposal: Proposal;
}

/** What an existing configuration neither protects nor leaves out. */
export function findGaps({ config, content, proposal }: CoverageOptions): Proposal {
  const leftOut = readUncovered(content);
  // "No service mounts it" is no decision once a service does.
  const isLeftOut = ({ label, services }: { label: string; services: readonly string[] }) =>
    leftOut.has(label) && !(services.length > 0 && leftOut.get(label)?.isUnmounted === true);
  return {
    databases: proposal.databases.filter(
      ({ name, service, database, urlEnv }) =>
        !leftOut.has(`database ${name}`) &&
        !config.databases.some(
          (each) =>
            [name, service].includes(each.name) ||
            (each.reach.by === 'service' && each.reach.service === service) ||
            (each.reach.by === 'url' && 'variable' in each.reach.url && each.reach.url.variable === urlEnv) ||
            (database !== 'all' && each.database === database),
        ),
    ),
    files: proposal.files.filter((source) => !isLeftOut(source) && !isProtected(source.path, config)),
    uncovered: proposal.uncovered.filter((mount) => !isLeftOut(mount) && !namesVolume(mount.label, config)),
  };
}

/** A folder counts as protected by its place, or by its place below another root: production's is not this one. */
function isProtected(path: string, config: Config): boolean {
  const place = resolve(config.root, path);
  return config.files.some(
    (source) => source.place.by === 'path' && (source.place.path === place || isBelow(place, source.place.path)),
  );
}

/** `volume media` is covered by a source in Docker's folder of it, `…/PROJECT_media/_data`. */
export function namesVolume(label: string, config: Config): boolean {
  const key = /^volume (.*)$/.exec(label)?.[1];
  if (key === undefined) return false;
  if (config.recovery.secretVolumes.includes(key)) return true;
  return config.files.some(({ place }) => {
    if (place.by === 'volume') return place.volume === key || place.volume.endsWith(`_${key}`);
    if (place.by !== 'path') return false;
    const { path } = place;
    const name = path.endsWith('/_data') ? posix.basename(posix.dirname(path)) : undefined;
    return name === key || name?.endsWith(`_${key}`) === true;
  });
}
