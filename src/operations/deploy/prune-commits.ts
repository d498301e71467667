import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '../../logging/failure.ts';
import type { Environment } from '../../system/run-command.ts';
import { forgetCommit } from './checkout.ts';
import { readImageNames } from './commit-project.ts';
import { removeImages } from './image-names.ts';
import type { DeployPlaces } from './places.ts';

/** Removes checkouts and images of all commits but those that are kept. What cannot be removed is said, and stays. */
export async function pruneCommits(
  places: DeployPlaces,
  kept: readonly (string | undefined)[],
  { environment, warn }: { environment: Environment; warn: (message: string) => void },
): Promise<void> {
  for (const commit of await readdir(places.checkouts).catch(() => [])) {
    if (kept.includes(commit)) continue;
    try {
      await removeImages(await readImageNames(places, commit), environment);
      await rm(join(places.images, `${commit}.yml`), { force: true });
      await forgetCommit(places, commit, environment);
    } catch (error) {
      warn(`the files of commit ${commit.slice(0, 12)} were not removed: ${messageOf(error)}`);
    }
  }
}
