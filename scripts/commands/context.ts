import { loadConfig } from '../../src/config/load.ts';
import { findConfig, findHostConfig, locateConfig } from '../../src/config/locate.ts';
import type { BaseContext, CommandContext, CommandOption, OptionValues } from './command.ts';

/** Of every command of `continuity`. */
export const configOption: CommandOption = {
  flags: '--config <file>',
  description: 'configuration (default: ./continuity.yml, else /etc/skills-hub/continuity.yml)',
};

/** The configuration is read by those commands alone that ask for it. */
export function completeContext(base: BaseContext, values: OptionValues, workingDirectory: string): CommandContext {
  const requested = values['config'] as string | undefined;
  const loadIfAny = async (file: string | undefined) => (file === undefined ? undefined : await loadConfig(file));
  return {
    ...base,
    loadConfigIfAny: async () => loadIfAny(await findConfig(requested, workingDirectory)),
    loadHostConfigIfAny: async () => loadIfAny(requested ?? (await findHostConfig(workingDirectory))),
    loadConfig: async () => loadConfig(await locateConfig(requested, workingDirectory)),
  };
}
