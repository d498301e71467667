import { posix } from 'node:path';
import { listMountedVolumes, type ComposeModel } from '../../../sources/compose/compose-model.ts';
import { collectMounts, type MountUse } from './collect-mounts.ts';
import { judgeMount, type MountSurroundings } from './judge-mount.ts';
import { proposeDatabases, type ProposedDatabase } from './postgres-servers.ts';
import { isGenericName, uniqueName } from './source-name.ts';

/** What continuity.yml would protect, and what not. */
export interface Proposal {
  readonly databases: readonly ProposedDatabase[];
  readonly files: readonly ProposedFiles[];
  readonly uncovered: readonly UncoveredMount[];
}

export interface ProposedFiles {
  readonly name: string;
  /** Relative to the repository where it lies inside. */
  readonly path: string;
  readonly label: string;
  readonly services: readonly string[];
}

export interface UncoveredMount {
  readonly label: string;
  /** Empty for a volume that is declared and mounted by none. */
  readonly services: readonly string[];
  readonly targets: readonly string[];
  readonly reason: string;
  /** It may hold data: a person has to decide. */
  readonly isOpen: boolean;
}

export interface ProposalOptions extends Omit<MountSurroundings, 'databases'> {
  readonly model: ComposeModel;
  /** The application's repository, absolute. */
  readonly directory: string;
}

/** How continuity.yml says that a declared volume is in nobody's use. */
export const unmountedReason = 'no service mounts it';

/** Says of every database server, every mount and every declared volume whether it is covered, and if not, why. */
export function propose({ model, directory, ...surroundings }: ProposalOptions): Proposal {
  const databases = proposeDatabases(model);
  const byService = new Map(databases.map(({ service, name }) => [service, name]));
  const files: ProposedFiles[] = [];
  const uncovered: UncoveredMount[] = [];
  const taken = new Set(databases.map(({ name }) => name));
  const judged = collectMounts(model, directory).map((use) => ({
    use,
    verdict: judgeMount(use, { ...surroundings, databases: byService }),
  }));
  const paths = judged.flatMap(({ verdict }) => (verdict.kind === 'data' ? [verdict.path] : []));
  for (const { use, verdict } of judged) {
    const { label, services, targets } = use;
    if (verdict.kind !== 'data') {
      uncovered.push({ label, services, targets, reason: verdict.reason, isOpen: verdict.kind === 'open' });
    } else if (
      !paths.some((other) => isBelow(verdict.path, other)) &&
      !files.some(({ path }) => path === verdict.path)
    ) {
      // What lies inside another source is in that source.
      files.push({ name: uniqueName(wishNames(use), taken), path: verdict.path, label, services });
    }
  }
  return { databases, files, uncovered: [...uncovered, ...listUnmounted(model)] };
}

/** Volumes that are declared and in nobody's use, as far as the services were read. */
function listUnmounted({ services, volumes, hasUnreadServices }: ComposeModel): UncoveredMount[] {
  const mounted = listMountedVolumes(services);
  const reason = hasUnreadServices
    ? `${unmountedReason} in what was read here (without include and extends)`
    : unmountedReason;
  return volumes
    .filter(({ key }) => !mounted.has(key))
    .map(({ key }) => ({ label: `volume ${key}`, services: [], targets: [], reason, isOpen: hasUnreadServices }));
}

/** `path` lies inside `folder`, both absolute or both relative to the same place. */
export function isBelow(path: string, folder: string): boolean {
  return posix.normalize(path).startsWith(`${posix.normalize(folder).replace(/\/$/, '')}/`);
}

function wishNames({ kind, source, services }: MountUse): string[] {
  const words = source.split('/').filter((word) => word !== '' && word !== '.' && word !== '..');
  const own = kind === 'volume' ? source : (words.at(-1) ?? 'files');
  const service = services[0] ?? 'app';
  const parent = words.length > 1 ? [words.slice(-2).join('-')] : [];
  // Read at four in the morning, "config" is anybody's: such a name never stands alone.
  if (isGenericName(own)) return [`${service}-${own}`, ...parent.map((name) => `${service}-${name}`)];
  return [own, ...parent, `${service}-${own}`, `${own}-files`];
}
