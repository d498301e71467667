import { formatBytes } from '../../src/logging/quantity-text.ts';
import { fetch } from '../../src/operations/fetch.ts';
import type { CommandDefinition } from './command.ts';
import { openPlatform } from './platform.ts';

export const fetchCommand: CommandDefinition = {
  name: 'fetch',
  summary: 'Fetch a whole archive, checked; goes on where an earlier attempt stopped.',
  example: 'npm run -s continuity -- fetch latest --to /mnt/disk',
  arguments: [{ name: 'archive', description: 'name, date or latest' }],
  options: [{ flags: '--to <dir>', description: 'folder to put it into', default: '.' }],
  async run(context, [archive = ''], { to }) {
    const result = await fetch(await openPlatform(context, 'fetch'), { archive, directory: to as string });
    const resumed = result.resumedBytes > 0 ? `, ${formatBytes(result.resumedBytes)} of it by an earlier attempt` : '';
    return { result, render: () => `${result.path}: ${formatBytes(result.sizeBytes)}, checked${resumed}.` };
  },
};
