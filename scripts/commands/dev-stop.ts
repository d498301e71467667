import { stopDev } from '../../src/operations/dev/stop.ts';
import { renderDevStop } from '../../src/report/dev-report.ts';
import type { CommandDefinition } from './command.ts';
import { directoryOption, openDev } from './dev-place.ts';

export const devStopCommand: CommandDefinition = {
  name: 'dev stop',
  summary: 'Stop the development platform; its volumes stay.',
  example: 'npm run -s dev:stop',
  options: [directoryOption],
  async run(context, _args, options) {
    const { logger, signal } = context;
    const result = await stopDev({ project: await openDev(context, options), logger, signal });
    return { result, render: () => renderDevStop(result) };
  },
};
