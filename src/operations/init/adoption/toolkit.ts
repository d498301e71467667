import { Failure } from '../../../logging/failure.ts';
import type { Environment } from '../../../system/run-command.ts';
import { askGit } from './git.ts';

/** The toolkit as an application's workflows name it. */
export interface ToolkitIdentity {
  /** `OWNER/REPO`. */
  readonly repository: string;
  /** Full SHA of the commit. */
  readonly commit: string;
  readonly version: string;
  /** What is doubtful about it, for a person. */
  readonly warnings: readonly string[];
}

export interface ToolkitOptions {
  /** Root of the toolkit's clone. */
  readonly folder: string;
  readonly version: string;
  /** `OWNER/REPO@SHA`, in place of what the clone says. */
  readonly given?: string;
  readonly environment: Environment;
}

const shaPattern = /^[0-9a-f]{40}$/;
const next = 'Run it from a clone of the toolkit, or name it: --toolkit OWNER/REPO@SHA, the SHA in full (40 digits).';

/**
 * Says which repository and commit the toolkit is.
 * @throws Failure `usage` where neither the clone nor the option gives OWNER/REPO and a full SHA.
 */
export async function identifyToolkit(options: ToolkitOptions): Promise<ToolkitIdentity> {
  const { folder, version, given, environment } = options;
  if (given !== undefined) {
    const [repository = '', commit = ''] = given.split('@');
    if (!isRepository(repository) || !shaPattern.test(commit) || given.split('@').length !== 2) {
      throw new Failure('usage', '--toolkit names no OWNER/REPO@SHA with a full SHA', next);
    }
    return { repository, commit, version, warnings: [] };
  }
  const address = await askGit(folder, ['remote', 'get-url', 'origin'], environment);
  const repository = address === undefined ? undefined : readRepository(address);
  if (repository === undefined) {
    const found = address === undefined ? 'has no remote called origin' : 'has an origin that names no OWNER/REPO';
    throw new Failure('usage', `the toolkit in ${folder} ${found}`, next);
  }
  const commit = await askGit(folder, ['rev-parse', 'HEAD'], environment);
  if (commit === undefined || !shaPattern.test(commit)) {
    throw new Failure('usage', `the toolkit in ${folder} has no commit that could be named`, next);
  }
  return { repository, commit, version, warnings: await findDoubts(folder, commit, environment) };
}

/** `OWNER/REPO` of a remote's address, https or ssh; undefined where it has another form. */
export function readRepository(address: string): string | undefined {
  const match = /^(?:(?:https?|ssh|git):\/\/[^/]+\/|[^/@]+@[^/:]+:)([^/]+\/[^/]+?)(?:\.git)?\/?$/.exec(address);
  const repository = match?.[1];
  return repository !== undefined && isRepository(repository) ? repository : undefined;
}

function isRepository(text: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9-]{0,38}\/[A-Za-z0-9._-]{1,100}$/.test(text) && !/\/\.{1,2}$/.test(text);
}

async function findDoubts(folder: string, commit: string, environment: Environment): Promise<string[]> {
  const warnings: string[] = [];
  const changed = await askGit(folder, ['status', '--porcelain', '--untracked-files=no'], environment);
  if (changed !== undefined && changed !== '') {
    warnings.push(`the toolkit in ${folder} has changes that commit ${commit.slice(0, 12)} does not hold`);
  }
  const branches = await askGit(folder, ['branch', '--remotes', '--contains', commit], environment);
  if (branches === '') warnings.push(`commit ${commit.slice(0, 12)} of the toolkit is not on its origin yet: push it`);
  return warnings;
}
