import { attackVault } from '../../src/operations/attack.ts';
import { doctor } from '../../src/operations/doctor.ts';
import { testAlerts } from '../../src/operations/doctor/test-alerts.ts';
import { renderAttack } from '../../src/report/attack-report.ts';
import { renderDoctor } from '../../src/report/doctor-report.ts';
import type { CommandDefinition } from './command.ts';
import { openPlatform } from './platform.ts';

export const doctorCommand: CommandDefinition = {
  name: 'doctor',
  summary: 'Check everything that tonight’s backup will need.',
  example: 'npm run -s continuity -- doctor',
  options: [
    { flags: '--test-alert', description: 'only send a test through every channel of alerts:' },
    {
      flags: '--attack',
      description: 'only try, with production’s own key, what an attacker would; passes when all is refused',
    },
  ],
  async run(context, _args, options) {
    const platform = await openPlatform(context, 'doctor');
    if (options['attack'] === true) {
      const result = await attackVault(platform);
      return { result, exitCode: result.exitCode, render: () => renderAttack(result) };
    }
    const result = await (options['testAlert'] === true ? testAlerts(platform) : doctor(platform));
    return { result, exitCode: result.exitCode, render: () => renderDoctor(result) };
  },
};
