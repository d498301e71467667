import { messageOf } from '../../logging/failure.ts';
import type { DeployOptions, DeployResult } from '../deploy.ts';
import { approveProject } from '../dev/approve.ts';
import { buildImages } from '../dev/bring-up.ts';
import { createMissingSecrets } from '../dev/create-secrets.ts';
import { checkOut } from './checkout.ts';
import { openCommit } from './commit-project.ts';
import { DEPLOY_VARIABLE, pickEnvironment } from './docker-environment.ts';
import { goBackToHealthy, takeDown } from './go-back.ts';
import { nameImages, writeImageFile } from './image-names.ts';
import { writeCurrent, writeJournal, type CurrentDeployment } from './journal.ts';
import type { DeployPlaces } from './places.ts';
import { adviseAfterRollback, readProblem, type Problem } from './problem.ts';
import { pruneCommits } from './prune-commits.ts';
import { switchTo } from './switch-to.ts';

/** One deployment, once it is known what runs. */
export interface DeployRun {
  readonly options: DeployOptions;
  readonly places: DeployPlaces;
  readonly commit: string;
  readonly current: CurrentDeployment | undefined;
  readonly warn: (message: string) => void;
  readonly deploymentId: number | undefined;
}

export type DeployOutcome = Pick<DeployResult, 'verdict' | 'url' | 'problem' | 'previous'>;

/** Prepares, switches, and goes back where that fails. Never throws for what the commit is to blame for. */
export async function attempt(run: DeployRun): Promise<DeployOutcome> {
  const { options, places, commit, current, warn } = run;
  const { logger, signal, environment, waitMs, healthUrl } = options;
  const journal = {
    commit,
    holder: options.holder,
    ...(run.deploymentId === undefined ? {} : { deploymentId: run.deploymentId }),
  };
  try {
    await writeJournal(places, { ...journal, phase: 'preparing' });
    await prepare(run);
    signal?.throwIfAborted();
  } catch (error) {
    // Of what is down nobody would say that it still runs.
    return { verdict: current?.isDown ? 'down' : 'refused', problem: readProblem(error, options) };
  }
  logger.phase('Start');
  try {
    await writeJournal(places, { ...journal, phase: 'switching' });
    const project = openCommit(places, commit, options);
    const url = await switchTo(project, { healthUrl, waitMs, logger, signal, build: false });
    const previous = current?.commit === commit ? current.previous : current?.commit;
    const deployedAt = options.now().toISOString();
    await writeCurrent(places, { commit, ...(previous ? { previous } : {}), deployedAt });
    const pruneEnvironment = pickEnvironment(environment, {});
    await pruneCommits(places, [commit, previous], { environment: pruneEnvironment, warn });
    return { verdict: 'deployed', ...(url === undefined ? {} : { url }) };
  } catch (error) {
    return revert(run, readProblem(error, options));
  }
}

/** Everything that leaves what runs untouched: files, secrets, images; and whether the commit may be started at all. */
async function prepare({ options, places, commit }: DeployRun): Promise<void> {
  const { source, logger, signal, prepareScript, environment } = options;
  const plain = pickEnvironment(environment, { [DEPLOY_VARIABLE]: places.directory });
  await checkOut(places, { source, commit, environment: plain });
  const project = openCommit(places, commit, options);
  const model = await approveProject(project, logger);
  await createMissingSecrets(model, project, { script: prepareScript, logger, signal });
  await writeImageFile(places, commit, nameImages(model, options.project, commit));
  logger.phase('Build');
  await buildImages(openCommit(places, commit, options), { logger, signal });
}

async function revert({ options, places, commit, current, warn }: DeployRun, problem: Problem): Promise<DeployOutcome> {
  const { logger, signal } = options;
  logger.phase('Roll back');
  logger.info(problem.message);
  try {
    const afterwards = adviseAfterRollback(problem, signal);
    if (!current) {
      await takeDown(places, commit, options);
      return { verdict: 'down', problem: afterwards };
    }
    const running = await goBackToHealthy(places, current, commit, options);
    return { verdict: 'rolled-back', problem: afterwards, previous: running };
  } catch (error) {
    warn(`what ran before could not be brought back: ${messageOf(error)}`);
    if (current) await writeCurrent(places, { ...current, isDown: true });
    return { verdict: 'down', problem };
  }
}
