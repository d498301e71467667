import { renderFreshness } from '../../src/report/upkeep/freshness-report.ts';
import { checkFreshness } from '../../src/vault/upkeep/freshness.ts';
import type { CommandDefinition } from '../commands/command.ts';
import type { VaultContext } from './context.ts';
import { runUpkeep } from './run-upkeep.ts';

export const freshnessCommand: CommandDefinition<VaultContext> = {
  name: 'vault freshness',
  summary: 'Check that backups still arrive and are verified, whatever production says.',
  example: 'sudo skills-vault vault freshness',
  async run(context) {
    return await runUpkeep(context, {
      verb: 'freshness',
      faultKind: 'stale',
      work: checkFreshness,
      render: renderFreshness,
    });
  },
};
