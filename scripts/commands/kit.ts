import { extractKit } from '../../src/operations/kit.ts';
import { renderKit } from '../../src/report/kit-report.ts';
import type { CommandDefinition } from './command.ts';
import { openPlatform } from './platform.ts';

export const kitCommand: CommandDefinition = {
  name: 'kit',
  summary: 'Put the recovery kit of an archive into an empty folder: compose files, configuration, secrets.',
  example: 'npm run -s continuity -- kit latest --to /root/kit --identity /media/usb/recovery-key.txt',
  arguments: [{ name: 'archive', description: 'name, date or latest' }],
  options: [
    { flags: '--to <dir>', description: 'empty folder to put it into', default: 'kit' },
    { flags: '--identity <file>', description: 'file with the private age key; without it the secrets stay encrypted' },
  ],
  async run(context, [archive = ''], { to, identity }) {
    const result = await extractKit(await openPlatform(context, 'kit'), {
      archive,
      directory: to as string,
      ...(identity === undefined ? {} : { identity: identity as string }),
    });
    return { result, render: () => renderKit(result) };
  },
};
