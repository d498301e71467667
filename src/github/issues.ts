import { z } from 'zod';
import { askPages } from './ask-pages.ts';
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
  const all = await askPages(api, {
    route: 'GET /repos/{owner}/{repo}/issues',
    parameters: { ...repository, ...rest, ...(label === undefined ? {} : { labels: label }) },
    answer: z.array(issueSchema),
    permission,
    itemsOf: (issues) => issues,
    lastPage: pages,
  });
  return all.filter(({ pull_request }) => !pull_request);
}

/** The newest comments of an issue, at least 900 where there are so many, the oldest of them first. */
export async function listComments(api: GitHubApi, repository: Repository, issue: Issue): Promise<IssueComment[]> {
  const countedPages = Math.max(1, Math.ceil(issue.comments / 100));
  return askPages(api, {
    route: 'GET /repos/{owner}/{repo}/issues/{number}/comments',
    parameters: { ...repository, number: issue.number },
    answer: z.array(commentSchema),
    permission,
    itemsOf: (comments) => comments,
    firstPage: Math.max(1, countedPages - 9),
    // One more than counted: somebody may have written since.
    lastPage: countedPages + 1,
  });
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
