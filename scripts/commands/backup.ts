import { runTold } from '../../src/alerts/run-told.ts';
import { backup } from '../../src/operations/backup.ts';
import { renderBackup } from '../../src/report/backup-report.ts';
import type { CommandDefinition } from './command.ts';
import { openPlatform, readDuration, waitOption } from './platform.ts';

export const backupCommand: CommandDefinition = {
  name: 'backup',
  summary: 'Back up all databases and files into one sealed archive.',
  example: 'npm run -s continuity -- backup --nightly',
  options: [
    {
      flags: '--nightly',
      description: 'name it by the date; a second one of the same date finds the first and does nothing',
    },
    { flags: '--full', description: 'read every file again, whatever its times say' },
    {
      flags: '--allow-shrink <names>',
      description: 'file sources that may have lost most of their files',
      isList: true,
    },
    {
      flags: '--unless-newer <duration>',
      description:
        'do nothing where an archive was sealed within that time, such as 6h: a second trigger beside GitHub',
    },
    waitOption,
  ],
  async run(context, _args, options) {
    const platform = await openPlatform(context, 'backup', options);
    const isNightly = options['nightly'] === true;
    const told = { subject: 'production.backup', isAttended: context.isInteractive, mayPing: isNightly } as const;
    const result = await runTold(platform, told, () =>
      backup(platform, {
        trigger: isNightly ? 'nightly' : 'manual',
        rereadsAll: options['full'] === true,
        ...(options['unlessNewer'] === undefined
          ? {}
          : { unlessNewerMs: readDuration('--unless-newer', options['unlessNewer'] as string) }),
        allowShrink: (options['allowShrink'] as string[] | undefined) ?? [],
      }),
    );
    return { result, render: () => renderBackup(result) };
  },
};
