import { status } from '../../src/operations/status.ts';
import { renderStatus } from '../../src/report/status-report.ts';
import type { CommandDefinition } from './command.ts';
import { openPlatform } from './platform.ts';

export const statusCommand: CommandDefinition = {
  name: 'status',
  summary: 'Show the state of the archives; fails when the newest is too old, missing or damaged.',
  example: 'npm run -s continuity -- status',
  async run(context) {
    const platform = await openPlatform(context, 'status');
    const result = await status(platform);
    return {
      result,
      exitCode: result.exitCode,
      render: () => renderStatus(result, platform.now(), platform.config.timezone),
    };
  },
};
