import { join } from 'node:path';

/** What a deployment keeps on its host, below one folder that the runner's account owns. */
export interface DeployPlaces {
  readonly directory: string;
  readonly lock: string;
  /** What is under way; absent between deployments. */
  readonly journal: string;
  /** The commit that runs. */
  readonly current: string;
  /** Commits as git objects: no network is needed to go back. */
  readonly repository: string;
  readonly checkouts: string;
  /** Per commit a compose file with the names of its images. */
  readonly images: string;
  readonly secrets: string;
  /** The host's own variables for the compose file; may be absent. */
  readonly envFile: string;
}

export function describePlaces(directory: string): DeployPlaces {
  return {
    directory,
    lock: join(directory, 'lock'),
    journal: join(directory, 'journal.json'),
    current: join(directory, 'current.json'),
    repository: join(directory, 'repository.git'),
    checkouts: join(directory, 'checkouts'),
    images: join(directory, 'images'),
    secrets: join(directory, 'secrets'),
    envFile: join(directory, '.env'),
  };
}
