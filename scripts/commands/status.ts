import { runTold } from '../../src/alerts/run-told.ts';
import { exitCodes } from '../../src/logging/failure.ts';
import { status, type StatusResult } from '../../src/operations/status.ts';
import { renderStatus } from '../../src/report/status-report.ts';
import type { CommandDefinition } from './command.ts';
import { openPlatform } from './platform.ts';

export const statusCommand: CommandDefinition = {
  name: 'status',
  summary: 'Show the state of the archives; fails when the newest is too old, missing or damaged.',
  example: 'npm run -s continuity -- status',
  async run(context) {
    const platform = await openPlatform(context, 'status');
    const told = { subject: 'production.status', isAttended: context.isInteractive, listFaults } as const;
    const result = await runTold(platform, told, () => status(platform));
    return {
      result,
      exitCode: result.exitCode,
      render: () => renderStatus(result, platform.now(), platform.config.timezone),
    };
  },
};

/** What makes the command fail; findings of a healthy state are for those who look. */
function listFaults({ exitCode, findings, verdict }: StatusResult): string[] {
  if (exitCode === exitCodes.ok) return [];
  return findings.length > 0 ? findings : [verdict];
}
