import type { CommandDefinition } from '../commands/command.ts';
import { adoptCommand } from './adopt.ts';
import { auditCommand } from './audit.ts';
import type { VaultContext } from './context.ts';
import { freshnessCommand } from './freshness.ts';
import { pruneCommand } from './prune.ts';
import { retireCommand } from './retire.ts';
import { scrubCommand } from './scrub.ts';
import { sealedCommand } from './sealed.ts';
import { settingsCommand } from './settings.ts';
import { sweepCommand } from './sweep.ts';
import { testAlertCommand } from './test-alert.ts';

/** Every command of the vault's own side, in the order of its help. */
export const vaultCommands: readonly CommandDefinition<VaultContext>[] = [
  freshnessCommand,
  sweepCommand,
  pruneCommand,
  scrubCommand,
  auditCommand,
  sealedCommand,
  retireCommand,
  adoptCommand,
  settingsCommand,
  testAlertCommand,
];
