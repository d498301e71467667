import type { CommandDefinition } from './command.ts';

/** Every command of `continuity`, in the order of its help. */
export const commands: readonly CommandDefinition[] = [];
