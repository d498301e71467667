import type { CommandDefinition } from './command.ts';

/** Every command of `continuity`, in the order of its help. */
export const commands: readonly CommandDefinition[] = [];

/** Every command of the bundle that runs on the vault. */
export const vaultCommands: readonly CommandDefinition[] = [];
