import { exitCodes } from '../logging/failure.ts';
import { checkAlerts } from './doctor/check-alerts.ts';
import { checkCompose } from './doctor/check-compose.ts';
import { checkConfiguration } from './doctor/check-configuration.ts';
import { checkDatabases } from './doctor/check-databases.ts';
import { checkHost } from './doctor/check-host.ts';
import { checkKit } from './doctor/check-kit.ts';
import { checkVault } from './doctor/check-vault.ts';
import { findRunners } from './doctor/find-runners.ts';
import { judgeDevRunner } from './doctor/judge-dev-runner.ts';
import { examine, type Finding } from './doctor/finding.ts';
import { locateFiles } from './locate-files.ts';
import type { Platform } from './platform.ts';

export interface DoctorResult {
  findings: Finding[];
  exitCode: number;
}

/** Looks at everything that tonight's backup will need, and says of each part whether it is fit. Changes nothing. */
export async function doctor(platform: Platform): Promise<DoctorResult> {
  const checks = await Promise.all([
    checkConfiguration(platform.config),
    checkHost(platform),
    checkCompose(platform),
    checkDatabases(platform),
    checkVault(platform),
    checkKit(platform),
    checkAlerts(platform),
    examine('development runner', async () => judgeDevRunner(await findRunners(await listFolders(platform)))),
  ]);
  const findings = checks.flat();
  return { findings, exitCode: findings.some(({ state }) => state === 'failed') ? exitCodes.failed : exitCodes.ok };
}

/** Folders of file sources, as far as they are found: checkHost says of the others what is wrong. */
async function listFolders(platform: Platform): Promise<string[]> {
  const found = await Promise.all(
    platform.config.files.map((source) =>
      locateFiles(platform, source).then(
        ({ path }) => [path],
        () => [],
      ),
    ),
  );
  return found.flat();
}
