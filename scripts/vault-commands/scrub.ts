import { renderScrub } from '../../src/report/upkeep/scrub-report.ts';
import { scrub } from '../../src/vault/upkeep/scrub.ts';
import type { CommandDefinition } from '../commands/command.ts';
import type { VaultContext } from './context.ts';
import { runUpkeep } from './run-upkeep.ts';

export const scrubCommand: CommandDefinition<VaultContext> = {
  name: 'vault scrub',
  summary: "Read this night's share of all archives again, and compare it with its digests.",
  example: 'sudo skills-vault vault scrub',
  options: [{ flags: '--all', description: 'read everything now' }],
  async run(context, _args, { all }) {
    const { logger, signal } = context;
    return await runUpkeep(context, {
      verb: 'scrub',
      faultKind: 'damaged',
      work: (opened) => scrub({ ...opened, logger, signal, readsAll: all === true }),
      render: renderScrub,
    });
  },
};
