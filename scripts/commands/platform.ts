import { realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
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
    ...(wait === undefined ? {} : { lockWaitMs: readDuration('--wait', wait as string) }),
  };
}

/** For commands that take the platform's lock. */
export const waitOption: CommandOption = {
  flags: '--wait <duration>',
  description: 'wait this long, such as 30m, for another run to end (default: not at all)',
};

/** @throws Failure `usage` */
export function readDuration(option: string, text: string): number {
  const milliseconds = parseDurationMs(text);
  if (milliseconds !== undefined) return milliseconds;
  throw new Failure('usage', `${option}: expected a duration such as 90s, 30m or 2h`, 'Nothing was done.');
}
