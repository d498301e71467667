import { exitCodes } from '../logging/failure.ts';
import { checkAlerts } from './doctor/check-alerts.ts';
import { checkDatabases } from './doctor/check-databases.ts';
import { checkHost } from './doctor/check-host.ts';
import { checkKit } from './doctor/check-kit.ts';
import { checkVault } from './doctor/check-vault.ts';
import type { Finding } from './doctor/finding.ts';
import type { Platform } from './platform.ts';

export interface DoctorResult {
  findings: Finding[];
  exitCode: number;
}

/** Looks at everything that tonight's backup will need, and says of each part whether it is fit. Changes nothing. */
export async function doctor(platform: Platform): Promise<DoctorResult> {
  const checks = await Promise.all([
    checkHost(platform),
    checkDatabases(platform),
    checkVault(platform),
    checkKit(platform),
    checkAlerts(platform),
  ]);
  const findings = checks.flat();
  return { findings, exitCode: findings.some(({ state }) => state === 'failed') ? exitCodes.failed : exitCodes.ok };
}
