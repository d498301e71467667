import { toFailure } from '../../logging/failure.ts';
import type { DeployResult } from '../deploy.ts';
import { interrupted } from '../take-lock.ts';

export type Problem = NonNullable<DeployResult['problem']>;

/** Why a commit does not run, out of what was thrown. */
export function readProblem(
  error: unknown,
  { holder, signal }: { holder: string; signal?: AbortSignal | undefined },
): Problem {
  const failure = signal?.aborted
    ? interrupted(holder, error, 'Run it again.')
    : toFailure(error, 'Run it again with --verbose');
  const { kind, message, next } = failure;
  return { kind, message, next };
}

/**
 * The same problem, with what there is to do once the commit is gone again: its containers, and with them their logs, are
 * no longer there to be looked at.
 */
export function adviseAfterRollback(problem: Problem, signal: AbortSignal | undefined): Problem {
  if (signal?.aborted) return problem;
  const next = 'Correct it with a new commit. The containers of this one are gone; what they said last stands above.';
  return { ...problem, next };
}
