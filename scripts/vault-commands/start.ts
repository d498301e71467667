import { startProgram } from '../start-program.ts';
import { completeContext, settingsOption } from './context.ts';
import { vaultCommands } from './index.ts';

/** Runs the command of the vault's own side that this process was started for. */
export async function startVaultProgram(): Promise<void> {
  await startProgram({
    name: 'skills-vault',
    description: 'Upkeep of a vault, on the backup server itself.',
    definitions: vaultCommands,
    commonOptions: [settingsOption],
    completeContext,
  });
}
