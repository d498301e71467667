import { adoptArchives } from '../../src/operations/adopt.ts';
import { renderAdopt } from '../../src/report/upkeep/adopt-report.ts';
import { adoptOptions } from './adopt-options.ts';
import type { CommandDefinition } from './command.ts';
import { openPlatform } from './platform.ts';

export const adoptCommand: CommandDefinition = {
  name: 'adopt',
  summary: 'Take over the archives of the former script, where the vault is a folder of this machine.',
  example: 'npm run -s continuity -- adopt --dry-run',
  options: adoptOptions,
  async run(context, _args, { dryRun, survey }) {
    const platform = await openPlatform(context, 'adopt');
    const result = await adoptArchives(platform, { isDryRun: dryRun === true, skipsSurvey: survey === false });
    return { result, render: () => renderAdopt(result) };
  },
};
