import { z } from 'zod';
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
  const runners: Runner[] = [];
  for (let page = 1; page <= MAX_PAGES; page += 1) {
    const answer = await api.ask({
      route: 'GET /repos/{owner}/{repo}/actions/runners',
      parameters: { ...repository, per_page: 100, page },
      answer: z.object({ runners: z.array(runnerSchema) }),
      permission: 'administration: read',
    });
    runners.push(...answer.runners);
    if (answer.runners.length < 100) break;
  }
  return runners;
}
