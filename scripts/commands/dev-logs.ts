import { Failure } from '../../src/logging/failure.ts';
import { writeDevLogs } from '../../src/operations/dev/logs.ts';
import type { CommandDefinition } from './command.ts';
import { directoryOption, openDev } from './dev-place.ts';

export const devLogsCommand: CommandDefinition = {
  name: 'dev logs',
  summary: 'Show what the services of the development platform have written.',
  example: 'npm run -s dev:logs -- app --follow',
  arguments: [{ name: 'service', description: 'one service (default: all)', isOptional: true }],
  options: [
    directoryOption,
    { flags: '--tail <lines>', description: 'last lines of each service', default: '100' },
    { flags: '--follow', description: 'go on until Ctrl+C' },
  ],
  async run(context, [service], options) {
    const { logger, signal } = context;
    const tail = options['tail'] as string;
    if (!/^\d{1,7}$/.test(tail)) throw new Failure('usage', '--tail: expected a number of lines', 'Nothing was done.');
    if (context.json) throw new Failure('usage', '--json: logs are text', 'Leave --json out.');
    const project = await openDev(context, options);
    const follow = options['follow'] === true;
    await writeDevLogs({ project, service, tail: Number(tail), follow, output: process.stdout, logger, signal });
    return undefined;
  },
};
