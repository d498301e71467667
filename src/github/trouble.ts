import { printable } from '../logging/printable.ts';
import { GitHubFailure } from './github-failure.ts';
import { judgeRateLimit } from './rate-limit.ts';
import type { RefusedAnswer } from './refused-answer.ts';

/** Longest text of the other side that a message repeats. */
const MAX_QUOTE_LENGTH = 200;

/** Why one request brought nothing that can be used. */
export interface Trouble {
  readonly failure: GitHubFailure;
  /** Asked again, GitHub may well answer. */
  readonly isPassing: boolean;
  /** GitHub may have done what it was asked, though it did not say so. */
  readonly isUncertain: boolean;
  /** How long GitHub asks to wait, in milliseconds. */
  readonly waitMs?: number;
}

/** What was asked, as messages name it. */
export interface Question {
  /** `GET /repos/{owner}/{repo}/issues` */
  readonly route: string;
  /** Where the token came from: `input token`. */
  readonly tokenName: string;
  /** Permission that the question takes: `actions: read`. */
  readonly permission: string;
}

const tryLater =
  'Nothing is known about the backups until GitHub answers: look at https://www.githubstatus.com, then run it again.';

/** Judges an answer that says no. */
export function judgeRefusal(question: Question, answer: RefusedAnswer, nowMs: number): Trouble {
  const { status, headers } = answer;
  const { route, tokenName } = question;
  const said = quoteAnswer(answer.body);
  const limit = judgeRateLimit(answer, said, nowMs);
  if (limit) {
    const failure = new GitHubFailure('failed', `GitHub: ${limit.what} (${route})`, limit.next, status);
    return { failure, isPassing: limit.waitMs !== undefined, isUncertain: false, ...pick(limit.waitMs) };
  }
  const refuse = (what: string, next: string): Trouble => ({
    failure: new GitHubFailure('refused', `GitHub: ${what} (${route}${said ? `: ${said}` : ''})`, next, status),
    isPassing: false,
    isUncertain: false,
  });
  if (status >= 500) {
    const failure = new GitHubFailure('failed', `GitHub: HTTP ${status} (${route})`, tryLater, status);
    return { failure, isPassing: true, isUncertain: true };
  }
  if (status === 401) {
    return refuse(
      `HTTP 401, the token of ${tokenName} is not valid: wrong, expired or revoked`,
      `Make a new token and put it where ${tokenName} comes from.`,
    );
  }
  if (status === 403) {
    const accepted = headers['x-accepted-github-permissions'];
    const permission = accepted ? printable(String(accepted)).slice(0, MAX_QUOTE_LENGTH) : question.permission;
    return refuse(
      `HTTP 403, the token of ${tokenName} may not do this: it needs the permission ${permission}`,
      `Grant "${permission}" under "permissions:" of the job, or to the token.`,
    );
  }
  if (status === 404) {
    return refuse(
      'HTTP 404, not found, or not visible for this token',
      `Check the names, and that the token of ${tokenName} has the permission ${question.permission}.`,
    );
  }
  if (status === 410) {
    return refuse('HTTP 410, gone', 'Enable issues in the settings of the repository.');
  }
  return refuse(`HTTP ${status}`, 'Check the inputs of this step; if they are right, report this as a fault.');
}

/** Nothing came back at all, or not in time. `reason` is one line without secrets. */
export function judgeSilence({ route }: Question, reason: string): Trouble {
  const failure = new GitHubFailure('failed', `GitHub cannot be reached: ${reason} (${route})`, tryLater, undefined);
  return { failure, isPassing: true, isUncertain: true };
}

/** An answer that should be good, and is not what GitHub's API answers: a proxy's page, or half of it. */
export function judgeNonsense({ route }: Question, status: number, detail: string): Trouble {
  const message = `GitHub's answer cannot be understood: ${printable(detail).slice(0, MAX_QUOTE_LENGTH)} (${route})`;
  const next =
    'Check that GITHUB_API_URL is the API of GitHub and that no proxy answers in its place, then run it again.';
  return { failure: new GitHubFailure('failed', message, next, status), isPassing: true, isUncertain: true };
}

/** GitHub's own words, where the answer is one of its API. */
function quoteAnswer(body: unknown): string {
  if (typeof body !== 'object' || body === null || !('message' in body)) return '';
  return printable(String(body.message)).slice(0, MAX_QUOTE_LENGTH);
}

function pick(waitMs: number | undefined): { waitMs?: number } {
  return waitMs === undefined ? {} : { waitMs };
}
