import { forget } from '../../src/operations/forget.ts';
import { measureKept, type KeptState } from '../../src/operations/restore/measure-kept.ts';
import { describeReplaced } from '../../src/report/undo-report.ts';
import type { CommandDefinition } from './command.ts';
import { confirm } from './confirm.ts';
import { openPlatform } from './platform.ts';

export const forgetCommand: CommandDefinition = {
  name: 'forget',
  summary: 'Delete what restores have replaced; those restores cannot be taken back then.',
  example: 'npm run -s continuity -- forget',
  arguments: [{ name: 'id', description: 'of one restore, as status shows it; all of them without', isOptional: true }],
  options: [{ flags: '--yes', description: 'do not ask' }],
  async run(context, ids, { yes }) {
    const platform = await openPlatform(context, 'forget');
    const result = await forget(platform, {
      ids,
      confirm: async (kept) => {
        const summary = describe(await measureKept(platform, kept), platform.config.timezone);
        return await confirm(context, { summary, answer: 'forget', isAgreed: yes === true });
      },
    });
    const { forgotten } = result;
    return {
      result,
      render: () =>
        forgotten.length === 0 ? 'Nothing was deleted.' : `Deleted: ${forgotten.map(({ id }) => id).join(', ')}.`,
    };
  },
};

function describe(kept: readonly KeptState[], timezone: string | undefined): string {
  const lines = kept.flatMap((state) => {
    const { databases, files, tables = [] } = state;
    const parts = [
      ...databases.map(({ live }) => `database ${live}`),
      ...files.map(({ root }) => root),
      ...tables.map(({ database, schema, table }) => `table ${schema}.${table} of ${database}`),
    ];
    return [`  ${describeReplaced(state, timezone)}`, `    ${parts.join(', ')}`];
  });
  return ['To be deleted for good:', ...lines].join('\n');
}
