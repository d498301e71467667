import { z } from 'zod';
import type { GitHubApi } from './github-api.ts';
import type { Repository } from './repository.ts';

const permission = 'issues: write';

const authorSchema = z.object({ login: z.string(), type: z.string() }).nullable();

const issueSchema = z.object({
  number: z.number(),
  state: z.string(),
  body: z.string().nullish(),
  user: authorSchema,
  author_association: z.string().default('NONE'),
  // GitHub answers with objects, and allows itself plain names.
  labels: z.array(z.union([z.string(), z.object({ name: z.string().nullish() })])),
  comments: z.number().default(0),
  created_at: z.iso.datetime({ offset: true }),
  pull_request: z.unknown().optional(),
});

const commentSchema = z.object({
  body: z.string().nullish(),
  user: authorSchema,
  author_association: z.string().default('NONE'),
});

export type Issue = z.infer<typeof issueSchema>;
export type IssueComment = z.infer<typeof commentSchema>;

export interface IssueQuery {
  state: 'open' | 'closed';
  label?: string;
  sort: 'created' | 'updated';
  direction: 'asc' | 'desc';
  pages: number;
}

/** Issues without pull requests, 100 a page, no more pages than asked for. */
export async function listIssues(api: GitHubApi, repository: Repository, query: IssueQuery): Promise<Issue[]> {
  const { label, pages, ...rest } = query;
  const issues: Issue[] = [];
  for (let page = 1; page <= pages; page += 1) {
    const answer = await api.ask({
      route: 'GET /repos/{owner}/{repo}/issues',
      parameters: { ...repository, ...rest, ...(label === undefined ? {} : { labels: label }), per_page: 100, page },
      answer: z.array(issueSchema),
      permission,
    });
    issues.push(...answer.filter(({ pull_request }) => !pull_request));
    if (answer.length < 100) break;
  }
  return issues;
}

/** The newest comments of an issue, at least 900 where there are so many, the oldest of them first. */
export async function listComments(api: GitHubApi, repository: Repository, issue: Issue): Promise<IssueComment[]> {
  const comments: IssueComment[] = [];
  const lastPage = Math.max(1, Math.ceil(issue.comments / 100));
  const firstPage = Math.max(1, lastPage - 9);
  // One page more than counted: somebody may have written since.
  for (let page = firstPage; page <= lastPage + 1; page += 1) {
    const answer = await api.ask({
      route: 'GET /repos/{owner}/{repo}/issues/{number}/comments',
      parameters: { ...repository, number: issue.number, per_page: 100, page },
      answer: z.array(commentSchema),
      permission,
    });
    comments.push(...answer);
    if (answer.length < 100) break;
  }
  return comments;
}

export interface NewIssue {
  title: string;
  body: string;
  label: string;
}

/** Opens an issue; `findMade` looks for it where GitHub's answer was lost. */
export async function openIssue(
  api: GitHubApi,
  repository: Repository,
  { title, body, label }: NewIssue,
  findMade: () => Promise<Issue | undefined>,
): Promise<Issue> {
  return api.ask({
    route: 'POST /repos/{owner}/{repo}/issues',
    parameters: { ...repository, title, body, labels: [label] },
    answer: issueSchema,
    permission,
    findMade,
  });
}

/** Comments on an issue; `isMade` looks whether the comment is there where GitHub's answer was lost. */
export async function addComment(
  api: GitHubApi,
  repository: Repository,
  { number, body }: { number: number; body: string },
  isMade: () => Promise<boolean>,
): Promise<void> {
  await api.ask<unknown>({
    route: 'POST /repos/{owner}/{repo}/issues/{number}/comments',
    parameters: { ...repository, number, body },
    answer: z.object({ id: z.number() }),
    permission,
    findMade: async () => ((await isMade()) ? true : undefined),
  });
}

/** Labels an issue; asked twice it does no harm. */
export async function addLabel(
  api: GitHubApi,
  repository: Repository,
  { number, label }: { number: number; label: string },
): Promise<void> {
  await api.ask<unknown>({
    route: 'POST /repos/{owner}/{repo}/issues/{number}/labels',
    parameters: { ...repository, number, labels: [label] },
    answer: z.array(z.unknown()),
    permission,
  });
}

export type IssueState =
  { state: 'open'; state_reason: 'reopened' } | { state: 'closed'; state_reason: 'completed' | 'not_planned' };

/** Closes or opens an issue again; asked twice it does no harm. */
export async function setIssueState(
  api: GitHubApi,
  repository: Repository,
  number: number,
  state: IssueState,
): Promise<void> {
  await api.ask<unknown>({
    route: 'PATCH /repos/{owner}/{repo}/issues/{number}',
    parameters: { ...repository, number, ...state },
    answer: z.object({ number: z.number() }),
    permission,
  });
}

/** Who the token speaks for; undefined for tokens of Actions and of apps, which may not ask. */
export async function readOwnLogin(api: GitHubApi): Promise<string | undefined> {
  try {
    const { login } = await api.ask({
      route: 'GET /user',
      parameters: {},
      answer: z.object({ login: z.string() }),
      permission: 'none',
    });
    return login;
  } catch {
    return undefined;
  }
}
