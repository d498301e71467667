import { countOf, formatDuration } from '../logging/quantity-text.ts';
import type { AttackResult } from '../operations/attack.ts';
import { formatTable } from './table.ts';

const MARKS = { refused: 'refused', succeeded: 'GOT THROUGH', inconclusive: 'unclear' };

/** Every attempt with its evidence, and what it comes to. */
export function renderAttack(result: AttackResult): string {
  const rows = result.attempts.map(({ area, what, verdict, evidence }) => [MARKS[verdict], area, what, evidence]);
  return [formatTable([['', 'area', 'tried', 'the vault'], ...rows]), '', ...concludeAttack(result)].join('\n');
}

/** What the attempts come to, in sentences: the verdict first, then what is to be done. */
export function concludeAttack({
  vault,
  verdict,
  attempts,
  isProvisioned,
  hasShell,
  durationMs,
}: AttackResult): string[] {
  const count = (wanted: string): number => attempts.filter((attempt) => attempt.verdict === wanted).length;
  const all = `${countOf(attempts.length, 'attempt')} with production's own key against ${vault}, in ${formatDuration(durationMs)}`;
  const through = count('succeeded');
  if (hasShell) {
    return [
      `FAILED: not provisioned. Production's key has a shell on ${vault}: whoever is root on production can delete every archive.`,
      'Provision the backup server: docs/vault.md.',
    ];
  }
  const head = {
    refused: `PASSED: ${all}; all were refused.`,
    succeeded: `FAILED: ${all}; ${through} got through.`,
    inconclusive: `UNCLEAR: ${all}; ${count('inconclusive')} gave neither a refusal nor a success.`,
  }[verdict];
  const lines = [head];
  if (verdict === 'succeeded') lines.push('Check the accounts and keys on the backup server now: docs/attack.md.');
  if (verdict === 'inconclusive') lines.push('Run it again; if it stays so, look at the log on the backup server.');
  if (!isProvisioned)
    lines.push(
      'One account there holds both what arrives and the archives: a single flaw would be enough. Provisioning separates them: docs/vault.md.',
    );
  return lines;
}
