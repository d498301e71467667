import type { Config } from '../../src/config/config.ts';
import type { Logger } from '../../src/logging/logger.ts';

/** What every command of every program is given. */
export interface BaseContext {
  readonly logger: Logger;
  /** The result goes to standard output as JSON: nothing else may be written there. */
  readonly json: boolean;
  /** A person is there to be asked. */
  readonly isInteractive: boolean;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Aborted when the program is asked to end. */
  readonly signal: AbortSignal;
}

/** What the commands of `continuity` are given. */
export interface CommandContext extends BaseContext {
  /** Reads and checks the configuration: `--config`, else ./continuity.yml, else the one under /etc. */
  loadConfig(): Promise<Config>;
  /** The same, for commands that can do without; undefined where there is none. */
  loadConfigIfAny(): Promise<Config | undefined>;
  /** The same, where a commit's checkout is here: the one under /etc comes before ./continuity.yml. */
  loadHostConfigIfAny(): Promise<Config | undefined>;
}

export interface CommandArgument {
  readonly name: string;
  readonly description: string;
  readonly isOptional?: boolean;
}

export interface CommandOption {
  /** As commander takes them: `--to <dir>`, `--yes`, `--no-safety`. Its value is found under the camelCase name. */
  readonly flags: string;
  readonly description: string;
  readonly default?: string | boolean;
  readonly choices?: readonly string[];
  /** `app,odoo` or given several times: the command sees a list of texts. */
  readonly isList?: boolean;
  /** Given several times, each a text of its own, commas and all: the command sees a list of texts. */
  readonly isRepeatable?: boolean;
}

export type OptionValues = Readonly<Record<string, string | boolean | readonly string[] | undefined>>;

/** What a command hands back. */
export interface CommandOutcome {
  /** Documented result object: what `--json` prints; undefined where the command has written it line by line. */
  readonly result: unknown;
  /** Default 0. */
  readonly exitCode?: number;
  /** The same for people. */
  render(): string;
}

export interface CommandDefinition<Context extends BaseContext = CommandContext> {
  /** One word, or two for a command of a group: `vault serve`. */
  readonly name: string;
  readonly summary: string;
  /** A whole line that a person can type. */
  readonly example: string;
  readonly arguments?: readonly CommandArgument[];
  readonly options?: readonly CommandOption[];
  /** Undefined where the command has spoken on standard output itself. */
  run(context: Context, args: readonly string[], options: OptionValues): Promise<CommandOutcome | undefined>;
}
