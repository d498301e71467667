import { readDevStatus } from '../../src/operations/dev/status.ts';
import { renderDevStatus } from '../../src/report/dev-report.ts';
import type { CommandDefinition } from './command.ts';
import { directoryOption, openDev } from './dev-place.ts';

export const devStatusCommand: CommandDefinition = {
  name: 'dev status',
  summary: 'Show the services of the development platform, and whether its address answers; fails while it does not.',
  example: 'npm run -s dev:status',
  options: [directoryOption],
  async run(context, _args, options) {
    const { logger, signal } = context;
    const result = await readDevStatus({ project: await openDev(context, options), logger, signal });
    return { result, exitCode: result.exitCode, render: () => renderDevStatus(result) };
  },
};
