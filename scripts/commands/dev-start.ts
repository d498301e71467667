import { startDev } from '../../src/operations/dev/start.ts';
import { renderDevStart } from '../../src/report/dev-report.ts';
import type { CommandDefinition } from './command.ts';
import { directoryOption, locatePrepareScript, openDev } from './dev-place.ts';
import { readDuration } from './platform.ts';

export const devStartCommand: CommandDefinition = {
  name: 'dev start',
  summary: 'Build and start the development platform, wait until it is healthy, and print its address.',
  example: 'npm run -s dev:start',
  options: [
    directoryOption,
    {
      flags: '--wait <duration>',
      description: 'how long the services may take to become healthy',
      default: '10m',
    },
  ],
  async run(context, _args, options) {
    const { logger, signal } = context;
    const waitMs = readDuration('--wait', options['wait'] as string);
    const project = await openDev(context, options);
    const result = await startDev({ project, waitMs, prepareScript: locatePrepareScript(project), logger, signal });
    return { result, render: () => renderDevStart(result) };
  },
};
