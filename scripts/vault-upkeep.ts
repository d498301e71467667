import { startProgram } from './start-program.ts';
import { completeContext, settingsOption } from './vault-commands/context.ts';
import { vaultCommands } from './vault-commands/index.ts';

// The commands of the vault's own side: a program beside the one that answers requests, which starts for each of them.
await startProgram({
  name: 'skills-vault',
  description: 'Upkeep of a vault, on the backup server itself.',
  definitions: vaultCommands,
  commonOptions: [settingsOption],
  completeContext,
});
