import { Failure, toFailure } from '../../src/logging/failure.ts';
import { attackVault, type AttackResult } from '../../src/operations/attack.ts';
import type { Platform } from '../../src/operations/platform.ts';
import { concludeAttack, renderAttack } from '../../src/report/attack-report.ts';
import { summarizeAttack } from '../../src/report/summary/attack-summary.ts';
import { summarizeFailure } from '../../src/report/summary/failure-summary.ts';

export interface Probe {
  result?: AttackResult;
  report: string;
  summary: string;
  failure?: Failure;
}

/**
 * Attacks the vault (docs/attack.md). Never throws: the verdict on the archive stands whatever becomes of the probe. That
 * a vault is not provisioned yet is a standing condition and no failure, lest no weekly run ever succeeded there.
 */
export async function probeVault(platform: Platform): Promise<Probe> {
  try {
    const result = await attackVault(platform);
    const probe = { result, report: renderAttack(result), summary: summarizeAttack(result) };
    if (result.hasShell) platform.logger.warning(concludeAttack(result).join(' '));
    return result.verdict === 'refused' || result.hasShell ? probe : { ...probe, failure: describeAttack(result) };
  } catch (error) {
    const failure = toFailure(error, 'Run it again with debug logging enabled');
    return { report: '', summary: summarizeFailure('Attack', failure), failure };
  }
}

function describeAttack({ vault, attempts, verdict }: AttackResult): Failure {
  const [first] = attempts.filter((attempt) => attempt.verdict === verdict);
  const example = first ? `${first.what}: ${first.evidence}` : '';
  return verdict === 'succeeded'
    ? new Failure(
        'failed',
        `an attack with production's own key got through at ${vault}: ${example}`,
        'Check the accounts and keys on the backup server now: docs/attack.md. The summary has every attempt.',
      )
    : new Failure('failed', `it stayed unclear whether ${vault} refuses an attack: ${example}`, 'Run it again.');
}
