import { posix } from 'node:path';
import type { ComposeModel } from '../compose/compose-model.ts';
import { collectMounts, type MountUse } from './collect-mounts.ts';
import { judgeMount, type MountSurroundings } from './judge-mount.ts';
import { proposeDatabases, type ProposedDatabase } from './postgres-servers.ts';
import { uniqueName } from './source-name.ts';

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

/** Says of every database server and every mount whether it is covered, and if not, why. */
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
  return { databases, files, uncovered };
}

/** `path` lies inside `folder`, both absolute or both relative to the same place. */
export function isBelow(path: string, folder: string): boolean {
  return posix.normalize(path).startsWith(`${posix.normalize(folder).replace(/\/$/, '')}/`);
}

function wishNames({ kind, source, services }: MountUse): string[] {
  const words = source.split('/').filter((word) => word !== '' && word !== '.' && word !== '..');
  const own = kind === 'volume' ? source : (words.at(-1) ?? 'files');
  const parent = words.length > 1 ? [words.slice(-2).join('-')] : [];
  return [own, ...parent, `${services[0] ?? 'app'}-${own}`, `${own}-files`];
}
