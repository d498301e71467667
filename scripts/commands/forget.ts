import { forget } from '../../src/operations/forget.ts';
import type { KeptRecord } from '../../src/operations/restore/kept.ts';
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
    const result = await forget(await openPlatform(context, 'forget'), {
      ids,
      confirm: (kept) => confirm(context, { summary: describe(kept), answer: 'forget', isAgreed: yes === true }),
    });
    const { forgotten } = result;
    return {
      result,
      render: () =>
        forgotten.length === 0 ? 'Nothing was deleted.' : `Deleted: ${forgotten.map(({ id }) => id).join(', ')}.`,
    };
  },
};

function describe(kept: readonly KeptRecord[]): string {
  const lines = kept.map(({ id, archive, since, databases, files, tables = [] }) => {
    const parts = [
      ...databases.map(({ live }) => `database ${live}`),
      ...files.map(({ root }) => root),
      ...tables.map(({ database, schema, table }) => `table ${schema}.${table} of ${database}`),
    ];
    return `  ${id}: ${parts.join(', ')} as before the restore of ${archive}, ${since}`;
  });
  return ['To be deleted for good:', ...lines].join('\n');
}
