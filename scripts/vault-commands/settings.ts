import type { CommandDefinition } from '../commands/command.ts';
import type { VaultContext } from './context.ts';

export const settingsCommand: CommandDefinition<VaultContext> = {
  name: 'vault settings',
  summary: 'Check the settings and show what they come to, with every default.',
  example: 'skills-vault vault settings --settings /etc/skills-vault.yml',
  async run(context) {
    const settings = await context.loadSettings();
    return { result: settings, render: () => listFields(settings).join('\n') };
  },
};

/** One `key.key=value` a line: for shell as well as for people. */
function listFields(value: object, prefix = ''): string[] {
  return Object.entries(value).flatMap(([key, field]: [string, unknown]) =>
    typeof field === 'object' && field !== null
      ? listFields(field, `${prefix}${key}.`)
      : [`${prefix}${key}=${String(field)}`],
  );
}
