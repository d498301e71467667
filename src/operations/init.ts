import type { Logger } from '../logging/logger.ts';
import type { Environment } from '../system/run-command.ts';
import { askGit } from './init/adoption/git.ts';
import { readBundles, type BundleFiles } from './init/adoption/bundles.ts';
import { compareBundle, compareText, type Change, type ChangeStatus } from './init/adoption/change.ts';
import { programPath, stampPath, vaultProgramPath, workflowsFolder } from './init/adoption/installed-paths.ts';
import { addPackageScripts } from './init/adoption/package-scripts.ts';
import { readRepositoryFile } from './init/adoption/repository-file.ts';
import { digestOf, readStamp, writeStamp, type Stamp } from './init/adoption/stamp.ts';
import { identifyToolkit } from './init/adoption/toolkit.ts';
import { isOurWorkflow, writeWorkflows, type WorkflowText } from './init/adoption/workflows.ts';
import { openSession, type Answer, type Session } from './init/answers.ts';
import { describeCoverage, type Coverage } from './init/describe-coverage.ts';
import { compareScript, nameScript } from './init/foreign.ts';
import { listNextSteps } from './init/next-steps.ts';
import { configPath, listUrlEnvs, planConfig } from './init/plan-config.ts';
import { requireWorkTree } from './init/require-work-tree.ts';
import { survey } from './init/survey.ts';

export interface InitOptions {
  /** The application's repository. */
  readonly directory: string;
  /** Root of the toolkit's clone, and the folder with its bundles `continuity/` and `vault/`. */
  readonly toolkitFolder: string;
  readonly bundleFolder: string;
  readonly toolVersion: string;
  /** `OWNER/REPO@SHA`, in place of what the toolkit's clone says. */
  readonly toolkit?: string;
  /** Where production's compose file and data lie: `root:` of a new continuity.yml. */
  readonly root?: string;
  readonly composeFiles?: readonly string[];
  readonly environment: Environment;
  readonly logger: Logger;
  readonly signal?: AbortSignal;
  /** Every change is agreed to, but for files that somebody else wrote. */
  readonly agreesToAll?: boolean;
  /** Shows a change and asks for it. */
  readonly ask: (change: Change) => Promise<Answer>;
}

export interface InitResult {
  readonly toolkit: { readonly repository: string; readonly commit: string; readonly version: string };
  readonly coverage: Coverage;
  readonly changes: readonly ChangeStatus[];
  readonly warnings: readonly string[];
  readonly nextSteps: readonly string[];
  /** Something was left as it is although all was agreed to. */
  readonly isIncomplete: boolean;
}

/**
 * Brings the toolkit into an application's repository: continuity.yml, workflows, npm scripts, bundles. Each file is
 * asked for; what is as it should be is not touched.
 * @throws Failure `usage` outside of a repository or without a known toolkit, `config` for a wrong continuity.yml,
 * `refused` where a file cannot be written safely.
 */
export async function init(options: InitOptions): Promise<InitResult> {
  const { environment, logger, toolkitFolder } = options;
  const directory = await requireWorkTree(options.directory, environment);
  const toolkit = await identifyToolkit({
    folder: toolkitFolder,
    version: options.toolVersion,
    environment,
    ...(options.toolkit === undefined ? {} : { given: options.toolkit }),
  });
  const former = readStamp((await readRepositoryFile(directory, stampPath))?.toString() ?? '');
  const composeFiles = options.composeFiles ?? former?.composeFiles;
  const named = composeFiles ? { composeFiles } : {};
  const found = await survey({ ...options, ...named, directory });
  const plan = await planConfig(directory, found, options.root);
  const coverage = describeCoverage(found, plan);
  const warnings = [...toolkit.warnings, ...coverage.warnings];
  for (const warning of warnings) logger.warning(warning);

  const workflows = await writeWorkflows(toolkitFolder, toolkit, listUrlEnvs(plan.config));
  const scripts = addPackageScripts((await readRepositoryFile(directory, 'package.json'))?.toString());
  const bundles = await readBundles(options.bundleFolder);
  // Everything is compared before anything is written: what cannot be written safely is refused by then.
  const changes: [string, Change | undefined][] = [
    [configPath, await compareText(directory, configPath, plan.content)],
    ...(await Promise.all(workflows.map((text) => compareWorkflow(directory, text)))),
    ['package.json', await compareText(directory, 'package.json', scripts.content)],
    ...(await Promise.all(bundles.map((bundle) => compareFolder(directory, bundle)))),
  ];

  const session = openSession(directory, options);
  for (const [path, change] of changes) await session.settle(path, change);
  // Each on its own, and on top of what was agreed to for the file.
  for (const name of scripts.foreign) await session.settle(nameScript(name), await compareScript(directory, name));
  if (!session.hasQuit()) {
    const wanted = [...workflows, ...bundles.flatMap(({ files }) => files)];
    const declined = listDeclined(session, former);
    const stamp = writeStamp(toolkit, { ...(await recordState(directory, wanted)), declined, ...named });
    await session.settle(stampPath, await compareText(directory, stampPath, stamp));
  }
  await warnOfIgnored(directory, environment, session.warn);
  const { repository, commit, version } = toolkit;
  return {
    toolkit: { repository, commit, version },
    coverage,
    changes: session.changes,
    warnings: [...warnings, ...session.warnings],
    nextSteps: listNextSteps(plan.config, coverage),
    isIncomplete: session.isIncomplete(),
  };
}

async function compareWorkflow(
  directory: string,
  { path, content }: WorkflowText,
): Promise<[string, Change | undefined]> {
  return [path, await compareText(directory, path, content, isOurWorkflow)];
}

async function compareFolder(directory: string, { folder, files }: BundleFiles): Promise<[string, Change | undefined]> {
  return [folder, await compareBundle(directory, folder, files)];
}

/** What this version writes, and where the repository has something else because somebody said so. */
async function recordState(
  directory: string,
  wanted: readonly { path: string; content: string | Buffer }[],
): Promise<Pick<Stamp, 'files' | 'byHand'>> {
  const files: Record<string, string> = {};
  const byHand: Record<string, string | null> = {};
  for (const { path, content } of wanted) {
    const present = await readRepositoryFile(directory, path);
    // Somebody else's file of that name is nothing to watch over.
    if (isForeign(path, present)) continue;
    files[path] = digestOf(content);
    const digest = present === undefined ? null : digestOf(present);
    if (digest !== files[path]) byHand[path] = digest;
  }
  return { files, byHand };
}

function isForeign(path: string, present: Buffer | undefined): boolean {
  return path.startsWith(workflowsFolder) && present !== undefined && !isOurWorkflow(present.toString());
}

/** What a person declined now, or before and nobody was asked about since. */
function listDeclined({ changes, declinedForeign }: Session, former: Stamp | undefined): string[] {
  const kept = changes.filter(({ path, status }) => status === 'declined' && former?.declined?.includes(path));
  return [...new Set([...declinedForeign, ...kept.map(({ path }) => path)])];
}

/** A clone does not get what git ignores. */
async function warnOfIgnored(directory: string, environment: Environment, warn: (message: string) => void) {
  const paths = [configPath, stampPath, programPath, vaultProgramPath];
  const ignored = await askGit(directory, ['check-ignore', '--no-index', '--', ...paths], environment);
  if (ignored)
    warn(`git ignores ${ignored.split('\n').join(', ')}: take the line out of .gitignore, else no clone has it`);
}
