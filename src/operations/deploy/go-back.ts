import { runCompose } from '../../sources/compose/project.ts';
import type { DeployOptions } from '../deploy.ts';
import { approveProject } from '../dev/approve.ts';
import { openCommit, readImageNames } from './commit-project.ts';
import { hasImages } from './image-names.ts';
import type { DeployPlaces } from './places.ts';
import { switchTo } from './switch-to.ts';

const downMs = 15 * 60_000;

/** Brings an earlier commit up again, from what this host still has of it. @throws Failure where that one fails as well. */
export async function goBack(places: DeployPlaces, commit: string, options: DeployOptions): Promise<void> {
  const { healthUrl, waitMs, logger } = options;
  const project = openCommit(places, commit, options);
  const isBuilt = await hasImages(await readImageNames(places, commit), project.environment);
  // Not cut short: half of two commits is worse than a run that ends later than it was asked to.
  await switchTo(project, { healthUrl, waitMs, logger, build: !isBuilt });
}

/** Takes down what a first deployment has started, since there is nothing to go back to. Volumes stay. */
export async function takeDown(places: DeployPlaces, commit: string, options: DeployOptions): Promise<void> {
  const project = openCommit(places, commit, options);
  await approveProject(project, options.logger);
  await runCompose(project, ['--profile', '*', 'down', '--remove-orphans'], { timeoutMs: downMs });
}
