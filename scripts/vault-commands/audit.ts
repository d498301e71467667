import { renderAudit } from '../../src/report/upkeep/audit-report.ts';
import { audit } from '../../src/vault/upkeep/audit.ts';
import type { CommandDefinition } from '../commands/command.ts';
import type { VaultContext } from './context.ts';
import { runUpkeep } from './run-upkeep.ts';

export const auditCommand: CommandDefinition<VaultContext> = {
  name: 'vault audit',
  summary: 'Hold the ledger against what lies on the disk.',
  example: 'sudo skills-vault vault audit',
  async run(context) {
    const { logger, signal } = context;
    return await runUpkeep(context, {
      verb: 'audit',
      faultKind: 'damaged',
      work: ({ store }) => audit({ store, logger, signal }),
      render: renderAudit,
    });
  },
};
