import { doctor } from '../../src/operations/doctor.ts';
import { renderDoctor } from '../../src/report/doctor-report.ts';
import type { CommandDefinition } from './command.ts';
import { openPlatform } from './platform.ts';

export const doctorCommand: CommandDefinition = {
  name: 'doctor',
  summary: 'Check everything that tonight’s backup will need.',
  example: 'npm run -s continuity -- doctor',
  async run(context) {
    const result = await doctor(await openPlatform(context, 'doctor'));
    return { result, exitCode: result.exitCode, render: () => renderDoctor(result) };
  },
};
