import { z } from 'zod';
import { askPages } from './ask-pages.ts';
import type { GitHubApi } from './github-api.ts';
import type { Repository } from './repository.ts';

const MAX_PAGES = 5;

const runnerSchema = z.object({
  name: z.string(),
  status: z.string(),
  labels: z.array(z.object({ name: z.string() })),
});

/** A self-hosted runner of a repository. */
export type Runner = z.infer<typeof runnerSchema>;

/** The repository's own self-hosted runners, 500 at most; those of its organization are not among them. */
export async function listRunners(api: GitHubApi, repository: Repository): Promise<Runner[]> {
  return askPages(api, {
    route: 'GET /repos/{owner}/{repo}/actions/runners',
    parameters: repository,
    answer: z.object({ runners: z.array(runnerSchema) }),
    permission: 'administration: read',
    itemsOf: ({ runners }) => runners,
    lastPage: MAX_PAGES,
  });
}
