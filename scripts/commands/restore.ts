import { PathChoice } from '../../src/archive/path-choice.ts';
import { exitCodes } from '../../src/logging/failure.ts';
import { extractArchive } from '../../src/operations/extract.ts';
import { restore } from '../../src/operations/restore.ts';
import { checkKeepsExtra } from '../../src/operations/restore/check-scope.ts';
import { renderPlan } from '../../src/report/plan-report.ts';
import { renderExtraction, renderRestore } from '../../src/report/restore-report.ts';
import type { CommandDefinition } from './command.ts';
import { confirm } from './confirm.ts';
import { openPlatform, waitOption } from './platform.ts';
import { partOptions, restorePart } from './restore-part.ts';

export const restoreCommand: CommandDefinition = {
  name: 'restore',
  summary: 'Restore databases and files from an archive: plan, confirm, safety backup, prove, swap.',
  example: 'npm run -s prod:restore -- backup_full_2026-01-31.tar.gz --select app,uploads',
  arguments: [{ name: 'archive', description: 'name, date or latest' }],
  options: [
    { flags: '--select <names>', description: 'only these databases and file sources', isList: true },
    {
      flags: '--path <path>',
      description: 'only what lies there, such as uploads/student_0042/portfolio; a glob, or several times',
      isRepeatable: true,
    },
    { flags: '--to <dir>', description: 'unpack into an empty folder instead; nothing live is touched' },
    { flags: '--no-remove', description: 'leave files where they are that the archive does not have' },
    ...partOptions,
    { flags: '--dry-run', description: 'show the plan and stop' },
    { flags: '--yes', description: 'do not ask' },
    { flags: '--no-safety', description: 'do without a backup of the present state' },
    { flags: '--allow-old-client', description: 'let an outdated psql read an archive of the former script' },
    waitOption,
  ],
  async run(context, [archive = ''], options) {
    checkKeepsExtra({
      keepsExtra: options['remove'] === false,
      to: options['to'] as string | undefined,
      table: options['table'] as string[] | undefined,
      as: options['as'] as string | undefined,
    });
    if ([options['table'], options['inPlace'], options['as']].some((value) => value !== undefined)) {
      return await restorePart(context, archive, options);
    }
    const { select, to, path, remove, dryRun, yes, safety, allowOldClient } = options;
    const paths = path === undefined ? {} : { paths: PathChoice.parse(path as string[]) };
    const platform = await openPlatform(context, `restore of ${archive.slice(0, 60)}`, options);
    const selection = { ...(select === undefined ? {} : { select: select as string[] }), ...paths };
    if (to !== undefined) {
      const result = await extractArchive(platform, {
        archive,
        ...selection,
        directory: to as string,
        dryRun: dryRun === true,
      });
      return { result, render: () => renderExtraction(result) };
    }
    const result = await restore(platform, {
      archive,
      ...selection,
      keepsExtra: remove === false,
      dryRun: dryRun === true,
      skipsSafetyBackup: safety === false,
      allowOldClient: allowOldClient === true,
      confirm: (plan) =>
        confirm(context, {
          summary: renderPlan(plan, platform.config.timezone),
          answer: plan.archive,
          // What cannot be done is refused right after it was shown: nobody is asked for it.
          isAgreed: yes === true || plan.refusals.length > 0,
        }),
    });
    const isDeclined = !result.done && dryRun !== true;
    const isServing = (result.services?.faults ?? []).length === 0;
    return {
      result,
      exitCode: isDeclined ? exitCodes.refused : isServing ? exitCodes.ok : exitCodes.source,
      render: () => renderRestore(result, platform.config.timezone),
    };
  },
};
