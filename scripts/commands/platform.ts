import { realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { parseDurationMs } from '../../src/config/quantities.ts';
import { Failure } from '../../src/logging/failure.ts';
import { describeRun, type Platform } from '../../src/operations/platform.ts';
import { version } from '../../src/version.ts';
import type { CommandContext, CommandOption, OptionValues } from './command.ts';

/** Everything that an operation needs, from what the command line knows. */
export async function openPlatform(
  context: CommandContext,
  command: string,
  { wait }: OptionValues = {},
): Promise<Platform> {
  const { logger, environment, signal } = context;
  return {
    config: await context.loadConfig(),
    logger,
    environment,
    signal,
    now: () => new Date(),
    ...describeRun(command, environment),
    // Beside our own bundle: both are built and committed together.
    vaultBundlePath: join(dirname(realpathSync(process.argv[1] ?? '.')), '..', 'vault', 'index.js'),
    toolVersion: version,
    ...(wait === undefined ? {} : { lockWaitMs: readWait(wait as string) }),
  };
}

/** For commands that take the platform's lock. */
export const waitOption: CommandOption = {
  flags: '--wait <duration>',
  description: 'wait this long, such as 30m, for another run to end (default: not at all)',
};

function readWait(text: string): number {
  const milliseconds = parseDurationMs(text);
  if (milliseconds !== undefined) return milliseconds;
  throw new Failure('usage', '--wait: expected a duration such as 90s, 30m or 2h', 'Nothing was done.');
}

export interface Question {
  /** What is at stake, shown before the question. */
  summary: string;
  /** What has to be typed, to the letter. */
  answer: string;
  /** `--yes` was given. */
  isAgreed: boolean;
}

/**
 * Asks a person to type something that nobody types by mistake. With `--yes` nobody is asked; without a terminal it
 * refuses instead of waiting for ever.
 */
export async function confirm(context: CommandContext, { summary, answer, isAgreed }: Question): Promise<boolean> {
  context.logger.info(summary);
  if (isAgreed) return true;
  if (!context.isInteractive) {
    throw new Failure(
      'refused',
      'this needs a confirmation, and there is no terminal to ask on',
      'Look at the plan above, then run it again with --yes.',
    );
  }
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const typed = await prompt.question(`Type ${answer} to go on: `, { signal: context.signal });
    return typed.trim() === answer;
  } finally {
    prompt.close();
  }
}
