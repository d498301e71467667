import { loadConfig } from '../../src/config/load.ts';
import { findConfig, locateConfig } from '../../src/config/locate.ts';
import type { BaseContext, CommandContext, CommandOption, OptionValues } from './command.ts';

/** Of every command of `continuity`. */
export const configOption: CommandOption = {
  flags: '--config <file>',
  description: 'configuration (default: ./continuity.yml, else /etc/skills-hub/continuity.yml)',
};

/** The configuration is read by those commands alone that ask for it. */
export function completeContext(base: BaseContext, values: OptionValues, workingDirectory: string): CommandContext {
  return {
    ...base,
    loadConfigIfAny: async () => {
      const file = await findConfig(values['config'] as string | undefined, workingDirectory);
      return file === undefined ? undefined : loadConfig(file);
    },
    loadConfig: async () => loadConfig(await locateConfig(values['config'] as string | undefined, workingDirectory)),
  };
}
