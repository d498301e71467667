import { parseInstant } from '../../src/config/instant.ts';
import { Failure } from '../../src/logging/failure.ts';
import { renderSealed } from '../../src/report/upkeep/sealed-report.ts';
import { listSealedSince } from '../../src/vault/upkeep/sealed-since.ts';
import type { CommandDefinition } from '../commands/command.ts';
import type { VaultContext } from './context.ts';

export const sealedCommand: CommandDefinition<VaultContext> = {
  name: 'vault sealed',
  summary: "What came into the vault since a time, by the vault's own clock: after an attack on production.",
  example: 'sudo skills-vault vault sealed --since "2026-11-20 14:30"',
  options: [{ flags: '--since <time>', description: 'such as 2026-11-20, or "2026-11-20 14:30" (required)' }],
  async run(context, _args, { since }) {
    const settings = await context.loadSettings();
    const instant = since === undefined ? undefined : parseInstant(since as string, settings.timezone);
    if (!instant) {
      const next = 'Name the time from which production may have been in other hands: --since "2026-11-20 14:30".';
      throw new Failure('usage', '--since: expected a time', next);
    }
    const result = await listSealedSince(await context.openVault(settings), instant);
    return { result, render: () => renderSealed(result, settings.timezone) };
  },
};
