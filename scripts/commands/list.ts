import { list } from '../../src/operations/list.ts';
import { renderArchives } from '../../src/report/status-report.ts';
import type { CommandDefinition } from './command.ts';
import { openPlatform } from './platform.ts';

export const listCommand: CommandDefinition = {
  name: 'list',
  summary: 'List all archives in the vault, newest first.',
  example: 'npm run -s continuity -- list',
  async run(context) {
    const platform = await openPlatform(context, 'list');
    const result = await list(platform);
    return { result, render: () => renderArchives(result, platform.config.timezone) };
  },
};
