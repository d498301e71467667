import { parseDurationMs } from '../../src/config/quantities.ts';
import { Failure } from '../../src/logging/failure.ts';
import { renderSweep } from '../../src/report/upkeep/sweep-report.ts';
import { sweepIncoming } from '../../src/vault/upkeep/sweep.ts';
import type { CommandDefinition } from '../commands/command.ts';
import type { VaultContext } from './context.ts';
import { runUpkeep } from './run-upkeep.ts';

export const sweepCommand: CommandDefinition<VaultContext> = {
  name: 'vault sweep',
  summary: 'Clear the incoming area of segments that nothing has used for days, and of what was planted there.',
  example: 'sudo skills-vault vault sweep --after 1h',
  options: [{ flags: '--after <duration>', description: 'unused for so long (default: sweep.after of the settings)' }],
  async run(context, _args, { after }) {
    const afterMs = after === undefined ? undefined : parseDurationMs(after as string);
    if (after !== undefined && afterMs === undefined) {
      throw new Failure('usage', '--after: expected a duration such as 90s, 6h or 2d', 'Nothing was done.');
    }
    const { logger } = context;
    return await runUpkeep(context, {
      verb: 'sweep',
      faultKind: 'refused',
      work: (opened) => sweepIncoming({ ...opened, logger, ...(afterMs === undefined ? {} : { afterMs }) }),
      render: renderSweep,
    });
  },
};
