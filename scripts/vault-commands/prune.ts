import { renderPrune } from '../../src/report/upkeep/prune-report.ts';
import { prune } from '../../src/vault/upkeep/prune.ts';
import type { CommandDefinition } from '../commands/command.ts';
import type { VaultContext } from './context.ts';
import { runUpkeep } from './run-upkeep.ts';

export const pruneCommand: CommandDefinition<VaultContext> = {
  name: 'vault prune',
  summary: 'Remove archives that are past their age, some days at a time; refuses where anything is in doubt.',
  example: 'sudo skills-vault vault prune --dry-run',
  options: [
    { flags: '--dry-run', description: 'show what would go, and change nothing' },
    { flags: '--accept-clock', description: 'the clock is right: looked at by an administrator' },
  ],
  async run(context, _args, { dryRun, acceptClock }) {
    const { logger, signal } = context;
    const isDryRun = dryRun === true;
    return await runUpkeep(context, {
      verb: 'prune',
      faultKind: 'refused',
      isDryRun,
      work: (opened) => prune({ ...opened, logger, signal, isDryRun, acceptsClock: acceptClock === true }),
      render: renderPrune,
    });
  },
};
