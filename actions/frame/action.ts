import type { Failure } from '../../src/logging/failure.ts';
import type { Logger } from '../../src/logging/logger.ts';
import type { Inputs } from './inputs.ts';

/** What every action is given. */
export interface ActionContext {
  readonly inputs: Inputs;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly logger: Logger;
  /** Aborted when the run is cancelled. */
  readonly signal: AbortSignal;
  /** A directory below the runner's temporary one, 0700, that goes whatever happens. */
  readonly privateDirectory: string;
  /** Keeps a secret, and what can be derived from it, out of everything that is written from now on. */
  mask(secret: string): void;
}

/** What an action hands back. */
export interface ActionOutcome {
  /** Documented result object: the same as the command line's `--json`. */
  readonly result: unknown;
  /** By their names in action.yml; undefined where there is nothing to say. */
  readonly outputs: Readonly<Record<string, string | number | boolean | undefined>>;
  /** The same for people, as the command line shows it: ends the log. */
  readonly report: string;
  /** For the job's summary, in GitHub's markdown. */
  readonly summary: string;
  /** Why the step fails though there is a result. */
  readonly failure?: Failure;
}

export interface ActionDefinition {
  /** Its folder under actions/. */
  readonly name: string;
  run(context: ActionContext): Promise<ActionOutcome>;
}
