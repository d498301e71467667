import { Failure } from '../../logging/failure.ts';
import { lastLine } from '../../sources/compose/docker.ts';
import { runCompose } from '../../sources/compose/project.ts';
import type { DeployHost } from '../deploy.ts';
import { approveProject } from '../dev/approve.ts';
import { openCommit, readImageNames } from './commit-project.ts';
import { hasImages } from './image-names.ts';
import type { DeployPlaces } from './places.ts';
import { writeCurrent, type CurrentDeployment } from './journal.ts';
import { switchTo } from './switch-to.ts';

const downMs = 15 * 60_000;

/** Brings an earlier commit up again, from what this host still has of it. @throws Failure where that one fails as well. */
async function goBack(places: DeployPlaces, commit: string, options: DeployHost): Promise<void> {
  const { healthUrl, waitMs, logger } = options;
  const project = openCommit(places, commit, options);
  const isBuilt = await hasImages(await readImageNames(places, commit), project.environment);
  // Not cut short: half of two commits is worse than a run that ends later than it was asked to.
  await switchTo(project, { healthUrl, waitMs, logger, build: !isBuilt });
}

/**
 * Brings the last healthy commit up again, or the one before it where that fails too, or is the one that has just failed.
 * Returns the commit that runs then. @throws Failure of the last one tried.
 */
export async function goBackToHealthy(
  places: DeployPlaces,
  current: CurrentDeployment,
  failed: string | undefined,
  options: DeployHost,
): Promise<string> {
  const { commit, previous } = current;
  if (previous === undefined || commit !== failed) {
    try {
      await goBack(places, commit, options);
      if (current.isDown) await writeCurrent(places, { ...current, isDown: undefined });
      return commit;
    } catch (error) {
      if (previous === undefined || previous === failed) throw error;
      options.logger.info(`${commit.slice(0, 12)} does not get healthy any more; trying ${previous.slice(0, 12)}.`);
    }
  }
  await goBack(places, previous, options);
  // The next deployment that fails comes back to what runs now.
  await writeCurrent(places, { commit: previous, deployedAt: options.now().toISOString() });
  return previous;
}

/**
 * Takes down what a first deployment has started, since there is nothing to go back to. Volumes stay.
 * @throws Failure `source` where docker does not.
 */
export async function takeDown(places: DeployPlaces, commit: string, options: DeployHost): Promise<void> {
  const project = openCommit(places, commit, options);
  await approveProject(project, options.logger);
  const result = await runCompose(project, ['--profile', '*', 'down', '--remove-orphans'], { timeoutMs: downMs });
  if (result.code === 0) return;
  const next = 'Look at docker ps --all, then deploy again.';
  throw new Failure('source', `docker compose down failed: ${lastLine(result)}`, next);
}
