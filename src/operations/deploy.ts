import { mkdir } from 'node:fs/promises';
import type { Config } from '../config/config.ts';
import { Failure, messageOf } from '../logging/failure.ts';
import type { Logger } from '../logging/logger.ts';
import type { Environment } from '../system/run-command.ts';
import { attempt, type DeployOutcome, type DeployRun } from './deploy/attempt.ts';
import { resolveCommit } from './deploy/checkout.ts';
import { DEPLOY_VARIABLE, pickEnvironment } from './deploy/docker-environment.ts';
import { readCurrent, removeJournal } from './deploy/journal.ts';
import { describePlaces } from './deploy/places.ts';
import { beginRecord, type DeployGitHub } from './deploy/record.ts';
import { repairInterrupted } from './deploy/repair.ts';
import { checkEngine } from './dev/check-engine.ts';
import { takeLock } from './take-lock.ts';

/** Where deployments take place, and who is told: all that one needs which only puts right what another has left. */
export interface DeployHost {
  /** Folder that deployments keep their things in. */
  readonly directory: string;
  /** Name of the compose project, whatever the commit's own file says. */
  readonly project: string;
  /** Address that has to answer; absent: the one that the compose file publishes. */
  readonly healthUrl?: string | undefined;
  /** How long the services, and then the address, may take. */
  readonly waitMs: number;
  /** Who deploys, for the lock, the journal and GitHub's record. */
  readonly holder: string;
  readonly config: Config | undefined;
  readonly gitHub?: DeployGitHub | undefined;
  readonly environment: Environment;
  readonly now: () => Date;
  readonly logger: Logger;
}

export interface DeployOptions extends DeployHost {
  /** Repository on this host that has the commit. */
  readonly source: string;
  /** A commit, as its SHA or anything that names it in the source. */
  readonly commit: string;
  /** How long to wait for another deployment to end. */
  readonly lockWaitMs: number;
  /** The toolkit's own infrastructure/compose/prepare.sh; never the commit's. */
  readonly prepareScript: string | undefined;
  readonly signal?: AbortSignal;
}

export interface DeployResult {
  /** `refused`: nothing that runs was touched. `down`: neither the commit nor the one before it runs and is healthy. */
  readonly verdict: 'deployed' | 'rolled-back' | 'refused' | 'down';
  readonly commit: string;
  /** The commit that ran before, and runs again after `rolled-back` and `refused`. */
  readonly previous?: string;
  readonly project: string;
  /** The address that was asked. */
  readonly url?: string;
  /** Id of GitHub's record; absent where GitHub keeps none. */
  readonly deployment?: number;
  readonly durationMs: number;
  readonly warnings: readonly string[];
  /** Why the commit does not run; absent for `deployed`. */
  readonly problem?: { readonly kind: Failure['kind']; readonly message: string; readonly next: string };
}

/**
 * Brings a commit up as the development platform, in place of the one that runs; where it does not get healthy, that one
 * is brought back. One deployment at a time; what a killed one left is repaired first.
 * @throws Failure where it did not come to a deployment at all: no Docker, no such commit, the lock held.
 */
export async function deploy(options: DeployOptions): Promise<DeployResult> {
  const { logger, directory, source, holder } = options;
  const warnings: string[] = [];
  const warn = (message: string): void => {
    warnings.push(message);
    logger.warning(message);
  };
  const began = performance.now();
  const environment = pickEnvironment(options.environment, { [DEPLOY_VARIABLE]: directory });
  logger.phase('Check');
  await checkEngine(environment, logger);
  const places = describePlaces(directory);
  await makeDirectory(directory);
  const lock = await takeLock(places.lock, options);
  try {
    const commit = await resolveCommit(source, options.commit, environment);
    await repairInterrupted(places, options, warn);
    const record = await beginRecord(options.gitHub, { commit, holder }, warn);
    const current = await readCurrent(places);
    const run: DeployRun = { options, places, commit, current, warn, deploymentId: record.id };
    const outcome = await attempt(run);
    const before = outcome.previous ?? current?.commit;
    await removeJournal(places);
    await record.tell(outcome.verdict === 'deployed' ? 'success' : 'failure', describe(outcome, before));
    return {
      ...outcome,
      commit,
      ...(before === undefined ? {} : { previous: before }),
      project: options.project,
      ...(record.id === undefined ? {} : { deployment: record.id }),
      durationMs: performance.now() - began,
      warnings,
    };
  } finally {
    lock.release();
  }
}

function describe({ verdict, problem }: DeployOutcome, running: string | undefined): string {
  const before = running ? `${running.slice(0, 12)} runs` : 'nothing runs';
  const [first = ''] = (problem?.message ?? '').split('\n', 1);
  if (verdict === 'deployed') return 'healthy';
  if (verdict === 'down') return `development is down: ${first}`;
  return `${verdict === 'refused' ? 'not started' : 'rolled back'}, ${before}: ${first}`;
}

async function makeDirectory(directory: string): Promise<void> {
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
  } catch (error) {
    const next = 'Name a folder that the account of the development runner may write to.';
    throw new Failure('config', `${directory} cannot be made: ${messageOf(error)}`, next, { cause: error });
  }
}
