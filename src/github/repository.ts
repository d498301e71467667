import { z } from 'zod';
import { Failure } from '../logging/failure.ts';
import type { GitHubApi } from './github-api.ts';

/** A repository, as routes name it. Type and not interface: it is spread into parameters. */
export type Repository = { readonly owner: string; readonly repo: string };

/** @throws Failure `usage` where the text is no `OWNER/NAME`. */
export function parseRepository(text: string): Repository {
  const [, owner, repo] = /^([\w-]{1,100})\/([\w.-]{1,100})$/.exec(text) ?? [];
  if (owner && repo) return { owner, repo };
  throw new Failure('usage', 'the repository: expected OWNER/NAME', 'Set GITHUB_REPOSITORY; GitHub Actions does.');
}

/** @throws GitHubFailure 404 where the token cannot see it. */
export async function requireRepository(api: GitHubApi, repository: Repository): Promise<void> {
  await api.ask({
    route: 'GET /repos/{owner}/{repo}',
    parameters: repository,
    answer: z.object({ id: z.number() }),
    permission: 'metadata: read',
  });
}
