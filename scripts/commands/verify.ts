import { listVerdictFaults, runTold } from '../../src/alerts/run-told.ts';
import { exitCodes } from '../../src/logging/failure.ts';
import { verify } from '../../src/operations/verify.ts';
import { renderVerdict } from '../../src/report/verdict-report.ts';
import type { CommandDefinition } from './command.ts';
import { openPlatform } from './platform.ts';

export const verifyCommand: CommandDefinition = {
  name: 'verify',
  summary: 'Have the vault prove an archive; names every damaged file.',
  example: 'npm run -s continuity -- verify latest --level full',
  arguments: [{ name: 'archive', description: 'name, date or latest' }],
  options: [
    {
      flags: '--level <level>',
      description: 'seal: index and receipt; full: every byte, every dump and every fingerprint',
      choices: ['seal', 'full'],
      default: 'full',
    },
  ],
  async run(context, [archive = ''], { level }) {
    const platform = await openPlatform(context, 'verify');
    const told = {
      subject: 'production.verify',
      isAttended: context.isInteractive,
      listFaults: listVerdictFaults,
    } as const;
    const result = await runTold(platform, told, () =>
      verify(platform, { archive, level: level === 'seal' ? 'seal' : 'full' }),
    );
    const exitCode = result.isSound ? exitCodes.ok : exitCodes.damaged;
    return { result, exitCode, render: () => renderVerdict(result, platform.config.timezone) };
  },
};
