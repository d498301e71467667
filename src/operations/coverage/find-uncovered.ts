import type { Platform } from '../platform.ts';
import { addExisting } from './add-existing.ts';
import { findGaps, nameDatabase, type Gaps } from './find-gaps.ts';
import { openLook } from './look-at.ts';
import type { ProposedDatabase } from './postgres-servers.ts';
import { propose, type FoundMount, type ProposedFiles, type Proposal, type UncoveredMount } from './propose.ts';
import type { Stack } from './read-stack.ts';

/** Something of the compose project that may hold data and is in no archive. */
export interface Uncovered {
  /** As it is called under `not-covered:`. */
  readonly label: string;
  /** One sentence: what it is, and that it is not backed up. */
  readonly message: string;
  /** What to write into the configuration. */
  readonly next: string;
}

export interface CoverageFinding {
  readonly uncovered: readonly Uncovered[];
  /** Labels under `not-covered:` that nothing of the project carries, or that a source covers by now. */
  readonly stale: readonly string[];
}

/** Compares the project as it is on this host, its files and what exists besides, with the configuration. */
export async function findUncovered(
  { config, environment }: Pick<Platform, 'config' | 'environment'>,
  { model, state }: Stack,
): Promise<CoverageFinding> {
  const whole = addExisting(model, state);
  const lookAt = await openLook(config.root, environment);
  const proposal = propose({ model: whole, directory: config.root, keepsNested: true, lookAt });
  const volumeNames = new Map(whole.volumes.map(({ key, name }) => [key, name ?? key]));
  const containers = new Map(state.containers.map(({ name, service }) => [name, service]));
  const compare = (notCovered: typeof config.notCovered) =>
    findGaps({ config: { ...config, notCovered }, proposal, volumeNames, containers });
  const needed = new Set(listLabels(compare({})));
  return {
    uncovered: describe(compare(config.notCovered)),
    stale: Object.keys(config.notCovered).filter((label) => !needed.has(label) && !isEvident(label, proposal)),
  };
}

/** A reason for what needs none does no harm. */
function isEvident(label: string, { uncovered }: Proposal): boolean {
  return uncovered.some((mount) => mount.isEvident && mount.label === label);
}

function listLabels({ databases, files, presumed, open }: Gaps): string[] {
  return [...databases.map(nameDatabase), ...[...files, ...presumed, ...open].map(({ label }) => label)];
}

function describe({ databases, files, presumed, open }: Gaps): Uncovered[] {
  return [
    ...databases.map(describeDatabase),
    ...files.map(describeFiles),
    ...[...presumed, ...open].map(describeMount),
  ];
}

function describeDatabase(database: ProposedDatabase): Uncovered {
  const label = nameDatabase(database);
  const { name, service, user, database: own } = database;
  const entry = `${name}: { service: ${service}${user === undefined ? '' : `, user: ${user}`}, database: ${own} }`;
  return { label, message: `${label} is not backed up`, next: `Add databases: { ${entry} }, or ${leaveOut(label)}` };
}

function describeFiles({ name, path, volume, ...mount }: ProposedFiles): Uncovered {
  const place = volume === undefined ? `path: ${path}` : `volume: ${volume}`;
  const next = `Add files: { ${name}: { ${place} } }, or ${leaveOut(mount.label)}`;
  return { label: mount.label, message: `${nameMount(mount)} is not backed up`, next };
}

function describeMount({ reason, ...mount }: UncoveredMount): Uncovered {
  const message = `${nameMount(mount)} is not backed up (${reason})`;
  return { label: mount.label, message, next: `Add a source under files:, or ${leaveOut(mount.label)}` };
}

function leaveOut(label: string): string {
  return `not-covered: { "${label}": the reason }.`;
}

/** A label, with who mounts it. */
export function nameMount({ label, services }: Pick<FoundMount, 'label' | 'services'>): string {
  if (services.length === 0 || label.startsWith('anonymous volume')) return label;
  return `${label} (${services.length > 1 ? 'services' : 'service'} ${services.join(', ')})`;
}
