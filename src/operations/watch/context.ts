import type { GitHubApi } from '../../github/github-api.ts';
import type { Repository } from '../../github/repository.ts';
import type { Logger } from '../../logging/logger.ts';
import type { Subject, WatchedJob } from './watched-job.ts';

/** What every part of a look is given. */
export interface WatchContext {
  api: GitHubApi;
  repository: Repository;
  /** `https://github.com/OWNER/NAME`, without a slash at its end. */
  repositoryUrl: string;
  branch: string;
  label: string;
  jobs: readonly WatchedJob[];
  /** A success of exactly this age is recent enough. */
  maximumAgesMs: Readonly<Record<Subject, number>>;
  logger: Logger;
  /** When this look began. */
  now: Date;
}

/** Links are made here, never taken over from an answer. */
export function linkToRun({ repositoryUrl }: WatchContext, id: number): string {
  return `${repositoryUrl}/actions/runs/${id}`;
}
