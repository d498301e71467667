import { setTimeout as sleep } from 'node:timers/promises';
import { getOctokit } from '@actions/github';
import type { z } from 'zod';
import { Failure } from '../logging/failure.ts';
import type { Logger } from '../logging/logger.ts';
import { printable } from '../logging/printable.ts';
import { judgeNonsense, judgeRefusal, judgeSilence, type Question, type Trouble } from './trouble.ts';

/** Milliseconds between the tries, where GitHub asks for nothing else. */
const WAITS_MS = [2_000, 6_000] as const;
const REQUEST_TIMEOUT_MS = 15_000;

export interface GitHubOptions {
  /** `https://api.github.com` */
  apiUrl: string;
  token: string;
  /** Where the token came from, as messages name it: `input token`. */
  tokenName: string;
  logger: Logger;
  signal?: AbortSignal | undefined;
  now?: (() => Date) | undefined;
  /** Waits some milliseconds; tests need not. */
  wait?: ((milliseconds: number) => Promise<void>) | undefined;
  /** After this long without a whole answer a try has failed; default 15 s. */
  requestTimeoutMs?: number | undefined;
}

export interface Request<T> {
  /** `GET /repos/{owner}/{repo}/issues` */
  route: string;
  parameters: Readonly<Record<string, string | number | boolean | readonly string[]>>;
  answer: z.ZodType<T>;
  /** Permission that it takes, named where it is missing: `issues: write`. */
  permission: string;
  /**
   * For what must not happen twice: looks whether an earlier try, whose answer was lost, did it after all. Asked before
   * each further try.
   */
  findMade?: () => Promise<T | undefined>;
}

/** GitHub's API: each request has an end, few tries, and one clear failure. The token is in no message. */
export interface GitHubApi {
  /** @throws GitHubFailure naming the cause, after at most three tries and about a minute. */
  ask<T>(request: Request<T>): Promise<T>;
}

/** @throws Failure `usage` where the token cannot be one. */
export function openGitHub(options: GitHubOptions): GitHubApi {
  const { tokenName, logger, signal } = options;
  const token = options.token.trim();
  // Anything else would be refused as a header later, in a message that repeats it.
  if (!/^[\x21-\x7e]{1,4096}$/.test(token)) {
    throw new Failure(
      'usage',
      `${tokenName}: expected a token in one line`,
      'Set it from secrets, without line breaks.',
    );
  }
  const quiet = { debug() {}, info() {}, warn: (message: string) => logger.debug(message), error() {} };
  const octokit = getOctokit(token, { baseUrl: options.apiUrl.replace(/\/+$/, ''), log: quiet });
  const requestTimeoutMs = options.requestTimeoutMs ?? REQUEST_TIMEOUT_MS;
  const wait = options.wait ?? ((milliseconds: number) => sleep(milliseconds, undefined, signal ? { signal } : {}));
  const now = options.now ?? (() => new Date());

  async function tryOnce<T>(request: Request<T>, question: Question): Promise<{ value: T } | Trouble> {
    const timeout = AbortSignal.timeout(requestTimeoutMs);
    const silence = () => judgeSilence(question, `no answer within ${requestTimeoutMs / 1000} s`);
    try {
      const { status, data } = (await octokit.request(request.route, {
        ...request.parameters,
        headers: { 'x-github-api-version': '2022-11-28' },
        request: { signal: signal ? AbortSignal.any([signal, timeout]) : timeout },
      })) as { status: number; data: unknown };
      // A body that was cut off comes as an empty text.
      if (timeout.aborted) return silence();
      const parsed = request.answer.safeParse(data);
      if (parsed.success) return { value: parsed.data };
      const [issue] = parsed.error.issues;
      const where = typeof data === 'string' ? 'no JSON' : `${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`;
      return judgeNonsense(question, status, where);
    } catch (error) {
      if (timeout.aborted) return silence();
      const { response } = error as { response?: { status: number; headers: Record<string, string>; data: unknown } };
      if (!response) return judgeSilence(question, describeNetworkError(error, token));
      return judgeRefusal(question, { ...response, body: response.data }, now().getTime());
    }
  }

  return {
    async ask(request) {
      const question = { route: request.route, tokenName, permission: request.permission };
      for (let attempt = 0; ; attempt += 1) {
        refuseCancelled(signal);
        const outcome = await tryOnce(request, question);
        refuseCancelled(signal);
        if ('value' in outcome) return outcome.value;
        const { failure, isPassing, isUncertain, waitMs } = outcome;
        const pauseMs = WAITS_MS[attempt];
        if (!isPassing || pauseMs === undefined) throw failure;
        logger.info(`${failure.message}; tried again in ${(waitMs ?? pauseMs) / 1000} s`);
        await wait(waitMs ?? pauseMs).catch((error: unknown) => {
          refuseCancelled(signal);
          throw error;
        });
        const made = isUncertain ? await request.findMade?.() : undefined;
        if (made !== undefined) return made;
      }
    },
  };
}

function refuseCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new Failure('failed', 'cancelled', 'Run it again.');
}

/** What the network said, in one line; the token cannot be in it, and is taken out all the same. */
function describeNetworkError(error: unknown, token: string): string {
  const { message, cause } = error as { message?: string; cause?: { cause?: { code?: string } } };
  const text = message === undefined || message === '' ? (cause?.cause?.code ?? 'no connection') : message;
  return printable(text.replaceAll(token, '***')).slice(0, 200);
}
