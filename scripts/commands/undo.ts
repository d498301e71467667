import { exitCodes } from '../../src/logging/failure.ts';
import { undo } from '../../src/operations/undo.ts';
import { renderUndo, renderUndoPlan } from '../../src/report/undo-report.ts';
import type { CommandDefinition } from './command.ts';
import { confirm } from './confirm.ts';
import { openPlatform, waitOption } from './platform.ts';

export const undoCommand: CommandDefinition = {
  name: 'undo',
  summary: 'Take the last restore back: what it replaced comes back, what it brought is kept in turn.',
  example: 'npm run -s continuity -- undo',
  arguments: [{ name: 'id', description: 'of a restore, as status shows it; the last without', isOptional: true }],
  options: [
    { flags: '--dry-run', description: 'show the plan and stop' },
    { flags: '--yes', description: 'do not ask' },
    waitOption,
  ],
  async run(context, [id], options) {
    const { dryRun, yes } = options;
    const platform = await openPlatform(context, 'undo', options);
    const { timezone } = platform.config;
    const result = await undo(platform, {
      ...(id === undefined ? {} : { id }),
      dryRun: dryRun === true,
      confirm: (plan) =>
        confirm(context, { summary: renderUndoPlan(plan, timezone), answer: 'undo', isAgreed: yes === true }),
    });
    const isDeclined = !result.done && dryRun !== true;
    const isServing = (result.services?.faults ?? []).length === 0;
    return {
      result,
      exitCode: isDeclined ? exitCodes.refused : isServing ? exitCodes.ok : exitCodes.source,
      render: () => renderUndo(result, timezone),
    };
  },
};
