import { exitCodes } from '../../src/logging/failure.ts';
import { restoreAs } from '../../src/operations/restore-as.ts';
import { restoreTables } from '../../src/operations/restore-tables.ts';
import { checkScope } from '../../src/operations/restore/check-scope.ts';
import { parseTables } from '../../src/operations/restore/table-choice.ts';
import { renderAs, renderAsPlan, renderTables, renderTablesPlan } from '../../src/report/tables-report.ts';
import type { CommandContext, CommandOption, CommandOutcome, OptionValues } from './command.ts';
import { confirm } from './confirm.ts';
import { openPlatform } from './platform.ts';

/** Options of a restore that is about tables, or a new database. */
export const partOptions: readonly CommandOption[] = [
  {
    flags: '--table <table>',
    description: 'only rows of app.public.portfolio, into a new table beside it; several times',
    isRepeatable: true,
  },
  { flags: '--in-place', description: 'with --table: replace the rows of the live table' },
  {
    flags: '--as <database>',
    description: 'restore one dump into a new database of that name; nothing else is touched',
  },
];

/** Restores tables, or one dump as another database. */
export async function restorePart(
  context: CommandContext,
  archive: string,
  options: OptionValues,
): Promise<CommandOutcome> {
  const table = options['table'] as string[] | undefined;
  const as = options['as'] as string | undefined;
  const select = options['select'] as string[] | undefined;
  const isInPlace = options['inPlace'] === true;
  checkScope({
    table,
    isInPlace,
    as,
    to: options['to'] as string | undefined,
    select,
    hasPaths: options['path'] !== undefined,
  });
  if (table) parseTables(table);
  const dryRun = options['dryRun'] === true;
  const platform = await openPlatform(context, `restore of ${archive.slice(0, 60)}`, options);
  const { timezone } = platform.config;
  // What cannot be done is refused right after it was shown: nobody is asked for it.
  const isAgreed = ({ refusals }: { refusals: readonly string[] }): boolean =>
    options['yes'] === true || refusals.length > 0;
  const reading = { allowOldClient: options['allowOldClient'] === true };
  const exitCodeOf = (done: boolean): number => (done || dryRun ? exitCodes.ok : exitCodes.refused);
  if (as !== undefined) {
    const result = await restoreAs(platform, {
      archive,
      as,
      dryRun,
      ...reading,
      ...(select ? { select } : {}),
      ...(table ? { tables: table } : {}),
      confirm: (plan) =>
        confirm(context, { summary: renderAsPlan(plan, timezone), answer: as, isAgreed: isAgreed(plan) }),
    });
    return { result, exitCode: exitCodeOf(result.done), render: () => renderAs(result, timezone) };
  }
  const result = await restoreTables(platform, {
    archive,
    tables: table ?? [],
    isInPlace,
    dryRun,
    ...reading,
    skipsSafetyBackup: options['safety'] === false,
    confirm: (plan) =>
      confirm(context, { summary: renderTablesPlan(plan, timezone), answer: plan.archive, isAgreed: isAgreed(plan) }),
  });
  return { result, exitCode: exitCodeOf(result.done), render: () => renderTables(result, timezone) };
}
