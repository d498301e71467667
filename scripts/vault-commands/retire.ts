import { Failure } from '../../src/logging/failure.ts';
import { formatBytes } from '../../src/logging/quantity-text.ts';
import { renderRetire } from '../../src/report/upkeep/retire-report.ts';
import type { LedgerLine } from '../../src/vault/store/ledger.ts';
import { retire } from '../../src/vault/upkeep/retire.ts';
import type { CommandDefinition } from '../commands/command.ts';
import { confirm } from '../commands/confirm.ts';
import type { VaultContext } from './context.ts';

export const retireCommand: CommandDefinition<VaultContext> = {
  name: 'vault retire',
  summary: 'Remove one archive for good, whatever its age; the reason stays in the ledger.',
  example: 'sudo skills-vault vault retire backup_full_2026-01-31_14-05-09.tar.gz --reason "test data, by A. Martin"',
  arguments: [{ name: 'name', description: 'of the archive, in full' }],
  options: [
    { flags: '--reason <text>', description: 'who asked for it, and why (required)' },
    { flags: '--even-newest', description: 'also where it is the newest whole archive' },
    { flags: '--yes', description: 'do not ask for its name again' },
  ],
  async run(context, [name = ''], { reason, evenNewest, yes }) {
    if (reason === undefined) {
      throw new Failure('usage', 'retiring an archive needs a reason', 'Add --reason "who asked for it, and why".');
    }
    const { logger, signal } = context;
    const store = await context.openVault(await context.loadSettings());
    const result = await retire({
      store,
      logger,
      signal,
      name,
      reason: reason as string,
      evenNewest: evenNewest === true,
      confirm: (line) => confirm(context, { summary: describe(line), answer: name, isAgreed: yes === true }),
    });
    return { result, render: () => renderRetire(result) };
  },
};

function describe({ name, size, time, action }: LedgerLine): string {
  const origin = action === 'foreign' ? 'of the former script, of' : 'sealed';
  return `To be removed for good: ${name}, ${formatBytes(size)}, ${origin} ${time}`;
}
